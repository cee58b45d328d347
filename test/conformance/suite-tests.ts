/** The suite as uvu tests: it runs once, and each testable point is a test that tells why it has failed. */
import { suite } from 'uvu';
import { brief } from './claim.ts';
import { POINTS } from './points.ts';
import type { PointOutcome } from './runner.ts';
import type { Subject } from './subject.ts';
import { runSuite } from './suite.ts';

/** Defines and runs the tests. */
export function testSubject(name: string, open: () => Promise<Subject>, type = 'win-bridge'): void {
  const tests = suite(`conformance of ${name}`);
  let outcomes: readonly PointOutcome[] = [];
  tests.before(async () => {
    outcomes = (await runSuite({ open, type })).points;
  });
  for (const { id, text, untested } of POINTS) {
    if (untested !== undefined) continue;
    tests(`${id} ${text}`, () => {
      const outcome = outcomes.find(({ point }) => point.id === id);
      if (outcome?.state === 'passed') return;
      const reasons = outcome?.failures.map(({ title, version, reason }) => `${title} (${version}): ${reason}`) ?? [];
      throw new Error(reasons.length === 0 ? `no case of ${id} has run: ${brief(outcome)}` : reasons.join('\n'));
    });
  }
  tests.run();
}
