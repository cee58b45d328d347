/** Every endpoint policy in both spellings, written as HNS v2 has it, and settings of the wrong type refused. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyOf } from '../../src/policy/decode-policy.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { ENDPOINT_TYPES, endpointPolicy } from '../../src/policy/endpoint-types.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { anyPolicy, TYPES } from './arbitraries.ts';

const read = (value: unknown): EndpointPolicy => policyOf(ENDPOINT_TYPES)(value, 'p').policy;

const types = suite('ENDPOINT_TYPES');

/** What people write, and what HNS is told. */
const READ: readonly (readonly [written: Record<string, unknown>, told: EndpointPolicy])[] = [
  [
    { Type: 'NAT', Protocol: 'TCP', InternalPort: 80, ExternalPort: 8080 },
    { Type: 'PortMapping', Settings: { Protocol: 6, InternalPort: 80, ExternalPort: 8080 } },
  ],
  [
    { Type: 'nat', Protocol: 'udp', InternalPort: 53, ExternalPort: 0, ExternalPortReserved: true },
    { Type: 'PortMapping', Settings: { Protocol: 17, InternalPort: 53, ExternalPort: 0, Flags: 4 } },
  ],
  [
    { Type: 'PortMapping', Settings: { Protocol: '6', InternalPort: 80, VIP: '10.0.0.1', Flags: 3 } },
    { Type: 'PortMapping', Settings: { Protocol: 6, InternalPort: 80, VIP: '10.0.0.1', Flags: 3 } },
  ],
  [
    { Type: 'PortMapping', Settings: { Protocol: 6, InternalPort: 80, VIP: '' } },
    { Type: 'PortMapping', Settings: { Protocol: 6, InternalPort: 80 } },
  ],
  [
    { Type: 'ACL', Protocol: 6, Action: 'block', Direction: 'OUT', RemotePort: 80, Priority: 200, RuleType: 'switch' },
    {
      Type: 'ACL',
      Settings: {
        Protocols: '6',
        Action: 'Block',
        Direction: 'Out',
        RemotePorts: '80',
        Priority: 200,
        RuleType: 'Switch',
      },
    },
  ],
  [
    {
      type: 'acl',
      settings: { action: 'Allow', direction: 'in', remoteaddresses: '10.0.0.0/8', Remoteports: '', priority: 1 },
    },
    {
      Type: 'ACL',
      Settings: { Action: 'Allow', Direction: 'In', RemoteAddresses: '10.0.0.0/8', RemotePorts: '', Priority: 1 },
    },
  ],
  [
    { Type: 'ACL', Action: 'Allow', Direction: 'In', Protocols: 'tcp, UDP', LocalPorts: '80, 443', Priority: 300 },
    {
      Type: 'ACL',
      Settings: { Action: 'Allow', Direction: 'In', Protocols: '6,17', LocalPorts: '80,443', Priority: 300 },
    },
  ],
  [
    { Type: 'ACL', Action: 'Pass', Direction: 'In', RuleType: 'Host', ServiceName: 'x' },
    { Type: 'ACL', Settings: { Action: 'Pass', Direction: 'In', RuleType: 'Host', ServiceName: 'x' } },
  ],
  [
    { Type: 'Qos', MaximumOutgoingBandwidthInBytes: 1_048_576 },
    { Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: 1_048_576 } },
  ],
  [{ Type: 'l2driver' }, { Type: 'L2Driver', Settings: {} }],
  [
    { Type: 'OutBoundNAT', ExceptionList: ['10.96.0.0/12'], VIP: '10.1.2.3' },
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'], VirtualIP: '10.1.2.3' } },
  ],
  [
    { Type: 'OutBoundNAT', Settings: { ExceptionList: ['10.96.0.0/12'], Destinations: ['10.244.3.3'], Flags: 1 } },
    { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'], Destinations: ['10.244.3.3'], Flags: 1 } },
  ],
  [
    { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true, NextHop: '' },
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NeedEncap: true } },
  ],
  [
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '::/0', AutomaticEndpointMonitor: { A: 1 } } },
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '::/0', AutomaticEndpointMonitor: { A: 1 } } },
  ],
  [
    { Type: 'PROXY', IP: '10.1.1.1', Port: '15001', ExceptionList: ['10.0.0.0/8'], OutboundNat: true },
    {
      Type: 'L4Proxy',
      Settings: { IP: '10.1.1.1', Port: '15001', Exceptions: ['10.0.0.0/8'], OutboundNAT: true },
    },
  ],
  [
    { Type: 'L4Proxy', Settings: { Port: 15_001, Protocol: 'tcp', Destination: '0.0.0.0/0' } },
    { Type: 'L4Proxy', Settings: { Port: '15001', Protocol: 6, Destination: '0.0.0.0/0' } },
  ],
  [
    {
      Type: 'L4WfpProxy',
      Settings: {
        inboundProxyPort: 15_003,
        OutboundProxyPort: '15001',
        FilterTuple: { protocols: 6, remoteports: '80' },
        UserSID: 'S-1-5-32-556',
        InboundExceptions: { PortExceptions: [22] },
      },
    },
    {
      Type: 'L4WFPPROXY',
      Settings: {
        InboundProxyPort: '15003',
        OutboundProxyPort: '15001',
        FilterTuple: { Protocols: '6', RemotePorts: '80' },
        UserSID: 'S-1-5-32-556',
        InboundExceptions: { PortExceptions: ['22'] },
      },
    },
  ],
  [
    { Type: 'PA', PA: '192.168.1.20' },
    { Type: 'ProviderAddress', Settings: { ProviderAddress: '192.168.1.20' } },
  ],
  [
    { Type: 'providerAddress', Settings: { PA: '192.168.1.20' } },
    { Type: 'ProviderAddress', Settings: { ProviderAddress: '192.168.1.20' } },
  ],
  [
    { Type: 'VLAN', VLAN: 7 },
    { Type: 'VLAN', Settings: { IsolationId: 7 } },
  ],
  [
    {
      Type: 'TierAcl',
      Settings: {
        name: 't',
        direction: 'in',
        order: 1,
        tierAclRules: [{ id: 'r', tierAclRuleAction: 'pass', protocols: 'tcp', localPorts: '80', priority: 65_535 }],
      },
    },
    {
      Type: 'TierAcl',
      Settings: {
        Name: 't',
        Direction: 'In',
        Order: 1,
        TierAclRules: [{ Id: 'r', TierAclRuleAction: 'Pass', Protocols: '6', LocalPorts: '80', Priority: 65_535 }],
      },
    },
  ],
];
for (const [written, told] of READ) {
  types(`${JSON.stringify(written)} is read`, () => {
    assert.equal(read(written), told);
  });
}

