/** The matrix as a table for people, what was found below it, and the line of the sums. */
import { CLASSES, type Finding } from './finding.ts';
import type { Matrix, Point } from './suite.ts';

/** A row for each call of each command, a column for each kind of trouble; then every finding in full. */
export function tableOf({ points, kinds, skipped }: Matrix): readonly string[] {
  const columns = kinds.filter((kind) => points.some((point) => point.kind === kind));
  const rows = [...new Set(points.map(rowOf))];
  const first = Math.max(...rows.map((row) => row.length), 0);
  const line = (head: string, cells: readonly string[]): string =>
    [head.padEnd(first), ...cells.map((cell, at) => cell.padEnd(columns[at]?.length ?? 0))].join('  ').trimEnd();
  const cell = (row: string, kind: string): string => {
    const point = points.find((one) => rowOf(one) === row && one.kind === kind);
    return point === undefined ? '-' : marksOf(point.findings);
  };
  return [
    ...skipped.map((reason) => `not in the matrix: ${reason}`),
    line('', columns),
    ...rows.map((row) =>
      line(
        row,
        columns.map((kind) => cell(row, kind)),
      ),
    ),
    ...points.flatMap((point) =>
      point.findings.map(({ is, text }) => `${rowOf(point)}, ${point.kind}: ${is.toUpperCase()}: ${text}`),
    ),
  ];
}

const rowOf = ({ scene, call }: Point): string => `${scene} ${call}`;

const MARKS: Readonly<Record<Finding['is'], string>> = { leak: 'LEAK', hang: 'HANG', 'wrong answer': 'WRONG' };

function marksOf(findings: readonly Finding[]): string {
  const marks = CLASSES.filter((each) => findings.some(({ is }) => is === each)).map((each) => MARKS[each]);
  return marks.length === 0 ? 'ok' : marks.join('+');
}

/** `faults: 112 points, 0 leaks, 0 hangs, 0 wrong answers`: points at which something of the class was found. */
export function sumOf({ points }: Matrix): string {
  const count = (is: Finding['is']): number =>
    points.filter(({ findings }) => findings.some((one) => one.is === is)).length;
  return `faults: ${points.length} points, ${count('leak')} leaks, ${count('hang')} hangs, ${count('wrong answer')} wrong answers`;
}

export const isClean = ({ points }: Matrix): boolean => points.every(({ findings }) => findings.length === 0);
