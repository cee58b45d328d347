/** Policies of endpoints: what of their settings the simulated HNS refuses, on which networks, and how often they may be. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Switches } from '../../native/simulator/switches.ts';
import { type Doc, document, type Session, startSession, ZERO } from '../support/hns-session.ts';

const test = suite('HNS simulator: policies');

const OK = '0x00000000';
/** HCN_E_INVALID_POLICY, HCN_E_INVALID_POLICY_TYPE, HCN_E_INVALID_JSON. */
const BAD = '0x803B000D';
const BAD_TYPE = '0x803B000E';
const WRONG_JSON = '0x803B001B';

const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const TYPES = ['NAT', 'L2Bridge', 'L2Tunnel', 'Overlay', 'Transparent'] as const;
type Type = (typeof TYPES)[number];

/** A node with one network of that type. */
function nodeWith(type: Type, switches: Partial<Switches> = {}): Session {
  const session = startSession(switches, ['base']);
  const Ipams = [{ Type: 'Static', Subnets: [{ IpAddressPrefix: '10.1.0.0/24' }] }];
  const settings = document({ ID: A, Name: 'net', Type: type, Ipams });
  assert.is(session.code('HcnCreateNetwork', { id: ZERO, settings }), OK);
  return session;
}

const create = (session: Session, ...policies: readonly Doc[]): string =>
  session.createEndpoint({ Policies: policies }, { network: A });
const policy = (Type: string, Settings: Doc): Doc => ({ Type, Settings });
const acl = (more: Doc): Doc => policy('ACL', { Action: 'Allow', Direction: 'In', Priority: 200, ...more });

for (const [type, on, settings, expected] of [
  ['ACL', 'L2Bridge', { Action: 'Allow', Direction: 'In', Priority: 1 }, OK],
  ['ACL', 'L2Bridge', { Action: 'Deny', Direction: 'In', Priority: 1 }, BAD],
  ['ACL', 'L2Bridge', { Action: 'Allow', Direction: 'Sideways', Priority: 1 }, BAD],
  ['ACL', 'L2Bridge', { Action: 'Allow', Direction: 'In', Priority: 1, RuleType: 'Router' }, BAD],
  ['ACL', 'L2Bridge', { Action: 'Allow', Direction: 'In', Priority: '1' }, WRONG_JSON],
  ['EncapOverhead', 'Overlay', { Overhead: 50 }, OK],
  ['EncapOverhead', 'Overlay', { Overhead: 65536 }, BAD],
  ['Encryption', 'L2Bridge', { Method: 1 }, OK],
  ['InterfaceConstraint', 'Transparent', { InterfaceAlias: 'Ethernet', InterfaceIndex: 7 }, OK],
  ['InterfaceConstraint', 'Transparent', { InterfaceIndex: 'seven' }, WRONG_JSON],
  ['InterfaceParameters', 'NAT', { Mtu: 1400 }, OK],
  ['InterfaceParameters', 'NAT', { Mtu: 70000 }, BAD],
  ['Iov', 'Transparent', { IovOffloadWeight: 100, QueuePairsRequested: 1, InterruptModeration: 0 }, OK],
  ['Iov', 'Transparent', { IovOffloadWeight: true }, WRONG_JSON],
  ['L2Driver', 'L2Bridge', {}, OK],
  ['L4Proxy', 'L2Bridge', { IP: '10.1.1.1', Port: '15001', Protocol: 6, ExceptionList: [], OutboundNat: true }, OK],
  ['L4Proxy', 'L2Bridge', { IP: '10.1.1.1', Port: '15001', Exceptions: ['10.0.0.0/8'], OutboundNAT: false }, OK],
  ['L4Proxy', 'L2Bridge', { IP: '10.1.1.1', Port: 15001 }, WRONG_JSON],
  ['L4WFPPROXY', 'L2Bridge', { InboundProxyPort: '15001', FilterTuple: { Protocols: '6', Priority: 1 } }, OK],
  ['L4WFPPROXY', 'L2Bridge', { FilterTuple: { LocalPorts: '80-20' } }, BAD],
  ['L4WFPPROXY', 'L2Bridge', { OutboundExceptions: { PortExceptions: [80] } }, WRONG_JSON],
  ['OutBoundNAT', 'L2Bridge', { VirtualIP: '10.240.0.30', Exceptions: ['10.0.0.0/8'], MaxPortPoolUsage: 1024 }, OK],
  ['OutBoundNAT', 'L2Bridge', { VirtualIP: 'me' }, BAD],
  ['OutBoundNAT', 'L2Bridge', { Exceptions: '10.0.0.0/8' }, WRONG_JSON],
  ['PortMapping', 'NAT', { Protocol: 6, InternalPort: 80, ExternalPort: 8080, VIP: '10.240.0.30', Flags: 1 }, OK],
  ['PortMapping', 'NAT', { Protocol: 6, InternalPort: 80, ExternalPort: 65536 }, BAD],
  ['PortMapping', 'NAT', { Protocol: 6, InternalPort: 65536 }, BAD],
  ['PortMapping', 'NAT', { Protocol: 6, ExternalPort: 80 }, '0x803B002D'],
  ['PortMapping', 'NAT', { Protocol: 'tcp', InternalPort: 80 }, WRONG_JSON],
  ['PortMapping', 'NAT', { Protocol: 6, InternalPort: 80, VIP: 'everywhere' }, BAD],
  ['PortName', 'L2Bridge', { Name: 'pod' }, OK],
  ['PortName', 'L2Bridge', { Name: '' }, BAD],
  ['ProviderAddress', 'Overlay', { ProviderAddress: '10.240.0.30' }, OK],
  ['ProviderAddress', 'Overlay', {}, BAD],
  ['ProviderAddress', 'Overlay', { ProviderAddress: '10.240.0' }, BAD],
  ['QOS', 'L2Bridge', { MaximumOutgoingBandwidthInBytes: 2 ** 40 }, OK],
  ['QOS', 'L2Bridge', {}, BAD],
  ['QOS', 'L2Bridge', { MaximumOutgoingBandwidthInBytes: '1M' }, WRONG_JSON],
  ['QOS', 'L2Bridge', { MaximumOutgoingBandwidthInBytes: -1 }, WRONG_JSON],
  ['SDNRoute', 'L2Bridge', { DestinationPrefix: '10.96.0.0/12', NextHop: '10.1.0.1', NeedEncap: true }, OK],
  ['SDNRoute', 'L2Bridge', { DestinationPrefix: '10.96.0.0/12', NextHop: 'home' }, BAD],
  ['SDNRoute', 'L2Bridge', { DestinationPrefix: '10.96.0.0/12', NeedEncap: 'true' }, WRONG_JSON],
  ['TierAcl', 'L2Bridge', { Name: 'a', Direction: 'In', Order: 1, TierAclRules: [{ TierAclRuleAction: 'Pass' }] }, OK],
  ['TierAcl', 'L2Bridge', { Name: 'a', Order: 1 }, BAD],
  ['TierAcl', 'L2Bridge', { Direction: 'In', TierAclRules: [{}] }, BAD],
  ['VLAN', 'L2Bridge', { IsolationId: 7 }, OK],
  ['VLAN', 'L2Bridge', {}, BAD],
  ['Nonsense', 'L2Bridge', {}, BAD_TYPE],
] as const) {
  test(`${type} ${JSON.stringify(settings)} on ${on} is answered ${expected}`, () => {
    const session = nodeWith(on);
    assert.is(create(session, policy(type, settings)), expected);
    assert.is(session.hns.dump().endpoints.length, expected === OK ? 1 : 0, 'a refused endpoint leaves nothing');
  });
}

