import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome } from './outcome.ts';
import { type Context, type Seen, underRules } from './rules.ts';

const rules = suite('parity: global rules');

const EMPTY: Outcome = { endpoints: {}, namespaces: {}, networks: {}, computeSystems: {}, files: {} };
const CONTEXT: Context = { ifname: 'eth0', netns: 'GUID', isRepeatedAdd: false, isClient: false };

/** Both sides after the rules. */
function seen(theirs: Partial<Outcome>, ours: Partial<Outcome>, context: Partial<Context> = {}): Seen {
  const pair = { theirs: { ...EMPTY, ...theirs }, ours: { ...EMPTY, ...ours } };
  return underRules(pair, { ...CONTEXT, ...context });
}

function areSame(theirs: Partial<Outcome>, ours: Partial<Outcome>, context: Partial<Context> = {}): boolean {
  const after = seen(theirs, ours, context);
  return JSON.stringify(after.theirs) === JSON.stringify(after.ours);
}

const peers = { interfaces: [{ mac: 'M', name: 'id_cbr0' }], ips: [{ address: '10.0.0.5/24' }] };
const result = (changes: object = {}, index: unknown = 0): object => ({
  interfaces: [{ mac: 'M', name: 'eth0', sandbox: 'GUID', ...changes }],
  ips: [{ address: '10.0.0.5/24', interface: index }],
});

rules('a result with the right name, sandbox and index is that of the peer', () => {
  const { theirs, ours } = seen({ stdout: peers }, { stdout: result() });
  assert.equal(ours.stdout, theirs.stdout);
});

for (const [what, stdout] of [
  ['another name', result({ name: 'eth1' })],
  ['another sandbox', result({ sandbox: 'OTHER' })],
  ['another index', result({}, 1)],
  ['another MAC address', result({ mac: 'N' })],
] as const) {
  rules(`a result with ${what} is not`, () => {
    const { theirs, ours } = seen({ stdout: peers }, { stdout });
    assert.not.equal(ours.stdout, theirs.stdout);
  });
}

rules('an interface more than the peer has is not taken away', () => {
  const stdout = { ...result(), interfaces: [{ name: 'first' }, { mac: 'M', name: 'eth0', sandbox: 'GUID' }] };
  assert.equal(seen({ stdout: peers }, { stdout }).ours.stdout, stdout);
});

rules('what HNS dates and its switches are no difference', () => {
  const at = (time: unknown, id: string): Partial<Outcome> => ({
    endpoints: { a: { Health: { Data: { LastUpdateTime: time } } } },
    networks: { n: { Health: { Extra: { SwitchGuid: id } } } },
  });
  assert.ok(areSame(at('{{time}}', 'A'), at(134_000_000, 'B')));
});

rules('our records are none, and neither is the lock of a folder that we alone have', () => {
  assert.ok(areSame({}, { files: { 'a/n/lock': '', 'a/n/.wincni/attachments/k.json': '{}' } }));
});

for (const [what, theirs, ours] of [
  ['a lease of ours', {}, { 'a/n/10.0.0.5': 'id', 'a/n/.wincni/k': '' }],
  ['a lock that locks nothing', {}, { 'a/n/lock': '' }],
  ['a lock with a content', {}, { 'a/n/lock': 'x', 'a/n/.wincni/k': '' }],
  ['a lock in a folder that the peer has', { 'a/n/last': '' }, { 'a/n/last': '', 'a/n/lock': '', 'a/n/.wincni/k': '' }],
  ['a lock of theirs', { 'a/n/lock': '' }, { 'a/n/.wincni/k': '' }],
] as const) {
  rules(`${what} is a difference`, () => {
    assert.not(areSame({ files: theirs }, { files: ours }));
  });
}

rules('an ADD repeated is refused by us, whatever the peer says', () => {
  const ours = { exitCode: 1, stdout: { code: 103, msg: 'it is attached already' } };
  assert.ok(areSame({ exitCode: 0, stdout: peers }, ours, { isRepeatedAdd: true }));
  assert.ok(areSame({ exitCode: 1, stdout: { code: 999 } }, ours, { isRepeatedAdd: true }));
  assert.not(areSame({ exitCode: 0, stdout: peers }, ours));
  assert.not(areSame({ exitCode: 0, stdout: peers }, { exitCode: 1, stdout: { code: 100 } }, { isRepeatedAdd: true }));
});

rules('an ADD repeated through cnitool is refused without a word on stdout', () => {
  const context = { isRepeatedAdd: true, isClient: true };
  assert.ok(areSame({ exitCode: 0, stdout: peers }, { exitCode: 1, stdout: '' }, context));
  assert.not(areSame({ exitCode: 0, stdout: peers }, { exitCode: 0, stdout: '' }, context));
});

rules('the state after a refused ADD is compared all the same', () => {
  const ours = { exitCode: 1, stdout: { code: 103 }, files: { 'a/n/10.0.0.5': 'id' } };
  assert.not(areSame({ exitCode: 0, stdout: peers }, ours, { isRepeatedAdd: true }));
});

rules('of an error only the code counts', () => {
  assert.ok(
    areSame({ stdout: { code: 7, msg: 'a' } }, { stdout: { cniVersion: '1.0.0', code: 7, msg: 'b', details: 'c' } }),
  );
  assert.not(areSame({ stdout: { code: 999, msg: 'a' } }, { stdout: { code: 7, msg: 'a' } }));
});

rules("libcni's own files are left out where cnitool was run, and only there", () => {
  const files = { 'var/lib/cni/results/cbr0-x-eth0': '{}' };
  assert.ok(areSame({ files }, {}, { isClient: true }));
  assert.not(areSame({ files }, {}));
});

rules.run();
