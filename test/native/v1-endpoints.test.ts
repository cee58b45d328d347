/** Endpoints in v1 documents: fields and policies both ways, updates, and attaching to containers and the host. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CBR0, type Doc, POD1, type Session, startSession } from '../support/hns-session.ts';
import { v1 } from '../support/v1-session.ts';

const test = suite('HNSCall: endpoints');

const OK = '0x00000000';
const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const DUAL = 'C0A8E101-1B1D-4B1D-8B1D-00000000D0A1';

const create = (session: Session, document: object = {}): string =>
  v1(session, 'POST /endpoints/', { ID: A, VirtualNetwork: CBR0, ...document }).hresult;
const state = (session: Session): readonly unknown[] => {
  const [endpoint] = session.hns.dump().endpoints;
  return [endpoint?.['State'], endpoint?.['SharedContainers'], endpoint?.['HostAttached']];
};

test('every field of a v1 document has its place in v2, and is shown again', () => {
  // Only an encapsulated network has an overhead, but one test is to see all fields.
  const session = startSession({ policyOfOtherNetwork: 0 }, ['base', 'cbr-dual']);
  const fields = {
    Name: 'pod',
    MacAddress: '0E-2A-0A-F4-04-07',
    IPAddress: '10.244.4.7',
    PrefixLength: 24,
    IPv6Address: 'fd00:10:244:4::7',
    IPv6PrefixLength: 64,
    GatewayAddress: '10.244.4.1',
    GatewayAddressV6: 'fd00:10:244:4::1',
    DNSDomain: 'cluster.local',
    DNSSuffix: 'svc.cluster.local,cluster.local',
    DNSServerList: '10.96.0.10,10.96.0.11',
    DisableICC: true,
    EnableLowMetric: true,
    EnableInternalDNS: true,
    EncapOverhead: 50,
  };
  assert.is(create(session, { VirtualNetwork: DUAL, ...fields }), OK);
  const { Health, ...v2 } = session.endpoint(A);
  assert.is.not(Health, undefined);
  assert.equal(v2, {
    ID: A,
    Name: 'pod',
    HostComputeNetwork: DUAL,
    HostComputeNamespace: '00000000-0000-0000-0000-000000000000',
    MacAddress: '0E-2A-0A-F4-04-07',
    IpConfigurations: [
      { IpAddress: '10.244.4.7', PrefixLength: 24 },
      { IpAddress: 'fd00:10:244:4::7', PrefixLength: 64 },
    ],
    Routes: [
      { NextHop: '10.244.4.1', DestinationPrefix: '0.0.0.0/0' },
      { NextHop: 'fd00:10:244:4::1', DestinationPrefix: '::/0' },
    ],
    Dns: {
      Domain: 'cluster.local',
      Search: ['svc.cluster.local', 'cluster.local'],
      ServerList: ['10.96.0.10', '10.96.0.11'],
    },
    Flags: 2 + 8 + 16,
    Policies: [{ Type: 'EncapOverhead', Settings: { Overhead: 50 } }, { Type: 'L2Driver' }],
    SchemaVersion: { Major: 2, Minor: 0 },
  });
  const { output } = v1(session, `GET /endpoints/${A}`);
  const shown = Object.fromEntries(Object.keys(fields).map((key) => [key, output[key]]));
  assert.equal(shown, fields);
  assert.equal(
    [output['VirtualNetwork'], output['VirtualNetworkName'], output['Type']],
    [DUAL, 'cbr-dual', 'L2Bridge'],
  );
});

test('a remote endpoint is one by IsRemoteEndpoint', () => {
  const session = startSession();
  assert.is(create(session, { IsRemoteEndpoint: true, IPAddress: '10.244.9.9' }), OK);
  assert.is(session.endpoint(A)['Flags'], 1);
  assert.is(v1(session, `POST /endpoints/${A}/attach`, { SystemType: 'Host' }).hresult, '0x803B000F');
});

for (const [flat, v2, again = flat] of [
  [
    { Type: 'NAT', Protocol: 'udp', InternalPort: 53, ExternalPort: 5353 },
    { Type: 'PortMapping', Settings: { Protocol: 17, InternalPort: 53, ExternalPort: 5353 } },
    { Type: 'NAT', Protocol: 'UDP', InternalPort: 53, ExternalPort: 5353 },
  ],
  [
    { Type: 'NAT', Protocol: '132', InternalPort: 53, ExternalPort: 5353, ExternalPortReserved: true },
    { Type: 'PortMapping', Settings: { Protocol: 132, InternalPort: 53, ExternalPort: 5353, Flags: 4 } },
  ],
  [
    { Type: 'OutBoundNAT', VIP: '10.240.0.30', ExceptionList: ['10.0.0.0/8'], Destinations: ['10.244.3.7'] },
    {
      Type: 'OutBoundNAT',
      Settings: { VirtualIP: '10.240.0.30', Exceptions: ['10.0.0.0/8'], Destinations: ['10.244.3.7'] },
    },
  ],
  [{ Type: 'OutBoundNAT' }, { Type: 'OutBoundNAT', Settings: {} }],
  [
    { Type: 'route', DestinationPrefix: '10.96.0.0/12', NeedEncap: true },
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NeedEncap: true } },
    { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true },
  ],
  [
    { Type: 'PROXY', IP: '10.1.1.1', Port: '15001', ExceptionList: ['10.0.0.0/8'], OutboundNat: true },
    {
      Type: 'L4Proxy',
      Settings: { IP: '10.1.1.1', Port: '15001', Exceptions: ['10.0.0.0/8'], OutboundNAT: true },
    },
  ],
  [
    { Type: 'ACL', Action: 'Allow', Direction: 'In', Protocol: 6, LocalPort: 80, RemotePort: 0, Priority: 200 },
    {
      Type: 'ACL',
      Settings: { Protocols: '6', LocalPorts: '80', Action: 'Allow', Direction: 'In', Priority: 200 },
    },
    { Type: 'ACL', Action: 'Allow', Direction: 'In', Protocols: '6', LocalPorts: '80', Priority: 200 },
  ],
  [
    { Type: 'VLAN', VLAN: 7 },
    { Type: 'VLAN', Settings: { IsolationId: 7 } },
  ],
  [
    { Type: 'QOS', MaximumOutgoingBandwidthInBytes: 1000 },
    { Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: 1000 } },
  ],
] as readonly (readonly [Doc, Doc, Doc?])[]) {
  test(`${JSON.stringify(flat)} is ${JSON.stringify(v2)} in v2`, () => {
    const session = startSession({ addL2Driver: false });
    assert.is(create(session, { Policies: [flat] }), OK);
    assert.equal(session.endpoint(A)['Policies'], [v2]);
    assert.equal(v1(session, `GET /endpoints/${A}`).output['Policies'], [again]);
  });
}

test('PA is ProviderAddress', () => {
  const session = startSession({}, ['base', 'vxlan0']);
  const VirtualNetwork = 'C0A8E101-1B1D-4B1D-8B1D-00000000E0E0';
  assert.is(create(session, { VirtualNetwork, Policies: [{ Type: 'PA', PA: '10.240.0.30' }] }), OK);
  assert.equal(session.endpoint(A)['Policies'], [
    { Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } },
  ]);
  assert.equal(v1(session, `GET /endpoints/${A}`).output['Policies'], [{ Type: 'PA', PA: '10.240.0.30' }]);
});

for (const [policy, expected] of [
  [{ Type: 'SDNRoute', DestinationPrefix: '10.96.0.0/12' }, '0x803B000E'],
  [{ Type: 'PortMapping', InternalPort: 80 }, '0x803B000E'],
  [{ Type: 'Nonsense' }, '0x803B000E'],
  [{ Type: 'NAT', Protocol: 'carrier pigeon', InternalPort: 80 }, '0x803B000D'],
  [{ Type: 'NAT', Protocol: 'TCP' }, '0x803B002D'],
  [{ Type: 'ROUTE' }, '0x803B000D'],
] as const) {
  test(`a v1 endpoint with ${JSON.stringify(policy)} is refused with ${expected}`, () => {
    const session = startSession();
    assert.is(create(session, { Policies: [policy] }), expected);
    assert.equal(session.hns.dump().endpoints, []);
  });
}

test('an update puts other ACLs in place and leaves what it does not name', () => {
  const session = startSession();
  const acl = (Priority: number): Doc => ({ Type: 'ACL', Action: 'Allow', Direction: 'In', Protocol: 6, Priority });
  create(session, { Policies: [acl(200), { Type: 'OutBoundNAT', ExceptionList: ['10.0.0.0/8'] }] });
  const { output } = v1(session, `POST /endpoints/${A}`, { Policies: [acl(300), acl(301)] });
  assert.equal(
    (output['Policies'] as readonly Doc[]).map(({ Type, Priority }) => [Type, Priority]),
    [
      ['OutBoundNAT', undefined],
      ['L2Driver', undefined],
      ['ACL', 300],
      ['ACL', 301],
    ],
  );
});

test('containers share an endpoint, and its state follows them', () => {
  const session = startSession();
  create(session);
  const move = (verb: string, ContainerId: string): string =>
    v1(session, `POST /endpoints/${A}/${verb}`, { ContainerId, SystemType: 'Container' }).hresult;
  assert.equal(state(session), [1, [], false]);
  assert.is(move('attach', 'c1'), OK);
  assert.equal(state(session), [2, ['c1'], false]);
  assert.is(move('attach', 'c1'), '0x803B0014');
  assert.is(move('attach', 'c2'), OK);
  assert.equal(state(session), [3, ['c1', 'c2'], false]);
  assert.is(move('detach', 'c3'), '0x80070490');
  assert.is(move('detach', 'c1'), OK);
  assert.equal(state(session), [2, ['c2'], false]);
  assert.is(move('detach', 'c2'), OK);
  assert.equal(state(session), [4, [], false]);
  assert.equal(v1(session, `DELETE /endpoints/${A}`).output['State'], 4);
  assert.equal(session.hns.dump().endpoints, []);
});

test('an endpoint is attached to the host once, and to a virtual machine not at all', () => {
  const session = startSession();
  create(session, { Name: 'cbr0_ep' });
  const move = (verb: string, SystemType: string): string =>
    v1(session, `POST /endpoints/${A}/${verb}`, { SystemType, CompartmentId: 1 }).hresult;
  assert.equal(v1(session, `POST /endpoints/${A}/attach`, { SystemType: 'Host' }).envelope, { Success: true });
  assert.equal(state(session), [2, [], true]);
  assert.is(move('attach', 'Host'), '0x803B0014');
  assert.is(move('detach', 'Host'), OK);
  assert.equal(state(session), [4, [], false]);
  assert.is(move('detach', 'Host'), '0x80070490');
  assert.is(move('attach', 'VirtualMachine'), '0x80004001');
  assert.is(move('attach', 'Toaster'), '0x80070057');
});

test('an endpoint in a namespace stays attached when a container leaves', () => {
  const session = startSession();
  create(session);
  session.attach(POD1, A);
  v1(session, `POST /endpoints/${A}/attach`, { ContainerId: 'c1', SystemType: 'Container' });
  v1(session, `POST /endpoints/${A}/detach`, { ContainerId: 'c1', SystemType: 'Container' });
  assert.equal(state(session), [2, [], false]);
});

test('statistics are found by id', () => {
  const session = startSession();
  create(session);
  assert.is(v1(session, `GET /endpointstats/${A}`).output['EndpointId'], A);
});

test.run();