for (const [rule, expected] of [
  [{ Protocols: '6,17', LocalPorts: '80,443,8000-9000', RemotePorts: '53' }, OK],
  [{ Protocols: '132', LocalPorts: '80' }, OK],
  [{ Protocols: '1', LocalPorts: '80' }, BAD],
  [{ Protocols: '6,1', LocalPorts: '80' }, BAD],
  [{ Protocols: '256', RemotePorts: '80' }, BAD],
  [{ LocalPorts: '80' }, BAD],
  [{ Protocols: '6', LocalPorts: '9000-8000' }, BAD],
  [{ Protocols: '6', LocalPorts: '70000' }, BAD],
  [{ Protocols: '6', LocalPorts: 'http' }, BAD],
  [{ Protocols: 'TCP' }, BAD],
  [{ Protocols: '257' }, BAD],
  [{ Protocols: 6 }, WRONG_JSON],
  [{ Priority: 65500 }, OK],
  [{ Priority: 65501 }, BAD],
  [{ Priority: 0 }, BAD],
  [{ Priority: 0, RuleType: 'Host' }, OK],
  [{ RemoteAddresses: '10.0.0.0/8, 10.1.0.7,fd00::/64,web-servers' }, OK],
  [{ RemoteAddresses: 'any' }, BAD],
  [{ RemoteAddresses: '10.0.0.1/8' }, BAD],
  [{ LocalAddresses: '10.0.0.0/33' }, BAD],
  [{ LocalAddresses: ['10.0.0.0/8'] }, WRONG_JSON],
] as const) {
  test(`a rule with ${JSON.stringify(rule)} is answered ${expected}`, () => {
    assert.is(create(nodeWith('L2Bridge'), acl(rule)), expected);
  });
}

