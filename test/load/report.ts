/** A load in figures: the table of how long commands took, what was found, and the sum. Pure. */
import { formatCount, formatMs, quantile } from '../../scripts/bench/statistics.ts';
import { markdownTable } from '../../scripts/bench/table.ts';
import type { Verb } from './plan.ts';
import type { Played } from './play.ts';

const HEAD = ['', 'operations', 'p50 ms', 'p99 ms', 'longest ms', 'wall s', 'operations/s'];
const VERBS: readonly Verb[] = ['ADD', 'CHECK', 'DEL'];

export const tableOf = (all: readonly Played[]): string => markdownTable(HEAD, all.flatMap(rowsOf));

function rowsOf({ setup, wallMs, times }: Played): readonly (readonly string[])[] {
  const count = countOf({ times });
  return [
    ...VERBS.filter((verb) => times[verb].length > 0).map((verb) => [`${setup}, ${verb}`, ...cellsOf(times[verb])]),
    [`${setup}, all`, ...cellsOf(VERBS.flatMap((verb) => times[verb])), seconds(wallMs), rate(count, wallMs)],
  ];
}

const cellsOf = (samples: readonly number[]): readonly string[] => [
  formatCount(samples.length),
  ...[0.5, 0.99, 1].map((share) => formatMs(quantile(samples, share))),
];

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const rate = (count: number, ms: number): string => (count / (ms / 1000)).toFixed(1);
const countOf = ({ times }: Pick<Played, 'times'>): number => VERBS.reduce((sum, verb) => sum + times[verb].length, 0);

const FOUND = { failed: 'failed', duplicate: 'address given twice', leaked: 'left', locked: 'lock held over a call' };
type Kind = keyof typeof FOUND;
/** Of each kind in each setup; the sum has the number of all. */
const SHOWN = 10;

/** What is wrong, one line each. */
export const findingsOf = (all: readonly Played[]): readonly string[] =>
  all.flatMap((played) =>
    (Object.keys(FOUND) as Kind[]).flatMap((kind) =>
      played[kind].slice(0, SHOWN).map((line) => `${played.setup}: ${FOUND[kind]}: ${line}`),
    ),
  );

const total = (all: readonly Played[], kind: Kind): number => all.reduce((sum, played) => sum + played[kind].length, 0);

/** How many HNS calls there were, and during how many of them their caller held a lock. */
export function locksLine(all: readonly Played[], seesLocks: boolean): string {
  const calls = formatCount(all.reduce((sum, played) => sum + played.calls, 0));
  const held = seesLocks ? formatCount(total(all, 'locked')) : "not looked for (the locks of Wine are its server's)";
  return `HNS calls: ${calls}, made or served while their caller held a file lock: ${held}`;
}

export const sumOf = (all: readonly Played[]): string =>
  [
    `load: ${all.reduce((sum, played) => sum + countOf(played), 0)} operations`,
    ...(['failed', 'leaked', 'duplicate'] as const).map((kind) => `${total(all, kind)} ${kind}`),
    ...(total(all, 'locked') > 0 ? [`${total(all, 'locked')} under a lock`] : []),
  ].join(', ');

export const isGood = (all: readonly Played[]): boolean => findingsOf(all).length === 0;
