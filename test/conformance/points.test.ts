/** The checklist, the stories and docs/conformance.md agree. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALL_CASES } from './cases.ts';
import { DOCUMENT, documentOf } from './document.ts';
import { POINTS } from './points.ts';
import { conforms, scoreOf, tableOf } from './report.ts';
import { judge, type Outcome } from './runner.ts';

const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`);

const points = suite('the conformance checklist');

points('has P01 to P80 and W01 to W20, once each and in order', () => {
  assert.equal(
    POINTS.map(({ id }) => id),
    [...numbered('P', 80), ...numbered('W', 20)],
  );
});

points('has a story for each testable point, and none for another', () => {
  const told = new Set(ALL_CASES.flatMap((story) => story.points));
  for (const { id, untested } of POINTS) assert.is(told.has(id), untested === undefined, id);
  for (const id of told)
    assert.ok(
      POINTS.some((point) => point.id === id),
      id,
    );
});

points('has no two stories of one title for one point', () => {
  const keys = ALL_CASES.flatMap(({ points: ids, title }) => ids.map((id) => `${id} ${title}`));
  assert.is(new Set(keys).size, keys.length);
});

points('is what docs/conformance.md says; npm run conformance -- --docs writes it', () => {
  assert.is(readFileSync(DOCUMENT, 'utf8'), documentOf());
});

const report = suite('the conformance report');

const outcome = (id: string, reason?: string): Outcome => ({
  points: [id],
  title: 't',
  version: '1.0.0',
  reason,
  ms: 1,
});

report('counts testable points only, and tells reasons', () => {
  const outcomes = judge(POINTS, [outcome('P01'), outcome('P19'), outcome('W01', 'it broke'), outcome('W01')]);
  const testable = (level: string): number =>
    POINTS.filter((point) => point.level === level && point.untested === undefined).length;
  const [must, should, windows] = ['MUST', 'SHOULD', 'windows'].map(testable);
  assert.is(scoreOf(outcomes), `conformance: MUST 1/${must}, SHOULD 1/${should}, windows 0/${windows}`);
  const lines = tableOf(outcomes).join('\n');
  assert.match(lines, /W01 {2}windows {2}FAILED.*\n +t \(1\.0\.0\): it broke/);
  assert.match(lines, /P76 {2}MUST {5}n\.a\./);
  assert.match(lines, /P02 .*FAILED.*\n +no case has run/);
});

report('says that a plugin conforms when no MUST has failed', () => {
  const all = (failing: string): boolean =>
    conforms(
      judge(
        POINTS,
        POINTS.map(({ id }) => outcome(id, id === failing ? 'it broke' : undefined)),
      ),
    );
  assert.is(all('none'), true);
  assert.is(all('P19'), true);
  assert.is(all('P01'), false);
});

points.run();
report.run();
