/** What ACLs need beside themselves: blocks without host bits, and an end for what none of them matches. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Direction, matchesAll, ruleOf } from '../../src/policy/acl.ts';
import { aclDefault, allowAll, openDirections, withoutHostBits } from '../../src/policy/acl-default.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { acl as aclSettings } from './arbitraries.ts';

const acl = (more: Record<string, unknown>): EndpointPolicy => ({
  Type: 'ACL',
  Settings: { Action: 'Block', Direction: 'Out', Priority: 200, ...more },
});

const ends = suite('acl-default');

ends('aclDefault() is allow or deny', () => {
  assert.equal([aclDefault('allow', 'aclDefault'), aclDefault('deny', 'aclDefault')], ['allow', 'deny']);
  throwsCni(() => aclDefault('Deny', 'aclDefault'), Code.InvalidConfig, /expected one of "allow", "deny"/);
});

const BITS: readonly (readonly [written: string, sent: string])[] = [
  ['', ''],
  ['10.1.2.3', '10.1.2.3'],
  ['10.1.0.0/16', '10.1.0.0/16'],
  ['10.1.2.3/32', '10.1.2.3/32'],
  ['10.1.2.3/16', '10.1.0.0/16'],
  ['10.0.0.1/0', '0.0.0.0/0'],
  ['10.9.0.0/16,set-1,10.1.2.3/16', '10.9.0.0/16,set-1,10.1.0.0/16'],
  ['fd00::1/64', 'fd00::/64'],
  ['fd00:0::/64', 'fd00:0::/64'],
];
for (const [written, sent] of BITS) {
  ends(`withoutHostBits() sends "${written}" as "${sent}"`, () => {
    const { policies, notes } = withoutHostBits([acl({ RemoteAddresses: written })]);
    assert.equal(policies, [acl({ RemoteAddresses: sent })]);
    const note = `ACL Out, priority 200: RemoteAddresses "${written}" has host bits, "${sent}" is sent`;
    assert.equal(notes, written === sent ? [] : [note]);
  });
}
ends('withoutHostBits() says it for each list, of a rule without a priority too', () => {
  const host = {
    Action: 'Allow',
    Direction: 'In',
    RuleType: 'Host',
    LocalAddresses: '10.0.0.1/8',
    RemoteAddresses: '',
  };
  const { notes } = withoutHostBits([{ Type: 'NetworkACL', Settings: host }]);
  assert.equal(notes, ['ACL In: LocalAddresses "10.0.0.1/8" has host bits, "10.0.0.0/8" is sent']);
});
ends('withoutHostBits() is about ACLs only', () => {
  const other = { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.0.0.1/8'] } };
  assert.equal(withoutHostBits([other]), { policies: [other], notes: [] });
});

const OPEN: readonly (readonly [
  rules: readonly EndpointPolicy[],
  of4: readonly Direction[],
  dual: readonly Direction[],
])[] = [
  [[], [], []],
  [[{ Type: 'OutBoundNAT', Settings: {} }], [], []],
  [[acl({ Protocols: '6' })], ['Out'], ['Out']],
  [
    [acl({ Protocols: '6' }), acl({ Direction: 'In', Protocols: '6' })],
    ['In', 'Out'],
    ['In', 'Out'],
  ],
  [[acl({ Protocols: '6' }), acl({ Action: 'Allow', Priority: 2000 })], [], []],
  [[acl({ Protocols: '6' }), acl({ Priority: 65_500 })], [], []],
  [[acl({ Protocols: '6' }), acl({ Direction: 'In' })], ['Out'], ['Out']],
  [[acl({ RemoteAddresses: '0.0.0.0/0' })], [], ['Out']],
  [[acl({ RemoteAddresses: '0.0.0.0/0' }), acl({ RemoteAddresses: '::/0', Priority: 3 })], [], []],
  [[acl({ RuleType: 'Host', Priority: 0 })], ['Out'], ['Out']],
  [[{ Type: 'NetworkACL', Settings: acl({ Protocols: '6' }).Settings }], [], []],
];
for (const [rules, of4, dual] of OPEN) {
  ends(`openDirections() of ${JSON.stringify(rules)} are ${of4.join() || 'none'}`, () => {
    assert.equal(openDirections(rules, [4]), of4);
    assert.equal(openDirections(rules, [4, 6]), dual);
  });
}

ends('allowAll() lets everything pass, last, and says so', () => {
  const { policies, notes } = allowAll('Out');
  assert.equal(policies, [{ Type: 'ACL', Settings: { Action: 'Allow', Direction: 'Out', Priority: 65_500 } }]);
  assert.equal(notes.length, 1);
  assert.match(notes.join(), /^ACL Out, priority 65500: an allow-all is added, .*"aclDefault": "deny" leaves it out$/);
});
ends('allowAll() closes what is open, and opens nothing', () => {
  const rules = fc.array(
    aclSettings().map((Settings) => ({ Type: 'ACL', Settings })),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(rules, fc.constantFrom([4] as const, [6] as const, [4, 6] as const), (policies, families) => {
      const open = openDirections(policies, families);
      const touched = policies.map((policy) => ruleOf(policy).direction);
      assert.ok(open.every((direction) => touched.includes(direction)));
      const all = [...policies, ...open.flatMap((direction) => allowAll(direction).policies)];
      assert.equal(openDirections(all, families), []);
      for (const direction of touched) {
        const of = all.filter((policy) => ruleOf(policy).direction === direction);
        assert.ok(families.every((family) => of.some((policy) => matchesAll(policy, family))));
      }
    }),
  );
});

ends.run();