/** A policy with one setting wrong, the setting's name and what was expected there. */
const WRONG: readonly (readonly [type: string, settings: Record<string, unknown>, key: string, expected: RegExp])[] = [
  ['PortMapping', { InternalPort: 80 }, 'Protocol', /it is absent, expected "tcp" or "udp"/],
  ['PortMapping', { Protocol: 1, InternalPort: 80 }, 'Protocol', /expected "tcp" or "udp"/],
  ['PortMapping', { Protocol: 6 }, 'InternalPort', /it is absent, expected an integer in \[1, 65535\]/],
  ['PortMapping', { Protocol: 6, InternalPort: 0 }, 'InternalPort', /expected an integer in \[1, 65535\]/],
  ['PortMapping', { Protocol: 6, InternalPort: '80' }, 'InternalPort', /expected an integer/],
  ['PortMapping', { Protocol: 6, InternalPort: 80, ExternalPort: 65_536 }, 'ExternalPort', /expected an integer/],
  ['PortMapping', { Protocol: 6, InternalPort: 80, VIP: 'x' }, 'VIP', /expected an IP address/],
  ['PortMapping', { Protocol: 6, InternalPort: 80, Flags: true }, 'Flags', /expected an integer/],
  ['NAT', { Protocol: 6, InternalPort: 80, ExternalPortReserved: 4 }, 'ExternalPortReserved', /true or false/],
  ['ACL', { Direction: 'In', Priority: 1 }, 'Action', /expected one of "Allow", "Block", "Pass"/],
  ['ACL', { Action: 'Allow', Priority: 1 }, 'Direction', /expected one of "In", "Out"/],
  ['ACL', { Action: 'Deny', Direction: 'In', Priority: 1 }, 'Action', /it is "Deny"/],
  ['ACL', { Action: 'Allow', Direction: 'In' }, 'Priority', /it is absent, expected an integer in \[1, 65500\]/],
  ['ACL', { Action: 'Allow', Direction: 'In', Priority: 65_501 }, 'Priority', /expected an integer in \[0, 65500\]/],
  ['ACL', { Action: 'Allow', Direction: 'In', Priority: '1' }, 'Priority', /expected an integer/],
  ['ACL', { Action: 'Allow', Direction: 'In', Priority: 1, RuleType: 'VFP' }, 'RuleType', /"Switch", "Host"/],
  ['ACL', { Action: 'Allow', Direction: 'In', Priority: 1, LocalPorts: '80' }, 'LocalPorts', /has no ports/],
  ['ACL', { Action: 'Allow', Direction: 'In', Priority: 1, RemoteAddresses: 'Any' }, 'RemoteAddresses', /refuses/],
  ['ACL', { Action: 'Allow', Direction: 'In', Priority: 1, Id: 5 }, 'Id', /expected a string/],
  ['QOS', {}, 'MaximumOutgoingBandwidthInBytes', /it is absent, expected an integer/],
  ['QOS', { MaximumOutgoingBandwidthInBytes: -1 }, 'MaximumOutgoingBandwidthInBytes', /expected an integer/],
  ['OutBoundNAT', { Exceptions: '10.0.0.0/8' }, 'Exceptions', /expected a JSON array/],
  ['OutBoundNAT', { MaxPortPoolUsage: '7' }, 'MaxPortPoolUsage', /expected an integer/],
  ['OutBoundNAT', { VIP: '10.0.0.0/8' }, 'VIP', /expected an IP address/],
  ['SDNRoute', {}, 'DestinationPrefix', /it is absent, expected a CIDR/],
  ['SDNRoute', { DestinationPrefix: '::/0', NeedEncap: 1 }, 'NeedEncap', /expected true or false/],
  ['SDNRoute', { DestinationPrefix: '::/0', AutomaticEndpointMonitor: 1 }, 'AutomaticEndpointMonitor', /object/],
  ['L4Proxy', { Port: 'http' }, 'Port', /expected a port/],
  ['PROXY', { ExceptionList: 'x' }, 'ExceptionList', /expected a JSON array/],
  ['L4WFPPROXY', { FilterTuple: [] }, 'FilterTuple', /expected a JSON object/],
  ['L4WFPPROXY', { FilterTuple: { LocalPorts: '80' } }, 'FilterTuple.LocalPorts', /has no ports/],
  ['L4WFPPROXY', { OutboundExceptions: { PortExceptions: ['x'] } }, 'OutboundExceptions.PortExceptions[0]', /a port/],
  ['ProviderAddress', {}, 'ProviderAddress', /it is absent, expected an IP address/],
  ['PortName', {}, 'Name', /it is absent/],
  ['EncapOverhead', { Overhead: '50' }, 'Overhead', /expected an integer/],
  ['InterfaceConstraint', { InterfaceIndex: 'x' }, 'InterfaceIndex', /expected an integer/],
  ['VLAN', { IsolationId: -1 }, 'IsolationId', /expected an integer/],
  ['InterfaceParameters', { Mtu: 70_000 }, 'Mtu', /expected an integer/],
  ['Iov', { QueuePairsRequested: 'x' }, 'QueuePairsRequested', /expected an integer/],
  ['TierAcl', { Name: 't', Direction: 'In' }, 'TierAclRules', /expected a JSON array/],
  ['TierAcl', { Name: 't', Direction: 'In', TierAclRules: [{}] }, 'TierAclRules[0].TierAclRuleAction', /Pass/],
];
for (const [Type, Settings, key, expected] of WRONG) {
  types(`${Type} ${JSON.stringify(Settings)} is refused at ${key}, nested and flat`, () => {
    const nested = throwsCni(() => read({ Type, Settings }), Code.InvalidConfig, expected);
    assert.is(nested.details, `JSON path p.Settings.${key}`);
    const flat = throwsCni(() => read({ Type, ...Settings }), Code.InvalidConfig, expected);
    assert.is(flat.details, `JSON path p.${key}`);
  });
}

