/** Decoders: keys in any case, and errors that name the JSON path. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bool,
  type Decoder,
  fail,
  integer,
  isRecord,
  type Json,
  join,
  list,
  member,
  number,
  oneOf,
  optional,
  record,
  refuse,
  required,
  show,
  text,
} from '../../src/spec/decode.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const parse = (json: string): Json => JSON.parse(json) as Json;

const keys = suite('member()');

const MEMBERS: readonly (readonly [json: string, key: string, value: unknown])[] = [
  ['{"dataDir":1}', 'dataDir', 1],
  ['{"DATADIR":1}', 'dataDir', 1],
  ['{"datadir":1,"dataDir":2}', 'dataDir', 2],
  ['{"dataDir":2,"datadir":1}', 'dataDir', 2],
  ['{"dataDir":null}', 'dataDir', undefined],
  ['{"dataDir":null,"datadir":1}', 'dataDir', 1],
  ['{"DataDir":null,"datadir":1}', 'dataDir', 1],
  ['{"dataDir":false}', 'dataDir', false],
  ['{"dataDir":0}', 'dataDir', 0],
  ['{"dataDir":""}', 'dataDir', ''],
  ['{}', 'dataDir', undefined],
  ['{}', 'constructor', undefined],
  ['{}', 'toString', undefined],
  ['{}', '__proto__', undefined],
  ['{"__proto__":1}', '__proto__', 1],
  ['{"hasOwnProperty":1,"a":2}', 'a', 2],
];
for (const [json, key, value] of MEMBERS) {
  keys(`member() finds ${key} of ${json} as ${JSON.stringify(value)}`, () => {
    assert.equal(member(parse(json), key), value);
  });
}
keys('member() finds any key in any case', () => {
  const spelling = fc
    .stringMatching(/^[a-zA-Z]{1,12}$/)
    .chain((key) => fc.record({ key: fc.constant(key), spelled: fc.mixedCase(fc.constant(key)) }));
  fc.assert(fc.property(spelling, ({ key, spelled }) => member({ [spelled]: 7 }, key) === 7));
});

keys.run();

const decoders = suite('decoders');

const TAKEN: readonly (readonly [decoder: Decoder<unknown>, value: unknown])[] = [
  [text, ''],
  [bool, false],
  [integer(1, 3), 1],
  [integer(1, 3), 3],
  [number(0.5, 1), 0.5],
  [number(0.5, 1), 1],
  [oneOf('a', 'b'), 'b'],
  [record, {}],
  [list(text), []],
  [list(text), ['a', 'b']],
];
for (const [decoder, value] of TAKEN) {
  decoders(`takes ${JSON.stringify(value)}`, () => {
    assert.equal(decoder(value, 'x'), value);
  });
}

const REFUSED: readonly (readonly [decoder: Decoder<unknown>, value: unknown, message: string])[] = [
  [text, 5, 'x: it is 5, expected a string'],
  [text, undefined, 'x: it is absent, expected a string'],
  [bool, 'true', 'x: it is "true", expected true or false'],
  [integer(1, 3), 0, 'x: it is 0, expected an integer in [1, 3]'],
  [integer(1, 3), 4, 'x: it is 4, expected an integer in [1, 3]'],
  [integer(1, 3), 1.5, 'x: it is 1.5, expected an integer in [1, 3]'],
  [integer(1, 3), '1', 'x: it is "1", expected an integer in [1, 3]'],
  [number(0.5, 1), 0.4, 'x: it is 0.4, expected a number in [0.5, 1]'],
  [number(0.5, 1), 1.1, 'x: it is 1.1, expected a number in [0.5, 1]'],
  [oneOf('a', 'b'), 'A', 'x: it is "A", expected one of "a", "b"'],
  [record, [], 'x: it is [], expected a JSON object'],
  [record, undefined, 'x: it is absent, expected a JSON object'],
  [list(text), {}, 'x: it is {}, expected a JSON array'],
  [list(text), ['a', 1], 'x[1]: it is 1, expected a string'],
  [list(list(bool)), [[], [true, null]], 'x[1][1]: it is null, expected true or false'],
];
for (const [decoder, value, message] of REFUSED) {
  decoders(`refuses with "${message}"`, () => {
    const error = throwsCni(() => decoder(value, 'x'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
    assert.is(error.details, `JSON path ${message.slice(0, message.indexOf(':'))}`);
  });
}

decoders('optional() and required() name the key below the path of the object', () => {
  const at = { path: 'ipam', as: text };
  assert.is(optional({}, 'Subnet', at), undefined);
  assert.is(optional({ subnet: null }, 'Subnet', at), undefined);
  assert.is(optional({ SUBNET: 'a' }, 'subnet', at), 'a');
  throwsCni(() => optional({ SUBNET: 1 }, 'subnet', at), Code.InvalidConfig, /^Cannot use ipam\.subnet: it is 1/);
  throwsCni(() => required({}, 'subnet', at), Code.InvalidConfig, /^Cannot use ipam\.subnet: it is absent/);
  throwsCni(() => required({}, 'subnet', { ...at, path: '' }), Code.InvalidConfig, /^Cannot use subnet: it is absent/);
});
decoders('join() leaves out an empty path', () => {
  assert.equal([join('', 'a'), join('a', 'b'), join('a[0]', 'b')], ['a', 'a.b', 'a[0].b']);
});
decoders('isRecord() tells objects from arrays, null and the rest', () => {
  assert.equal([{}, [], null, 'a', 1, undefined].map(isRecord), [true, false, false, false, false, false]);
});
decoders('show() is short and on one line', () => {
  assert.is(show(undefined), 'it is absent');
  assert.is(show('a\nb'), 'it is "a\\nb"');
  assert.is(show('x'.repeat(1000)), `it is "${'x'.repeat(76)}...`);
});
decoders('fail() and refuse() carry code 7 and the JSON path', () => {
  const failed = throwsCni(() => fail('a.b', 'a c', 1), Code.InvalidConfig);
  assert.equal(failed.toJSON(), { code: 7, msg: 'Cannot use a.b: it is 1, expected a c', details: 'JSON path a.b' });
  const refused = throwsCni(() => refuse('a.b', 'it is odd'), Code.InvalidConfig);
  assert.equal(refused.toJSON(), { code: 7, msg: 'Cannot use a.b: it is odd', details: 'JSON path a.b' });
});

decoders.run();
