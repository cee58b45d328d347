/** What was found as a table for people: one row a scenario, below it what nobody has explained, and the line of the sums. */
import { type Row, type Verdict, verdictOf } from './judge.ts';
import type { Found } from './replay.ts';

export function tableOf(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(({ scenario }) => scenario.length), 0);
  return rows.flatMap((row) => [
    `${row.scenario.padEnd(width)}  ${String(row.steps).padStart(2)} steps  ${resultOf(row)}`,
    ...(row.failure === undefined ? [] : [`    not played: ${row.failure}`]),
    ...row.unexplained.map((each) => `    step ${each.step} ${differenceOf(each)}`),
    ...row.stale.map((each) => `    step ${each.step} ${each.path}: stands in the list, does not occur any more`),
  ]);
}

function resultOf(row: Row): string {
  const { found, reasons, unexplained, stale } = row;
  switch (verdictOf(row)) {
    case 'same':
      return 'same';
    case 'explained':
      return `${differences(found.length)}: ${reasons.join(', ')}`;
    case 'unexplained':
      return `UNEXPLAINED: ${unexplained.length} of ${differences(found.length)}, ${stale.length} stale entries`;
  }
}

const differences = (count: number): string => `${count} difference${count === 1 ? '' : 's'}`;

/** `stdout.code: theirs 999, ours 7`. */
export const differenceOf = ({ path, theirs, ours }: Found): string =>
  `${path}: theirs ${shown(theirs)}, ours ${shown(ours)}`;

const shown = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));

export const count = (rows: readonly Row[], verdict: Verdict): number =>
  rows.filter((row) => verdictOf(row) === verdict).length;

/** `parity: 176 scenarios, 80 same, 96 explained, 0 unexplained`. */
export const sumOf = (rows: readonly Row[]): string =>
  `parity: ${rows.length} scenarios, ${count(rows, 'same')} same, ${count(rows, 'explained')} explained, ` +
  `${count(rows, 'unexplained')} unexplained`;
