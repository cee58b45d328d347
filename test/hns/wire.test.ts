/** HNS documents as they are read: leniently, because HNS leaves defaults out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEndpoint, readNamespace, readNetwork } from '../../src/hns/wire.ts';

const wire = suite('wire');

wire('readNetwork() takes a missing type for NAT, and any case of the keys', () => {
  const rest = { subnets: [], providerAddress: undefined };
  assert.equal(readNetwork({ ID: 'A', Name: 'nat' }), { id: 'A', name: 'nat', type: 'NAT', ...rest });
  assert.equal(readNetwork({ id: 'A', name: 'x', type: 'L2Bridge' }), {
    id: 'A',
    name: 'x',
    type: 'L2Bridge',
    ...rest,
  });
  assert.equal(readNetwork({}), { id: '', name: '', type: 'NAT', ...rest });
});
wire('readNetwork() reads subnets with the next hop of their default route, and the address on an overlay', () => {
  const found = readNetwork({
    Policies: [{ Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } }],
    Ipams: [
      {
        Subnets: [
          { IpAddressPrefix: '10.1.0.0/24', Routes: [{ NextHop: '10.1.0.9', DestinationPrefix: '10.2.0.0/16' }] },
          { IpAddressPrefix: 'fd00::/64', Routes: [{ NextHop: 'fd00::1', DestinationPrefix: '::/0' }] },
        ],
      },
      {
        Subnets: [
          {
            IpAddressPrefix: '10.3.0.0/24',
            Routes: [{ NextHop: '10.3.0.1', DestinationPrefix: '0.0.0.0/0' }],
            Policies: [{ Type: 'VSID', Settings: { IsolationId: 4096 } }],
          },
        ],
      },
    ],
  });
  assert.is(found.providerAddress, '10.240.0.30');
  assert.equal(found.subnets, [
    { prefix: '10.1.0.0/24', gateway: undefined },
    { prefix: 'fd00::/64', gateway: 'fd00::1' },
    { prefix: '10.3.0.0/24', gateway: '10.3.0.1', isolationId: 4096 },
  ]);
});

wire('readEndpoint() reads everything that the verbs use', () => {
  const document = {
    ID: 'E1',
    Name: 'pod_cbr0',
    State: 5,
    HostComputeNetwork: 'N1',
    HostComputeNamespace: '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C01',
    MacAddress: '00-15-5D-52-C0-00',
    IpConfigurations: [{ IpAddress: '10.244.3.3', PrefixLength: 24 }, { IpAddress: 'fd00::3' }],
    Routes: [{ NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0', Metric: 5 }],
    Dns: { Domain: 'a.local', Search: ['b.local'], ServerList: ['10.96.0.10'], Options: ['ndots:5'] },
    Policies: [{ Type: 'L2Driver' }, { Type: 'OutBoundNAT', Settings: { Exceptions: [] } }],
    Health: { Extra: { SharedContainers: ['c1', 'c2'] } },
    Flags: 1,
  };
  assert.equal(readEndpoint(document), {
    id: 'E1',
    name: 'pod_cbr0',
    networkId: 'N1',
    namespaceId: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01',
    mac: '00-15-5D-52-C0-00',
    addresses: [
      { ip: '10.244.3.3', prefix: 24 },
      { ip: 'fd00::3', prefix: undefined },
    ],
    routes: [{ NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0' }],
    dns: { Domain: 'a.local', Search: ['b.local'], ServerList: ['10.96.0.10'], Options: ['ndots:5'] },
    policies: [{ Type: 'L2Driver' }, { Type: 'OutBoundNAT', Settings: { Exceptions: [] } }],
    isRemote: true,
    isDegraded: true,
    containers: ['c1', 'c2'],
  });
});

const NOTHING = {
  id: '',
  name: '',
  networkId: '',
  namespaceId: undefined,
  mac: '',
  addresses: [],
  routes: [],
  dns: {},
  policies: [],
  isRemote: false,
  isDegraded: false,
  containers: [],
};
const EMPTY: readonly object[] = [
  {},
  { HostComputeNamespace: '00000000-0000-0000-0000-000000000000' },
  { IpConfigurations: null, Routes: null, Dns: null, Policies: null, HostComputeNamespace: null },
  { IpConfigurations: 'x', Routes: [1], Dns: 'x', Policies: [null], ID: 5 },
  { Dns: { Domain: '', Search: [], ServerList: null, Options: [5] } },
];
for (const document of EMPTY) {
  wire(`readEndpoint() finds nothing in ${JSON.stringify(document)}`, () => {
    assert.equal(readEndpoint(document as Record<string, unknown>), NOTHING);
  });
}

wire('readNamespace() lists its endpoints in upper case, and nothing else', () => {
  const Resources = [
    { Type: 'Endpoint', Data: { Id: 'e1' } },
    { Type: 'Container', Data: { Id: 'c1' } },
    { Type: 'Endpoint', Data: { ID: 'E2' } },
  ];
  assert.equal(readNamespace({ ID: 'A', Resources }), { id: 'A', endpointIds: ['E1', 'E2'] });
  assert.equal(readNamespace({}), { id: '', endpointIds: [] });
  assert.equal(readNamespace({ Resources: [{ Type: 'Endpoint' }] }), { id: '', endpointIds: [''] });
});

wire.run();
