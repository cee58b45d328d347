/** The whole suite on one subject, as `npm run conformance` and the tests run it. */
import { ALL_CASES } from './cases.ts';
import { dialectOf } from './dialect.ts';
import { mountFullVolume } from './full-volume.ts';
import type { Output } from './lab.ts';
import { POINTS } from './points.ts';
import { judge, type Outcome, type PointOutcome, runCases } from './runner.ts';
import type { Subject } from './subject.ts';

export interface SuiteOptions {
  /** Makes the subject; called after everything it must see is in place. */
  readonly open: () => Promise<Subject>;
  readonly type: string;
  /** Ids of points: only their cases are run, and only they are judged. */
  readonly only?: readonly string[];
  readonly atOnce?: number;
  readonly onOutput?: (output: Output) => void;
}

export interface SuiteRun {
  readonly subject: string;
  readonly points: readonly PointOutcome[];
  readonly cases: readonly Outcome[];
}

/** As many cases at once as this, since a command is a process that mostly waits. */
const AT_ONCE = 2;

export async function runSuite({ open, type, only, atOnce = AT_ONCE, onOutput }: SuiteOptions): Promise<SuiteRun> {
  const isWanted = (id: string): boolean => only === undefined || only.includes(id);
  const dialect = dialectOf(type);
  const stories = ALL_CASES.filter(({ points }) => points.some(isWanted));
  const fullVolume = mountFullVolume();
  try {
    const subject = await open();
    try {
      const bench = { subject, dialect, fullVolume, onOutput: onOutput ?? (() => undefined) };
      const cases = await runCases(stories, bench, atOnce);
      const points = judge(POINTS, cases).filter(({ point }) => isWanted(point.id));
      return { subject: subject.name, points, cases };
    } finally {
      await subject.end();
    }
  } finally {
    fullVolume?.end();
  }
}
