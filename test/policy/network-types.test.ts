/** Every network policy: what is read, how HNS is told, and what is refused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyOf } from '../../src/policy/decode-policy.ts';
import type { NetworkPolicy } from '../../src/policy/endpoint-policy.ts';
import { NETWORK_TYPES } from '../../src/policy/network-types.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const read = (value: unknown): NetworkPolicy => policyOf(NETWORK_TYPES)(value, 'p').policy;

const types = suite('NETWORK_TYPES');

const ROUTE = {
  DestinationPrefix: '10.244.3.0/24',
  IsolationId: 4096,
  ProviderAddress: '192.168.1.30',
  DistributedRouterMacAddress: '00-15-5D-3B-13-37',
};
const READ: readonly (readonly [written: Record<string, unknown>, told: NetworkPolicy])[] = [
  [
    { Type: 'netAdapterName', Settings: { networkAdapterName: 'Ethernet' } },
    { Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet' } },
  ],
  [
    { Type: 'SourceMacAddress', Settings: { SourceMacAddress: '00:15:5d:aa:bb:cc' } },
    { Type: 'SourceMacAddress', Settings: { SourceMacAddress: '00-15-5D-AA-BB-CC' } },
  ],
  [
    { Type: 'InterfaceConstraint', Settings: { InterfaceAlias: 'Ethernet' } },
    { Type: 'InterfaceConstraint', Settings: { InterfaceAlias: 'Ethernet' } },
  ],
  [
    { Type: 'VSwitchExtension', Settings: { ExtensionID: 'E', Enable: true } },
    { Type: 'VSwitchExtension', Settings: { ExtensionID: 'E', Enable: true } },
  ],
  [
    { Type: 'PA', PA: '192.168.1.20' },
    { Type: 'ProviderAddress', Settings: { ProviderAddress: '192.168.1.20' } },
  ],
  [
    { Type: 'DrMacAddress', Settings: { Address: '00-15-5d-aa-bb-cc' } },
    { Type: 'DrMacAddress', Settings: { Address: '00-15-5D-AA-BB-CC' } },
  ],
  [
    { Type: 'AutomaticDNS', Enable: true },
    { Type: 'AutomaticDNS', Settings: { Enable: true } },
  ],
  [
    { Type: 'RemoteSubnetRoute', ...ROUTE },
    { Type: 'RemoteSubnetRoute', Settings: ROUTE },
  ],
  [
    { Type: 'VxlanPort', Settings: { Port: 4789 } },
    { Type: 'VxlanPort', Settings: { Port: 4789 } },
  ],
  [{ Type: 'HostRoute' }, { Type: 'HostRoute', Settings: {} }],
  [
    { Type: 'SetPolicy', Settings: { Id: 's', Name: 'n', policyType: 'ipset', Values: '10.0.0.1,10.0.0.2' } },
    { Type: 'SetPolicy', Settings: { Id: 's', Name: 'n', PolicyType: 'IPSET', Values: '10.0.0.1,10.0.0.2' } },
  ],
  [
    { Type: 'PROXY', Port: 80 },
    { Type: 'L4Proxy', Settings: { Port: '80' } },
  ],
  [
    { Type: 'LayerConstraint', Settings: { LayerId: 'L' } },
    { Type: 'LayerConstraint', Settings: { LayerId: 'L' } },
  ],
  [
    { Type: 'NetworkAcl', Settings: { Action: 'allow', Direction: 'in', Protocol: 'tcp', Priority: 1 } },
    { Type: 'NetworkACL', Settings: { Action: 'Allow', Direction: 'In', Protocols: '6', Priority: 1 } },
  ],
  [
    { Type: 'NeighborDiscovery', Settings: { TargetIpPrefix: 'fd00::/64', SenderIpAddress: 'fd00::1' } },
    { Type: 'NeighborDiscovery', Settings: { TargetIpPrefix: 'fd00::/64', SenderIpAddress: 'fd00::1' } },
  ],
  [
    { Type: 'OutBoundNAT', ExceptionList: ['10.0.0.0/8'] },
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.0.0.0/8'] } },
  ],
  [
    { Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: 1 } },
    { Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: 1 } },
  ],
];
for (const [written, told] of READ) {
  types(`${JSON.stringify(written)} is read`, () => {
    assert.equal(read(written), told);
    assert.equal(read(told), told);
  });
}
types('every type is tried', () => {
  assert.equal([...new Set(READ.map(([, { Type }]) => Type))].sort(), Object.keys(NETWORK_TYPES).sort());
});

const WRONG: readonly (readonly [type: string, settings: Record<string, unknown>, key: string, expected: RegExp])[] = [
  ['NetAdapterName', {}, 'NetworkAdapterName', /it is absent/],
  ['SourceMacAddress', { SourceMacAddress: '00155DAABBCC' }, 'SourceMacAddress', /expected a MAC address/],
  ['VSwitchExtension', { ExtensionID: 'E', Enable: 'yes' }, 'Enable', /true or false/],
  ['ProviderAddress', { ProviderAddress: 'x' }, 'ProviderAddress', /expected an IP address/],
  ['RemoteSubnetRoute', { ProviderAddress: '10.0.0.1' }, 'DestinationPrefix', /expected a CIDR/],
  ['RemoteSubnetRoute', { ...ROUTE, IsolationId: '4096' }, 'IsolationId', /expected an integer/],
  ['VxlanPort', { Port: 0 }, 'Port', /expected an integer in \[1, 65535\]/],
  ['SetPolicy', { Id: 's', PolicyType: 'LIST' }, 'PolicyType', /"IPSET", "NESTEDIPSET"/],
  ['NetworkACL', { Action: 'Allow', Direction: 'In' }, 'Priority', /it is absent/],
];
for (const [Type, Settings, key, expected] of WRONG) {
  types(`${Type} ${JSON.stringify(Settings)} is refused at ${key}`, () => {
    const error = throwsCni(() => read({ Type, Settings }), Code.InvalidConfig, expected);
    assert.is(error.details, `JSON path p.Settings.${key}`);
  });
}

types.run();