/** Settings that are good on the right network, and the networks that are right. */
const COLUMNS: Readonly<Record<string, readonly [Doc, readonly Type[]]>> = {
  ACL: [{ Action: 'Allow', Direction: 'In', Priority: 200 }, ['NAT', 'L2Bridge', 'L2Tunnel', 'Overlay']],
  EncapOverhead: [{ Overhead: 50 }, ['Overlay']],
  Encryption: [{}, TYPES],
  InterfaceConstraint: [{}, ['Transparent']],
  InterfaceParameters: [{}, TYPES],
  Iov: [{}, ['Transparent']],
  L2Driver: [{}, ['L2Bridge', 'L2Tunnel', 'Overlay']],
  L4Proxy: [{}, ['L2Bridge', 'L2Tunnel', 'Overlay']],
  L4WFPPROXY: [{}, TYPES],
  OutBoundNAT: [{}, ['L2Bridge', 'L2Tunnel', 'Overlay']],
  PortMapping: [{ Protocol: 6, InternalPort: 80 }, ['NAT', 'L2Bridge', 'L2Tunnel', 'Overlay']],
  PortName: [{ Name: 'a' }, ['L2Bridge', 'L2Tunnel', 'Overlay', 'Transparent']],
  ProviderAddress: [{ ProviderAddress: '10.240.0.30' }, ['Overlay']],
  QOS: [{ MaximumOutgoingBandwidthInBytes: 1 }, ['L2Bridge', 'L2Tunnel', 'Overlay', 'Transparent']],
  SDNRoute: [{ DestinationPrefix: '10.96.0.0/12' }, ['L2Bridge', 'L2Tunnel', 'Overlay']],
  TierAcl: [{ Direction: 'In' }, ['L2Bridge', 'L2Tunnel', 'Overlay']],
  VLAN: [{ IsolationId: 7 }, ['L2Bridge', 'L2Tunnel', 'Transparent']],
};

for (const [type, [settings, networks]] of Object.entries(COLUMNS)) {
  test(`${type} works on ${networks.join(', ')} only`, () => {
    const refused = type === 'PortMapping' ? '0x803B0016' : BAD_TYPE;
    assert.equal(
      TYPES.map((each) => create(nodeWith(each), policy(type, settings))),
      TYPES.map((each) => (networks.includes(each) ? OK : refused)),
    );
  });
}

test('a rule of the firewall works on every network', () => {
  for (const type of TYPES) assert.is(create(nodeWith(type), acl({ RuleType: 'Host', Priority: 0 })), OK, type);
});

test('each guess among these rules is switched', () => {
  const lenient = {
    policyOfOtherNetwork: 0,
    mappingOfOtherNetwork: 0,
    aclWithoutPriority: 0,
    aclPortsOfOtherProtocol: 0,
  };
  const mapping = policy('PortMapping', { Protocol: 6, InternalPort: 80 });
  assert.is(create(nodeWith('Transparent', lenient), mapping, policy('L4Proxy', {})), OK);
  assert.is(create(nodeWith('L2Bridge', lenient), acl({ Priority: 0, Protocols: '1', LocalPorts: '80' })), OK);
  assert.is(create(nodeWith('NAT', { natTakesAcl: false }), acl({})), BAD_TYPE);
});

test('InterfaceParameters stand once in an endpoint, however they come', () => {
  const session = nodeWith('L2Bridge');
  const parameters = (Mtu: number): Doc => policy('InterfaceParameters', { Mtu });
  assert.is(create(session, parameters(1400), parameters(1500)), '0x803B0036');
  assert.is(create(session, parameters(1400)), OK);
  const [endpoint] = session.hns.dump().endpoints;
  const change = (RequestType: string, ...Policies: readonly Doc[]): string =>
    session.code('HcnModifyEndpoint', {
      endpoint: session.open('HcnOpenEndpoint', { id: String(endpoint?.['ID']) }),
      settings: JSON.stringify({ ResourceType: 'Policy', RequestType, Settings: { Policies } }),
    });
  assert.is(change('Add', parameters(1500)), '0x803B0036');
  assert.is(change('Update', parameters(1500)), OK);
  assert.is(
    change('Add', policy('EncapOverhead', { Overhead: 50 })),
    BAD_TYPE,
    'the type of the network counts here, too',
  );
  assert.equal(session.hns.dump().endpoints[0]?.['Policies'], [{ Type: 'L2Driver' }, parameters(1500)]);
});

test('a mapping whose port is reserved already reserves none', () => {
  const session = nodeWith('NAT');
  session.hns.seed({ hostPorts: [{ Protocol: 6, Port: 8080 }] });
  const mapping = policy('PortMapping', { Protocol: 6, InternalPort: 80, ExternalPort: 8080, Flags: 4 });
  assert.is(create(session, mapping), OK);
  assert.is(create(session, mapping), OK);
  assert.equal(session.hns.dump().ports, []);
});

test('statistics of a remote endpoint are refused', () => {
  const session = nodeWith('L2Bridge');
  const id = 'AAAAAAAA-0000-4000-8000-000000000002';
  session.createEndpoint({ Flags: 1, IpConfigurations: [{ IpAddress: '10.9.0.9' }] }, { network: A, id });
  const endpoint = session.open('HcnOpenEndpoint', { id });
  assert.is(session.code('HcnQueryEndpointStats', { endpoint, query: '' }), '0x803B000F');
});

test.run();
