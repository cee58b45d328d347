/** Carries a difference out: recorded first, new entries before old ones go, and no old one goes whose successor failed. */
import { type Change, type Difference, identityOf, overlapping, type Table } from './sync-difference.ts';
import type { Ledger } from './sync-record.ts';

/** An entry that was not written. */
export interface Failure<T> {
  readonly entry: T;
  readonly why: string;
  /** Whether it may be there after all, by our hand. */
  readonly mayBeOurs: boolean;
}

/** Writes to the table; what is not written is answered, and keeps nothing else from being written. */
export interface Writer<T> {
  readonly create: (entries: readonly T[]) => Promise<readonly Failure<T>[]>;
  readonly set: (changes: readonly Change<T>[]) => Promise<readonly Failure<T>[]>;
  readonly remove: (entries: readonly T[]) => Promise<readonly Failure<T>[]>;
}

export interface Done<T> {
  readonly created: readonly T[];
  readonly set: readonly Change<T>[];
  readonly removed: readonly T[];
  readonly failures: readonly Failure<T>[];
}

interface Desk<T> {
  readonly table: Table<T>;
  readonly writer: Writer<T>;
  readonly ledger: Ledger<T>;
}

/** A process that ends anywhere in it leaves what the next run heals. */
export async function carryOut<T>(difference: Difference<T>, { table, writer, ledger }: Desk<T>): Promise<Done<T>> {
  const { create, set, remove, kept } = difference;
  const old = [...kept, ...set.map(({ from }) => from), ...remove];
  ledger.write([...old, ...create, ...set.map(({ to }) => to)]);
  const notMade = create.length === 0 ? [] : await writer.create(create);
  const notSet = set.length === 0 ? [] : await writer.set(set);
  const isLacking = overlapping([...notMade, ...notSet].map(({ entry }) => table.destinationOf(entry)));
  const due = remove.filter((entry) => !isLacking(table.destinationOf(entry)));
  const notRemoved = due.length === 0 ? [] : await writer.remove(due);
  const failures = [...notMade, ...notSet, ...notRemoved];
  const failed = new Set(failures.map(({ entry }) => identityOf(table, entry)));
  const hasHappened = (entry: T): boolean => !failed.has(identityOf(table, entry));
  const done = {
    created: create.filter(hasHappened),
    set: set.filter(({ to }) => hasHappened(to)),
    removed: due.filter(hasHappened),
    failures,
  };
  const gone = new Set([...done.removed, ...done.set.map(({ from }) => from)]);
  ledger.write([
    ...old.filter((entry) => !gone.has(entry)),
    ...[...done.created, ...done.set.map(({ to }) => to)],
    ...[...notMade, ...notSet].filter(({ mayBeOurs }) => mayBeOurs).map(({ entry }) => entry),
  ]);
  return done;
}
