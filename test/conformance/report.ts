/** The outcome of a run as a table with a score as its last line, and as JSON. */
import type { Level } from './point.ts';
import type { Outcome, PointOutcome } from './runner.ts';

const MARKS = { passed: 'passed', failed: 'FAILED', 'not applicable': 'n.a.', 'not testable': 'n.t.' } as const;

/** A line a point; below a failed one the reasons, each with its case. */
export function tableOf(outcomes: readonly PointOutcome[]): readonly string[] {
  return outcomes.flatMap(({ point, state, failures }) => {
    const line = `${point.id}  ${point.level.padEnd(7)}  ${MARKS[state].padEnd(6)}  ${point.text}`;
    if (point.untested !== undefined) return [line, indented(point.untested.reason)];
    if (state === 'failed' && failures.length === 0) return [line, indented('no case has run')];
    return [line, ...failures.map(({ title, version, reason }) => indented(`${title} (${version}): ${reason}`))];
  });
}

const indented = (text: string): string => `${' '.repeat(22)}${text}`;

/** `conformance: MUST a/b, SHOULD c/d, windows e/f`: passed of those that are testable. */
export function scoreOf(outcomes: readonly PointOutcome[]): string {
  const share = (level: Level): string => {
    const counted = outcomes.filter(({ point }) => point.level === level && point.untested === undefined);
    return `${counted.filter(({ state }) => state === 'passed').length}/${counted.length}`;
  };
  return `conformance: MUST ${share('MUST')}, SHOULD ${share('SHOULD')}, windows ${share('windows')}`;
}

/** Whether a plugin conforms: no MUST has failed. */
export const conforms = (outcomes: readonly PointOutcome[]): boolean =>
  outcomes.every(({ point, state }) => point.level !== 'MUST' || state !== 'failed');

export interface Report {
  readonly subject: string;
  readonly score: string;
  readonly points: readonly {
    readonly id: string;
    readonly level: Level;
    readonly state: PointOutcome['state'];
    readonly text: string;
    readonly failures: PointOutcome['failures'];
  }[];
  readonly cases: readonly Outcome[];
}

export const reportOf = (subject: string, points: readonly PointOutcome[], cases: readonly Outcome[]): Report => ({
  subject,
  score: scoreOf(points),
  points: points.map(({ point: { id, level, text }, state, failures }) => ({ id, level, state, text, failures })),
  cases,
});
