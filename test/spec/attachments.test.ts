/** The list that GC is given, under both of its names. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { validAttachments } from '../../src/spec/attachments.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const valid = suite('validAttachments()');

const LIST = [
  { containerID: 'a', ifname: 'eth0', more: 1 },
  { CONTAINERID: 'b', IfName: 'eth1' },
];
const READ = [
  { containerId: 'a', ifname: 'eth0' },
  { containerId: 'b', ifname: 'eth1' },
];

valid('reads the list under either name, the newer one first', () => {
  assert.equal(validAttachments({ 'cni.dev/valid-attachments': LIST }), READ);
  assert.equal(validAttachments({ 'cni.dev/attachments': LIST }), READ);
  assert.equal(validAttachments({ 'cni.dev/attachments': LIST, 'cni.dev/valid-attachments': [] }), []);
});
valid('an absent list is not an empty one', () => {
  assert.is(validAttachments({}), undefined);
  assert.is(validAttachments({ 'cni.dev/valid-attachments': null }), undefined);
});
for (const [list, path] of [
  ['x', 'cni.dev/valid-attachments'],
  [[5], 'cni.dev/valid-attachments[0].containerID'],
  [[LIST[0], { containerID: 'b' }], 'cni.dev/valid-attachments[1].ifname'],
] as const) {
  valid(`refuses ${JSON.stringify(list)}`, () => {
    const error = throwsCni(() => validAttachments({ 'cni.dev/valid-attachments': list }), Code.InvalidConfig);
    assert.is(error.details, `JSON path ${path}`);
  });
}

valid.run();
