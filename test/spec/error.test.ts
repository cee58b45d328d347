/** Errors in the words of CNI. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CniError, Code, unmistakable } from '../../src/spec/error.ts';

const error = suite('CniError');

error('toJSON() has code, msg and details; absent details are absent', () => {
  const full = new CniError(Code.Hns, 'Cannot x', { details: 'HcnOpenNetwork' });
  assert.is(JSON.stringify(full), '{"code":100,"msg":"Cannot x","details":"HcnOpenNetwork"}');
  assert.is(JSON.stringify(new CniError(Code.Io, 'Cannot y')), '{"code":5,"msg":"Cannot y"}');
});
error('keeps its cause, and has none when none is given', () => {
  const cause = new Error('why');
  assert.is(new CniError(Code.Io, 'Cannot x', { cause }).cause, cause);
  assert.not(Object.hasOwn(new CniError(Code.Io, 'Cannot x'), 'cause'));
});

const STRANGERS: readonly (readonly [thrown: unknown, message: string])[] = [
  [new TypeError('x is undefined'), 'Cannot finish the command: x is undefined'],
  ['text', 'Cannot finish the command: text'],
  [undefined, 'Cannot finish the command: undefined'],
  [null, 'Cannot finish the command: null'],
  [5, 'Cannot finish the command: 5'],
];
for (const [thrown, message] of STRANGERS) {
  error(`from() makes code 999 of ${String(thrown)}, without its stack`, () => {
    const made = CniError.from(thrown);
    assert.equal(made.toJSON(), { code: 999, msg: message });
    assert.is(made.cause, thrown);
  });
}
error('from() lets a CniError through as it is', () => {
  const known = new CniError(Code.TryAgainLater, 'Cannot x');
  assert.is(CniError.from(known), known);
});
error('unmistakable() keeps a DEL error from reading as success', () => {
  const msg = 'Cannot delete "x": Not Found, no such file or directory, HCN_E_ENDPOINT_NOT_FOUND';
  const seen = unmistakable({ code: 100, msg, details: 'file not found' });
  assert.equal(seen, {
    code: 100,
    msg: 'Cannot delete "x": missing, missing file, HCN_E_ENDPOINT_NOT_FOUND',
    details: 'file missing',
  });
  assert.equal(unmistakable({ code: 5, msg: 'Cannot x' }), { code: 5, msg: 'Cannot x' });
});
error('its codes are distinct; 1 to 99 are those of the specification', () => {
  const codes = Object.values(Code);
  assert.is(new Set(codes).size, codes.length);
  assert.equal(
    codes.filter((code) => code < 100),
    [1, 2, 3, 4, 5, 6, 7, 11, 50, 51],
  );
});

error.run();
