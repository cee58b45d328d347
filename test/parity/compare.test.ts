import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bindings, compare } from './compare.ts';

const comparison = suite('parity: comparison');
const none = (): Bindings => new Map();
const GUID = 'F0C1B1D2-2F0E-5E7A-9B0D-AA2BD70D1F01';

comparison('equal values have no difference, however their keys are ordered', () => {
  assert.equal(compare({ theirs: { a: 1, b: [null] }, ours: { b: [null], a: 1 } }, 'stdout', none()), []);
});

comparison('each path that differs is named once, with both values', () => {
  const theirs = { Policies: [{ Type: 'ACL' }, { Type: 'L2Driver' }], Flags: 0, Dns: {} };
  const ours = { Policies: [{ Type: 'PortMapping' }], Flags: 0, Dns: { Domain: 'x' } };
  assert.equal(compare({ theirs, ours }, 'endpoints["a b"]', none()), [
    { path: 'endpoints["a b"].Policies[0].Type', theirs: 'ACL', ours: 'PortMapping' },
    { path: 'endpoints["a b"].Policies[1]', theirs: { Type: 'L2Driver' } },
    { path: 'endpoints["a b"].Dns.Domain', ours: 'x' },
  ]);
});

comparison('a key that is no name is quoted; null is a value, and a missing key is none', () => {
  const found = compare({ theirs: { 'ipam/cbr0/lock': '', 'a/': null }, ours: { 'a/': '' } }, 'files', none());
  assert.equal(found, [
    { path: 'files["ipam/cbr0/lock"]', theirs: '' },
    { path: 'files["a/"]', theirs: null, ours: '' },
  ]);
});

comparison('a list is not an object, and a number is no text', () => {
  assert.is(compare({ theirs: [], ours: {} }, 'a', none()).length, 1);
  assert.is(compare({ theirs: '6', ours: 6 }, 'a', none()).length, 1);
});

comparison('a placeholder is one value in all places and steps', () => {
  const bindings = none();
  assert.equal(compare({ theirs: '{{mac:1}}', ours: '00-15-5D-52-C0-00' }, 'a', bindings), []);
  assert.equal(compare({ theirs: '{{mac:1}}', ours: '00-15-5D-52-C0-00' }, 'b', bindings), []);
  assert.equal(compare({ theirs: '{{mac:1}}', ours: '00-15-5D-52-C0-01' }, 'c', bindings), [
    { path: 'c', theirs: '{{mac:1}}', ours: '00-15-5D-52-C0-01' },
  ]);
});

comparison('two placeholders may be one id, because ours follow from names, but not one MAC address', () => {
  const bindings = none();
  assert.equal(compare({ theirs: '{{endpoint:1}}', ours: GUID }, 'a', bindings), []);
  assert.equal(compare({ theirs: '{{endpoint:2}}', ours: GUID }, 'a', bindings), []);
  assert.equal(compare({ theirs: '{{mac:1}}', ours: '00-15-5D-52-C0-00' }, 'a', bindings), []);
  assert.is(compare({ theirs: '{{mac:2}}', ours: '00-15-5D-52-C0-00' }, 'a', bindings).length, 1);
});

comparison('what is no id and no MAC address is none behind a placeholder either', () => {
  assert.is(compare({ theirs: '{{endpoint:1}}', ours: 'endpoint' }, 'a', none()).length, 1);
  assert.is(compare({ theirs: '{{mac:1}}', ours: '00:15:5d:52:c0:00' }, 'a', none()).length, 1);
  assert.is(compare({ theirs: '{{mac:1}}', ours: 7 }, 'a', none()).length, 1);
});

comparison('our value is told in the words of the recording where they are known', () => {
  const bindings: Bindings = new Map([['{{endpoint:1}}', GUID]]);
  const [found] = compare({ theirs: undefined, ours: { ID: GUID, Name: 'x' } }, 'a', bindings);
  assert.equal(found, { path: 'a', ours: { ID: '{{endpoint:1}}', Name: 'x' } });
});

comparison.run();
