import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Entry, flawsOf, judge, keyOf, verdictOf } from './judge.ts';
import { REASONS } from './reasons.ts';
import type { Found } from './replay.ts';
import { sumOf, tableOf } from './table.ts';

const judging = suite('parity: reviewed list');

const [REASON = ''] = Object.keys(REASONS);
const CODE: Found = { scenario: 's', step: 1, path: 'stdout.code', theirs: 999, ours: 7 };
const LOCK: Found = { scenario: 's', step: 2, path: 'files["lock"]', theirs: '' };
const entry = (found: Found, reason = REASON): Entry => ({ ...found, reason });
const rowsOf = (found: readonly Found[], list: readonly Entry[]): ReturnType<typeof judge> =>
  judge([{ name: 's', steps: 3, found }], list);

judging('nothing found is the same, and everything explained is explained', () => {
  const rows = [...rowsOf([], []), ...rowsOf([CODE, LOCK], [entry(CODE), entry(LOCK)])];
  assert.equal(rows.map(verdictOf), ['same', 'explained']);
  assert.is(sumOf(rows), 'parity: 2 scenarios, 1 same, 1 explained, 0 unexplained');
});

for (const [what, list] of [
  ['without an entry', []],
  ['with an entry for another step', [entry({ ...CODE, step: 2 })]],
  ['with an entry for another scenario', [entry({ ...CODE, scenario: 'other' })]],
  ['with an entry for another path', [entry({ ...CODE, path: 'stdout' })]],
  ['with an entry for another value of theirs', [entry({ ...CODE, theirs: 998 })]],
  ['with an entry for another value of ours', [entry({ ...CODE, ours: 8 })]],
  ['with an entry for no value of ours', [entry({ scenario: 's', step: 1, path: 'stdout.code', theirs: 999 })]],
  ['with an entry that has an empty reason', [entry(CODE, '')]],
  ['with an entry whose reason there is not', [entry(CODE, 'because')]],
] as const) {
  judging(`a difference ${what} is unexplained, and the table shows it`, () => {
    const rows = rowsOf([CODE], list);
    assert.equal(rows[0]?.unexplained, [CODE]);
    assert.equal(rows.map(verdictOf), ['unexplained']);
    assert.ok(tableOf(rows).some((line) => line.includes('stdout.code: theirs 999, ours 7')));
    assert.match(sumOf(rows), /0 explained, 1 unexplained$/);
  });
}

judging('an entry that does not occur is an error even when nothing else is', () => {
  const rows = rowsOf([CODE], [entry(CODE), entry(LOCK)]);
  assert.equal(rows[0]?.stale, [entry(LOCK)]);
  assert.equal(rows.map(verdictOf), ['unexplained']);
});

judging('a scenario that could not be played is neither the same nor explained', () => {
  const rows = judge([{ name: 's', steps: 3, found: [], failure: 'no drive' }], []);
  assert.equal(rows.map(verdictOf), ['unexplained']);
  assert.ok(tableOf(rows).some((line) => line.includes('no drive')));
});

judging('entries of scenarios that were not played are left alone', () => {
  assert.equal(rowsOf([], [entry({ ...LOCK, scenario: 'other' })]).map(verdictOf), ['same']);
});

judging('no value, null and nothing said are told apart; the order of keys is not', () => {
  const base = { scenario: 's', step: 0, path: 'p' };
  assert.is.not(keyOf({ ...base, theirs: null }), keyOf({ ...base }));
  assert.is.not(keyOf({ ...base, theirs: 1 }), keyOf({ ...base, ours: 1 }));
  assert.is(
    keyOf({ ...base, ours: { a: 1, b: [{ c: 2, d: 3 }] } }),
    keyOf({ ...base, ours: { b: [{ d: 3, c: 2 }], a: 1 } }),
  );
  assert.is.not(keyOf({ ...base, ours: [1, 2] }), keyOf({ ...base, ours: [2, 1] }));
});

judging('the list itself may not have empty reasons, unknown ones, or an entry twice', () => {
  assert.equal(flawsOf([entry(CODE), entry(LOCK)]), []);
  assert.is(flawsOf([entry(CODE, ''), entry(LOCK, 'because')]).length, 2);
  assert.is(flawsOf([entry(CODE), entry(CODE)]).length, 1);
});

judging.run();
