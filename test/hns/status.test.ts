/** The table of HRESULTs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hex, ROWS, statusOf } from '../../src/hns/status.ts';

const status = suite('status');

status('statusOf() finds each row by its signed and its unsigned number', () => {
  for (const [hr, name, outcome, cause] of ROWS) {
    assert.equal(statusOf(hr), { name, outcome, cause });
    assert.equal(statusOf(hr | 0), { name, outcome, cause });
  }
});
status('each row is a failure, listed once, with words that follow a comma', () => {
  const codes = ROWS.map(([hr]) => hr);
  const names = ROWS.map(([, name]) => name);
  assert.is(new Set(codes).size, codes.length);
  assert.is(new Set(names).size, names.length);
  for (const [hr, name, , cause] of ROWS) {
    assert.ok((hr | 0) < 0, name);
    assert.match(name, /^[A-Z][A-Z_]+$/);
    assert.match(cause, /^[a-zH].*[^.]$/);
  }
});

/** What ADD, CHECK and DEL depend on. */
const OUTCOMES = [
  [0x803b0001, 'missing'],
  [0x803b0002, 'missing'],
  [0x80070490, 'missing'],
  [0x803b0031, 'missing'],
  [0x80071392, 'exists'],
  [0x803b002b, 'exists'],
  [0x803b002f, 'reserved'],
  [0x80070426, 'unavailable'],
  [0x800706ba, 'unavailable'],
  [0x803b0020, 'unavailable'],
  [0x800705b4, 'unknown'],
  [0x800706be, 'unknown'],
  [0x80004005, 'unknown'],
  [0x80070005, 'final'],
  [0x803b001e, 'final'],
] as const;
for (const [hr, outcome] of OUTCOMES) {
  status(`statusOf() of ${hex(hr)} is ${outcome}`, () => {
    assert.is(statusOf(hr).outcome, outcome);
  });
}
status('statusOf() takes a code that is not listed for final', () => {
  const unlisted = { name: 'unlisted', outcome: 'final', cause: 'no cause is known for this code' };
  for (const hr of [0x803bffff, -1, 0, 5]) assert.equal(statusOf(hr), unlisted);
});
status('hex() has eight capital digits', () => {
  assert.equal([0, 5, -1, 0x803b002f, 0x803b002f | 0].map(hex), [
    '0x00000000',
    '0x00000005',
    '0xFFFFFFFF',
    '0x803B002F',
    '0x803B002F',
  ]);
});

status.run();
