/** Which version of HNS has what, and which policies make it worth asking. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import {
  FEATURES,
  type Feature,
  featuresNeeded,
  type HnsVersion,
  hasFeature,
  versionsWith,
} from '../../src/policy/features.ts';

const features = suite('features');

/** For each feature the versions at which the answer changes; it begins with false. */
const TURNS: Readonly<Record<Feature, readonly HnsVersion[]>> = {
  'ACL lists, ids and port ranges': [[7, 2]],
  'Host rules without priority': [[7, 2]],
  'remote subnet routes': [[9, 2]],
  'host routes': [[9, 2]],
  'direct server return': [
    [9, 3],
    [10, 0],
    [10, 2],
  ],
  '/32 endpoint prefixes': [
    [9, 3],
    [10, 0],
    [10, 4],
  ],
  'VXLAN port': [[10, 3]],
  'ACL protocol 252': [[11, 0]],
  'IPv6 dual stack': [[11, 10]],
  'set policies': [[13, 0]],
  L4Proxy: [
    [9, 5],
    [10, 0],
    [10, 5],
    [11, 0],
    [11, 11],
    [12, 0],
    [12, 1],
    [13, 0],
    [13, 1],
  ],
  L4WFPPROXY: [[13, 2]],
  TierAcl: [[14, 0]],
  NetworkACL: [[15, 0]],
  'nested set policies': [[15, 0]],
  DisableHostPort: [[15, 1]],
};
const versions: readonly HnsVersion[] = Array.from({ length: 18 }, (_, major) =>
  Array.from({ length: 14 }, (_each, minor): HnsVersion => [major, minor]),
).flat();

for (const [feature, turns] of Object.entries(TURNS) as [Feature, readonly HnsVersion[]][]) {
  features(`hasFeature() turns for ${feature} at ${turns.join('; ')}`, () => {
    for (const [major, minor] of versions) {
      const passed = turns.filter(([a, b]) => a < major || (a === major && b <= minor));
      assert.is(hasFeature([major, minor], feature), passed.length % 2 === 1, `${major}.${minor}`);
    }
    assert.ok(hasFeature([99, 0], feature));
  });
}
features('every feature is tried', () => {
  assert.equal([...FEATURES].sort(), Object.keys(TURNS).sort());
});

features('versionsWith() says it for people', () => {
  assert.is(versionsWith('direct server return'), '9.3 or later of 9, or 10.2 or later');
  assert.is(versionsWith('IPv6 dual stack'), '11.10 or later');
});

const acl = (more: Record<string, unknown>): EndpointPolicy => ({
  Type: 'ACL',
  Settings: { Action: 'Allow', Direction: 'In', Priority: 1, ...more },
});
const policy = (Type: string, Settings = {}): EndpointPolicy => ({ Type, Settings });

const NEEDED: readonly (readonly [policies: readonly EndpointPolicy[], needed: readonly Feature[]])[] = [
  [[], []],
  [[policy('OutBoundNAT', { Exceptions: ['10.0.0.0/8'] }), policy('SDNRoute', { DestinationPrefix: '::/0' })], []],
  [[policy('OutBoundNAT', { Destinations: ['10.244.3.3'] })], ['direct server return']],
  [[policy('OutBoundNAT', { Destinations: [] })], []],
  [[policy('PortMapping', { Protocol: 6, InternalPort: 80, Flags: 1 })], []],
  [[policy('PortMapping', { Protocol: 6, InternalPort: 80, Flags: 3 })], ['IPv6 dual stack']],
  [[policy('L4Proxy')], ['L4Proxy']],
  [[policy('L4WFPPROXY')], ['L4WFPPROXY']],
  [[policy('TierAcl')], ['TierAcl']],
  [[acl({ Id: 'x', LocalPorts: '80,443', Protocols: '6' }), acl({ RemotePorts: '1-9', Protocols: '6' })], []],
  [[acl({ RuleType: 'Host', Priority: 0 })], []],
  [[acl({ Protocols: '252' })], ['ACL protocol 252']],
  [[acl({ RemoteAddresses: 'azure-npm-1' })], ['set policies']],
  [[acl({ RemoteAddresses: '10.0.0.0/8,10.1.2.3' })], []],
  [[policy('SetPolicy', { Id: 's', PolicyType: 'IPSET' })], ['set policies']],
  [[policy('SetPolicy', { Id: 's', PolicyType: 'NESTEDIPSET' })], ['set policies', 'nested set policies']],
  [[policy('VxlanPort', { Port: 4789 })], ['VXLAN port']],
  [[policy('HostRoute'), policy('RemoteSubnetRoute')], []],
  [[policy('NetworkACL', acl({ Protocols: '252' }).Settings)], ['ACL protocol 252', 'NetworkACL']],
  [
    [policy('TierAcl'), policy('L4Proxy'), policy('TierAcl')],
    ['L4Proxy', 'TierAcl'],
  ],
  [[policy('Unheard'), policy('constructor')], []],
];
for (const [policies, needed] of NEEDED) {
  features(`featuresNeeded() of ${JSON.stringify(policies)} is ${needed.join(', ') || 'nothing'}`, () => {
    assert.equal(featuresNeeded(policies), needed);
  });
}
features('featuresNeeded() never names what every version with HCN has', () => {
  const all = NEEDED.flatMap(([policies]) => policies);
  for (const feature of featuresNeeded(all)) assert.not(hasFeature([9, 2], feature), feature);
});

features.run();
