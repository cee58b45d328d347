/** Settings by their description: names in either spelling, answered in one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { u16, word } from '../../src/policy/fields.ts';
import { settings } from '../../src/policy/settings.ts';
import { bool, refuse } from '../../src/spec/decode.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const decode = settings({
  fields: {
    Name: { as: word, v1: 'OldName', also: { Nickname: word }, required: true },
    Flags: { as: u16, v1: 'Reserved', fromV1: (value, path) => (bool(value, path) ? 4 : 0) },
    Gone: { as: () => undefined },
  },
  check: (read, at) => {
    if (read['Name'] === 'bad') refuse(`${at}.Name`, 'it is bad');
  },
});

const read = suite('settings()');

const READ: readonly (readonly [written: object, read: object])[] = [
  [{ Name: 'a' }, { Name: 'a' }],
  [
    { NAME: 'a', flags: 7 },
    { Name: 'a', Flags: 7 },
  ],
  [{ oldname: 'a' }, { Name: 'a' }],
  [{ nickName: 'a' }, { Name: 'a' }],
  [
    { Name: 'a', Reserved: true },
    { Name: 'a', Flags: 4 },
  ],
  [{ Name: 'a', Flags: null, Gone: 'x' }, { Name: 'a' }],
  [
    { Other: { deep: [1] }, Name: 'a', none: null },
    { Other: { deep: [1] }, Name: 'a', none: null },
  ],
  [{ Name: 'a', OldName: null }, { Name: 'a' }],
];
for (const [written, expected] of READ) {
  read(`settings() reads ${JSON.stringify(written)}`, () => {
    assert.equal(decode(written, 'x'), expected);
  });
}
read('settings() keeps the order that they were written in', () => {
  assert.equal(Object.keys(decode({ B: 1, oldName: 'a', A: 2 }, 'x')), ['B', 'Name', 'A']);
});
read('settings() takes a key that objects have by themselves for one that is not described', () => {
  const written: unknown = JSON.parse('{"Name": "a", "__proto__": {"Flags": 1}, "constructor": 2}');
  assert.is(JSON.stringify(decode(written, 'x')), '{"Name":"a","__proto__":{"Flags":1},"constructor":2}');
});

const REFUSED: readonly (readonly [written: unknown, message: string])[] = [
  [{}, 'x.Name: it is absent, expected a text that is not empty'],
  [{ Name: null }, 'x.Name: it is absent, expected a text that is not empty'],
  [{ name: '' }, 'x.name: it is "", expected a text that is not empty'],
  [{ oldName: 5 }, 'x.oldName: it is 5, expected a text that is not empty'],
  [{ Name: 'a', Reserved: 4 }, 'x.Reserved: it is 4, expected true or false'],
  [{ Name: 'a', OldName: 'a' }, 'x.OldName: it says the same as Name, expected one of them'],
  [{ Name: 'a', name: 'b' }, 'x.name: it says the same as Name, expected one of them'],
  [{ Name: 'bad' }, 'x.Name: it is bad'],
  ['x', 'x: it is "x", expected a JSON object'],
];
for (const [written, message] of REFUSED) {
  read(`settings() refuses ${JSON.stringify(written)}`, () => {
    const error = throwsCni(() => decode(written, 'x'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

read.run();
