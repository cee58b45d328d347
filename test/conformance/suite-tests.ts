/** The suite as uvu tests: it runs once, and each testable point is a test that tells why it has failed. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Printed, verdicts } from '../libcni/programs.ts';
import { brief } from './claim.ts';
import type { Output } from './lab.ts';
import { POINTS } from './points.ts';
import type { PointOutcome } from './runner.ts';
import type { Subject } from './subject.ts';
import { runSuite } from './suite.ts';
import { VERSIONS } from './versions.ts';

/** Defines and runs the tests. */
export function testSubject(name: string, open: () => Promise<Subject>, type = 'win-bridge'): void {
  const tests = suite(`conformance of ${name}`);
  const printed: Output[] = [];
  let outcomes: readonly PointOutcome[] = [];
  tests.before(async () => {
    outcomes = (await runSuite({ open, type, onOutput: (output) => printed.push(output) })).points;
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
  tests('libcni reads every stdout of the suite, and converts every result into every version', async () => {
    const judged = printed.flatMap(judgeable);
    assert.ok(judged.length > POINTS.length, `${judged.length} of ${printed.length} outputs can be judged`);
    const answers = await verdicts(judged);
    assert.is(answers.length, judged.length);
    const refused = answers.flatMap((answer, at) => (answer === 'ok' ? [] : [`${answer}: ${brief(judged[at])}`]));
    assert.equal(refused, []);
  });
  tests.run();
}

/** What libcni would be given: nothing where nothing was printed, and no version that libcni does not have either. */
function judgeable({ verb, code, stdout, cniVersion: version }: Output): readonly Printed[] {
  if (stdout === '' || (code !== 0 && code !== 1) || !VERSIONS.some((known) => known === version)) return [];
  if (code === 1) return [{ kind: 'error', version, stdout }];
  return [{ kind: verb === 'VERSION' ? 'version' : 'result', version, stdout }];
}
