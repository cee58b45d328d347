/** Rules of the simulated HNS for endpoints: ids, names, addresses, ports, policies. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Doc, startSession } from '../support/hns-session.ts';

const test = suite('HNS simulator: endpoints');

const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const B = 'AAAAAAAA-0000-4000-8000-000000000002';
const ip = (address: string): Doc => ({ IpConfigurations: [{ IpAddress: address }] });
const policy = (Type: string, Settings?: Doc): Doc => ({
  Policies: [Settings === undefined ? { Type } : { Type, Settings }],
});
const port = (external: number, more: Doc = {}): Doc =>
  policy('PortMapping', { Protocol: 6, InternalPort: 80, ExternalPort: external, ...more });

const OK = '0x00000000';

for (const [what, settings, expected] of [
  ['the address of another endpoint', ip('10.244.3.10'), '0x80071392'],
  ['the gateway', ip('10.244.3.2'), '0x803B002F'],
  ['the network address', ip('10.244.3.0'), '0x803B002F'],
  ['the broadcast address', ip('10.244.3.255'), '0x803B002F'],
  ['an address outside', ip('10.99.0.10'), '0x803B001E'],
  ['a text that is no address', ip('10.244.3'), '0x803B001E'],
  [
    'two addresses of a family',
    { IpConfigurations: [{ IpAddress: '10.244.3.11' }, { IpAddress: '10.244.3.12' }] },
    '0x803B000C',
  ],
  ['an unknown policy', policy('Nonsense', {}), '0x803B000E'],
  ['a policy without settings', policy('OutBoundNAT'), '0x803B000D'],
  ['exceptions that are no blocks', policy('OutBoundNAT', { Exceptions: ['<your cidr>'] }), '0x803B000D'],
  ['an ACL without direction', policy('ACL', { Action: 'Allow' }), '0x803B000D'],
  ['an ACL for Any', policy('ACL', { Action: 'Allow', Direction: 'In', RemoteAddresses: 'Any' }), '0x803B000D'],
  [
    'an ACL with host bits',
    policy('ACL', { Action: 'Allow', Direction: 'In', RemoteAddresses: '10.0.0.1/8' }),
    '0x803B000D',
  ],
  ['a route policy without prefix', policy('SDNRoute', { NeedEncap: true }), '0x803B000D'],
  ['a port in use', port(8080), '0x803B0013'],
  ['a port of a host process', port(9090), '0x80070020'],
  ['a mapping without internal port', port(81, { InternalPort: 0 }), '0x803B002D'],
  ['a MAC that is none', { MacAddress: 'zz-zz-0a-f4-03-0c' }, '0x80070057'],
  ['a name that is no text', { Name: 7 }, '0x803B001B'],
  ['the same port for IPv6', port(8080, { Flags: 2 }), OK],
  ['the same port for UDP', port(8080, { Protocol: 17 }), OK],
  ['enumeration texts in another case', policy('outboundnat', { Exceptions: ['10.0.0.0/8'] }), OK],
  ['a remote endpoint with the address of a local one', { ...ip('10.244.3.10'), Flags: 1 }, OK],
] as const) {
  test(`HcnCreateEndpoint answers ${expected} to ${what}`, () => {
    const session = startSession();
    session.hns.seed({ hostPorts: [{ Protocol: 6, Port: 9090 }] });
    assert.is(session.createEndpoint({ ...ip('10.244.3.10'), ...port(8080) }), OK);
    assert.is(session.createEndpoint(settings), expected);
    assert.is(session.hns.dump().endpoints.length, expected === OK ? 2 : 1, 'a refused endpoint leaves nothing');
  });
}

test('a given id is kept in upper case, found in any case, and taken once', () => {
  const session = startSession();
  assert.is(session.createEndpoint({ Name: 'a' }, { id: A.toLowerCase() }), OK);
  assert.is(session.endpoint(A.toLowerCase())['ID'], A);
  assert.is(session.createEndpoint({ Name: 'b' }, { id: A }), '0x80071392');
  assert.is(session.createEndpoint({ Name: 'b', ID: A }), '0x80071392');
  assert.is(session.endpoint(A)['Name'], 'a');
});

test('endpoint names need not be unique, and an unnamed one is called Ethernet', () => {
  const session = startSession();
  for (const settings of [{ Name: 'a' }, { Name: 'a' }, {}]) session.createEndpoint(settings);
  assert.equal(
    session.hns.dump().endpoints.map(({ Name }) => Name),
    ['a', 'a', 'Ethernet'],
  );
});

test('HNS chooses the lowest free address, the next MAC, the network DNS and routes', () => {
  const session = startSession({}, ['base', 'azure-tun']);
  const network = 'C0A8E101-1B1D-4B1D-8B1D-0000000A2000';
  session.createEndpoint(ip('10.240.0.2'), { network, id: A });
  session.createEndpoint({ Routes: [{ DestinationPrefix: '::/0' }] }, { network, id: B });
  session.createEndpoint({}, { network });
  assert.equal(
    session.hns.dump().endpoints.map(({ IpConfigurations, MacAddress }) => [IpConfigurations, MacAddress]),
    [
      [[{ IpAddress: '10.240.0.2', PrefixLength: 12 }], '00-15-5D-54-E0-00'],
      [[{ IpAddress: '10.240.0.3', PrefixLength: 12 }], '00-15-5D-54-E0-01'],
      [[{ IpAddress: '10.240.0.4', PrefixLength: 12 }], '00-15-5D-54-E0-02'],
    ],
  );
  const second = session.endpoint(B);
  assert.equal(second['Dns'], { ServerList: ['168.63.129.16'] });
  assert.equal(second['Routes'], [{ NextHop: '10.240.0.1', DestinationPrefix: '0.0.0.0/0' }]);
});

test('a dual-stack network gives one address of each family', () => {
  const session = startSession({}, ['base', 'cbr-dual']);
  session.createEndpoint({}, { network: 'C0A8E101-1B1D-4B1D-8B1D-00000000D0A1', id: A });
  assert.equal(session.endpoint(A)['IpConfigurations'], [
    { IpAddress: '10.244.4.1', PrefixLength: 24 },
    { IpAddress: 'fd00:10:244:4::1', PrefixLength: 64 },
  ]);
});

test('an external port that is not named is chosen and reserved', () => {
  const session = startSession();
  session.createEndpoint(port(0), { id: A });
  assert.equal(session.hns.dump().ports, [{ protocol: 6, port: 49152, endpoint: A }]);
  session.code('HcnDeleteEndpoint', { id: A });
  assert.equal(session.hns.dump().ports, []);
});

test('policies of an endpoint are added, removed, and replaced by type', () => {
  const session = startSession();
  session.createEndpoint(policy('OutBoundNAT', { Exceptions: ['10.0.0.0/8'] }), { id: A });
  const endpoint = session.open('HcnOpenEndpoint', { id: A });
  const acl = (Priority: number): Doc => policy('ACL', { Action: 'Allow', Direction: 'In', Priority });
  const change = (RequestType: string, Settings: Doc): string =>
    session.code('HcnModifyEndpoint', {
      endpoint,
      settings: JSON.stringify({ ResourceType: 'Policy', RequestType, Settings }),
    });
  const types = (): unknown => (session.endpoint(A)['Policies'] as readonly Doc[]).map(({ Type }) => Type);
  assert.is(change('Add', acl(200)), OK);
  assert.is(change('Add', acl(201)), OK);
  assert.equal(types(), ['OutBoundNAT', 'L2Driver', 'ACL', 'ACL']);
  assert.is(change('Remove', acl(999)), '0x803B0008');
  assert.is(change('Remove', acl(200)), OK);
  assert.is(change('Update', acl(300)), OK);
  assert.equal(types(), ['OutBoundNAT', 'L2Driver', 'ACL']);
});

test('statistics are those of an endpoint without traffic', () => {
  const session = startSession();
  session.createEndpoint({}, { id: A });
  const endpoint = session.open('HcnOpenEndpoint', { id: A });
  const stats = session.read('HcnQueryEndpointStats', { endpoint, query: '' }) as Doc;
  assert.is(stats['EndpointId'], A);
  assert.is(stats['BytesSent'], 0);
});

test.run();
