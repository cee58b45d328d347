/** What can be told of one ACL rule: its place, its families, and whether anything passes it by. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { familiesOf, isAcl, matchesAll, ruleOf } from '../../src/policy/acl.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';

const acl = (more: Record<string, unknown>): EndpointPolicy => ({
  Type: 'ACL',
  Settings: { Action: 'Allow', Direction: 'In', Priority: 7, ...more },
});

const rules = suite('acl');

rules('ruleOf() reads a rule, of the switch unless it says otherwise', () => {
  assert.equal(ruleOf(acl({})), { direction: 'In', ruleType: 'Switch', action: 'Allow', priority: 7 });
  const host = { Action: 'Block', Direction: 'Out', RuleType: 'Host' };
  const expected = { direction: 'Out', ruleType: 'Host', action: 'Block', priority: 0 };
  assert.equal(ruleOf({ Type: 'ACL', Settings: host }), expected);
});
rules('isAcl() is so for endpoints and networks', () => {
  assert.equal(
    ['ACL', 'NetworkACL', 'TierAcl', 'QOS'].map((Type) => isAcl({ Type, Settings: {} })),
    [true, true, false, false],
  );
});

const FAMILIES: readonly (readonly [more: Record<string, unknown>, families: readonly number[]])[] = [
  [{}, [4, 6]],
  [{ RemoteAddresses: '' }, [4, 6]],
  [{ RemoteAddresses: 'set-1' }, [4, 6]],
  [{ RemoteAddresses: 'set-1,10.0.0.1' }, [4]],
  [{ LocalAddresses: 'fd00::/64' }, [6]],
];
for (const [more, families] of FAMILIES) {
  rules(`familiesOf() of ${JSON.stringify(more)} is ${families.join()}`, () => {
    assert.equal(familiesOf(acl(more)), families);
  });
}

const ALL: readonly (readonly [more: Record<string, unknown>, of4: boolean, of6: boolean])[] = [
  [{}, true, true],
  [{ Protocols: '256', RemoteAddresses: '', LocalPorts: '' }, true, true],
  [{ Protocols: '6' }, false, false],
  [{ Protocols: '6', LocalPorts: '80' }, false, false],
  [{ RemoteAddresses: '10.0.0.0/8' }, false, false],
  [{ RemoteAddresses: '0.0.0.0/0' }, true, false],
  [{ LocalAddresses: '10.0.0.1,0.0.0.0/0', RemoteAddresses: '0.0.0.0/0' }, true, false],
  [{ RemoteAddresses: '::/0' }, false, true],
  [{ LocalAddresses: 'set-1' }, false, false],
];
for (const [more, of4, of6] of ALL) {
  rules(`matchesAll() of ${JSON.stringify(more)} is ${of4} for IPv4 and ${of6} for IPv6`, () => {
    assert.equal([matchesAll(acl(more), 4), matchesAll(acl(more), 6)], [of4, of6]);
  });
}

rules.run();
