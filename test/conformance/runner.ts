/** Runs cases, some at a time, and tells for each point of the checklist what came out. */
import type { Case } from './case.ts';
import { type Bench, createLab } from './lab.ts';
import type { Point } from './point.ts';

export interface Failure {
  readonly title: string;
  readonly version: string;
  readonly reason: string;
}

/** One case in one version. */
export interface Outcome {
  readonly points: readonly string[];
  readonly title: string;
  readonly version: string;
  /** Why it failed; undefined when it passed. */
  readonly reason: string | undefined;
  readonly ms: number;
}

export interface PointOutcome {
  readonly point: Point;
  readonly state: 'passed' | 'failed' | 'not applicable' | 'not testable';
  readonly failures: readonly Failure[];
}

const DEFAULT_VERSIONS = ['1.0.0'];

interface Run {
  readonly story: Case;
  readonly version: string;
}

/** Runs every case in every version it is about; those that must be alone come last. */
export async function runCases(cases: readonly Case[], bench: Bench, atOnce: number): Promise<readonly Outcome[]> {
  const runs = cases.flatMap((story) => (story.versions ?? DEFAULT_VERSIONS).map((version) => ({ story, version })));
  const outcomes: Outcome[] = [];
  const work = async (queue: Run[]): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) outcomes.push(await runOne(next, bench));
  };
  const together = runs.filter(({ story }) => story.isAlone !== true);
  await Promise.all(Array.from({ length: atOnce }, () => work(together)));
  await work(runs.filter(({ story }) => story.isAlone === true));
  return outcomes;
}

async function runOne({ story, version }: Run, bench: Bench): Promise<Outcome> {
  const startedMs = performance.now();
  const about = { points: story.points, title: story.title, version };
  const reason = await reasonOf(story, bench, version);
  return { ...about, reason, ms: Math.round(performance.now() - startedMs) };
}

/** A case that cannot be set up has failed as well: nothing is left out by what happens in a run. */
async function reasonOf(story: Case, bench: Bench, version: string): Promise<string | undefined> {
  const lab = await createLab(bench, version);
  try {
    await story.run(lab);
    return undefined;
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  } finally {
    await lab.end();
  }
}

/** What the outcomes say of each point. One that is testable and has no case has failed. */
export function judge(points: readonly Point[], outcomes: readonly Outcome[]): readonly PointOutcome[] {
  return points.map((point) => {
    if (point.untested !== undefined) return { point, state: point.untested.kind, failures: [] };
    const mine = outcomes.filter((outcome) => outcome.points.includes(point.id));
    const failures = mine.flatMap(({ title, version, reason }) =>
      reason === undefined ? [] : [{ title, version, reason }],
    );
    const isGood = mine.length > 0 && failures.length === 0;
    return { point, state: isGood ? 'passed' : 'failed', failures };
  });
}
