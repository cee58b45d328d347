/** What a run of uvu counts as: its own totals, and the ways in which it fails while saying that all is well. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countRun, parseUvu, plain } from '../../scripts/uvu-summary.js';

const totals = (total: number, passed: number, skipped: number): string =>
  `file.test.ts\n • •   (${passed} / ${total})\n\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n\n`;

const run = (output: string, code: number | null = 0, timedOut = false) => ({ code, timedOut, output });
const strict = { strict: true };

const parse = suite('parseUvu()');

parse('reads the totals', () => {
  assert.equal(parseUvu(totals(12, 11, 1)), { total: 12, passed: 11, skipped: 1 });
});
parse('reads them in colour', () => {
  const coloured =
    '\n  Total:     2\u001b[32m\n  Passed:    2\u001b[39m\n  Skipped:   \u001b[33m1\u001b[39m\n  Duration:  1ms\n';
  assert.equal(parseUvu(coloured), { total: 2, passed: 2, skipped: 1 });
});
parse('takes the last ones, since a test may print others', () => {
  assert.is(parseUvu(totals(1, 1, 0) + totals(5, 4, 0))?.total, 5);
});
parse('finds none in other output', () => {
  assert.is(parseUvu('Total: 5 apples\nSyntaxError: x\n'), undefined);
});
parse.run();

const colours = suite('plain()');
colours('takes colours out', () => {
  assert.is(plain('\u001b[31ma\u001b[39m b'), 'a b');
});
colours.run();

const count = suite('countRun()');

for (const [what, ended, wanted] of [
  ['all passed', run(totals(3, 3, 0)), { passed: 3, failed: 0 }],
  ['some failed', run(totals(3, 1, 0), 1), { passed: 1, failed: 2 }],
  ['a hook threw, which uvu ends with 0', run(totals(3, 2, 0), 0), { passed: 2, failed: 1 }],
  ['nothing ran, which uvu ends with 0', run(totals(0, 0, 0), 0), { passed: 0, failed: 1 }],
  ['it crashed before its totals', run('SyntaxError', 1), { passed: 0, failed: 1 }],
  ['it was killed', run('', null), { passed: 0, failed: 1 }],
  ['it crashed after its totals', run(totals(3, 3, 0), 134), { passed: 3, failed: 1 }],
  ['its time was up', run(totals(3, 3, 0), null, true), { passed: 3, failed: 1 }],
  ['some were skipped', run(totals(3, 3, 2)), { passed: 3, failed: 2 }],
] as const) {
  count(what, () => {
    const { passed, failed } = countRun(ended, strict);
    assert.equal({ passed, failed }, wanted);
  });
}

count('skipped ones are only named where something may be missing', () => {
  assert.equal(countRun(run(totals(3, 3, 2)), { strict: false }), { passed: 3, failed: 0, note: '2 skipped' });
});

count.run();
