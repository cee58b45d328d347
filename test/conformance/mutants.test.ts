/** The suite tested: it passes a correct plugin whole, and says of each broken one what is broken, and nothing else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Case } from './case.ts';
import { ALL_CASES } from './cases.ts';
import { dialectOf } from './dialect.ts';
import { mountFullVolume } from './full-volume.ts';
import { minimalPlugin } from './mutants/minimal-plugin.ts';
import { MUTANTS, type Mutant, type Quirk } from './mutants/mutants.ts';
import { POINTS } from './points.ts';
import { judge, type PointOutcome, runCases } from './runner.ts';

const AT_ONCE = 8;
const TABLE = Object.entries(MUTANTS) as readonly (readonly [Quirk, Mutant])[];

/** What the suite says of the minimal plugin broken like this. */
async function verdict(cases: readonly Case[], ...quirks: readonly Quirk[]): Promise<readonly PointOutcome[]> {
  const fullVolume = mountFullVolume();
  try {
    const dialect = dialectOf('win-bridge');
    const bench = { subject: minimalPlugin(...quirks), dialect, fullVolume, onOutput: () => undefined };
    return judge(POINTS, await runCases(cases, bench, AT_ONCE));
  } finally {
    fullVolume?.end();
  }
}

const isAbout = ({ points }: Case, wanted: readonly string[]): boolean => points.some((id) => wanted.includes(id));

/** The stories of these points in all versions, all others in one. */
const thorough = (wanted: readonly string[]): readonly Case[] =>
  ALL_CASES.map((story) => {
    const newest = story.versions?.at(-1);
    return newest === undefined || isAbout(story, wanted) ? story : { ...story, versions: [newest] };
  });

const failedIds = (outcomes: readonly PointOutcome[]): readonly string[] =>
  outcomes.filter(({ state }) => state === 'failed').map(({ point }) => point.id);

const whole = suite('the minimal plugin');

whole('passes every testable point', async () => {
  const outcomes = await verdict(ALL_CASES);
  const reasons = outcomes.flatMap(({ point, failures }) =>
    failures.map(({ title, reason }) => `${point.id} ${title}: ${reason}`),
  );
  assert.equal(reasons, []);
  assert.equal(failedIds(outcomes), []);
});

whole('can be broken for every testable MUST, SHOULD and windows point', () => {
  const broken = new Set(TABLE.map(([, { point }]) => point));
  const needed = POINTS.filter(({ level, untested }) => level !== 'MAY' && untested === undefined);
  assert.equal(
    needed.map(({ id }) => id).filter((id) => !broken.has(id)),
    [],
  );
});

whole.run();

const mutants = suite('a plugin that');

for (const [quirk, { point, how, also = [], isBroad = false }] of TABLE) {
  mutants(`${how} fails ${[point, ...also].join(', ')}`, async () => {
    const expected = [point, ...also].sort();
    if (isBroad) {
      const own = ALL_CASES.filter((story) => isAbout(story, [point]));
      const outcome = (await verdict(own, quirk)).find((one) => one.point.id === point);
      assert.is(outcome?.failures.length === 0, false);
      return;
    }
    assert.equal([...failedIds(await verdict(thorough(expected), quirk))].sort(), expected);
  });
}

mutants.run();
