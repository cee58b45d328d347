/** One synchronization: the difference between a table and what the peers ask for is told, and carried out unless it is a plan. */
import { formatCidr } from '../net/cidr.ts';
import { carryOut, type Done, type Writer } from './sync-apply.ts';
import { type Difference, differenceOf, type Table } from './sync-difference.ts';
import type { Ledger, RecordForm } from './sync-record.ts';
import type { Wanted } from './sync-wanted.ts';

/** A table that was read, what it is to have, and how it is written. */
export interface Target<T> {
  /** What it has, in the plural. */
  readonly what: string;
  readonly table: Table<T>;
  readonly form: RecordForm<T>;
  readonly wanted: Wanted<T>;
  readonly present: readonly T[];
  /** What of the record counts now. */
  readonly ownedOf: (recorded: readonly T[]) => readonly T[];
  readonly describe: (entry: T) => string;
  readonly writer: Writer<T>;
}

/** What a run tells people. */
export interface Report {
  /** What was done, or would be. */
  readonly lines: readonly string[];
  /** What was not, and why; what others have. */
  readonly complaints: readonly string[];
  readonly sum: string;
  /** Whether every peer has what it is to have. */
  readonly isComplete: boolean;
}

export async function runSync<T>(
  target: Target<T>,
  { ledger, plan }: { readonly ledger: Ledger<T>; readonly plan: boolean },
): Promise<Report> {
  const { table, wanted, present, ownedOf } = target;
  const difference = differenceOf(table, {
    wanted: wanted.entries,
    present,
    owned: ownedOf(ledger.read()),
    spared: wanted.refused.map(({ destination }) => destination),
  });
  const { create, set, remove } = difference;
  if (plan) return reportOf(target, difference, { created: create, set, removed: remove, failures: [], plan });
  const done = await carryOut(difference, { table, writer: target.writer, ledger });
  return reportOf(target, difference, { ...done, plan });
}

const WORDS = {
  done: { create: 'created', set: 'changed', remove: 'removed', sum: '' },
  plan: { create: 'to create', set: 'to change', remove: 'to remove', sum: 'plan for ' },
} as const;

function reportOf<T>(
  { what, wanted, describe, table }: Target<T>,
  { kept, foreign, clashes }: Difference<T>,
  { created, set, removed, failures, plan }: Done<T> & { readonly plan: boolean },
): Report {
  const words = plan ? WORDS.plan : WORDS.done;
  const told = (entry: T): string => {
    const peer = wanted.peerOf.get(formatCidr(table.destinationOf(entry)));
    return peer === undefined ? describe(entry) : `${describe(entry)} (${peer})`;
  };
  const refused = [
    ...wanted.refused.map(({ peer, destination, why }) => `refused: ${formatCidr(destination)} (${peer}), ${why}`),
    ...clashes.map((clash) => `refused: ${told(clash.wanted)}, another program has ${describe(clash.other)}`),
    ...failures.map(({ entry, why }) => `failed: ${told(entry)}, ${why}`),
  ];
  const counts = [
    `${created.length} ${words.create}`,
    `${set.length} ${words.set}`,
    `${removed.length} ${words.remove}`,
    `${kept.length + foreign.length} unchanged`,
    `${refused.length} refused or failed`,
  ];
  return {
    lines: [
      ...created.map((entry) => `${words.create}: ${told(entry)}`),
      ...set.map(({ from, to }) => `${words.set}: ${told(to)}; before: ${describe(from)}`),
      ...removed.map((entry) => `${words.remove}: ${told(entry)}`),
    ],
    complaints: [...foreign.map((entry) => `left as it is: ${told(entry)}, another program made it`), ...refused],
    sum: `${words.sum}${what}: ${counts.join(', ')}`,
    isComplete: refused.length === 0,
  };
}