types('every type is tried', () => {
  assert.equal([...TYPES.both, ...TYPES.onlyV2].sort(), Object.keys(ENDPOINT_TYPES).sort());
});
types('what is as HNS has it stays as it is', () => {
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      assert.equal(read(policy), policy);
    }),
  );
});
types('the flat form says the same as Settings', () => {
  fc.assert(
    fc.property(anyPolicy, ({ Type, Settings }) => {
      assert.equal(read({ Type, ...Settings }), { Type, Settings });
    }),
  );
});
types('the case of type and settings does not matter', () => {
  const recased = (known: Record<string, unknown>, change: (text: string) => string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(known).map(([key, value]) => [key === 'SomethingElse' ? key : change(key), value]),
    );
  const changes = [(text: string) => text.toLowerCase(), (text: string) => text.toUpperCase()];
  fc.assert(
    fc.property(anyPolicy, fc.constantFrom(...changes), ({ Type, Settings }, change) => {
      const written = { [change('Type')]: change(Type), [change('Settings')]: recased(Settings, change) };
      assert.equal(read(written), { Type, Settings });
    }),
  );
});

types('endpointPolicy() makes what reading answers', () => {
  const made = endpointPolicy('PortMapping', { Protocol: 6, InternalPort: 80, ExternalPort: 8080, Flags: 1 });
  assert.equal(read(made), made);
});

types.run();
