/** HNSCall: paths, the envelope and how failures are told; networks, namespaces and policy lists in v1 documents. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDispatcher } from '../../native/simulator/dispatch.ts';
import { createHns } from '../../native/simulator/hns.ts';
import { CBR0, type Doc, HOST, POD1, QUERY, startSession } from '../support/hns-session.ts';
import { v1 } from '../support/v1-session.ts';

const test = suite('HNSCall');

const OK = '0x00000000';
const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const B = 'AAAAAAAA-0000-4000-8000-000000000002';
const MISSING = '0D15EA5E-0000-4000-8000-00000000DEAD';

for (const [call, body, expected] of [
  ['GET /activities', undefined, '0x80070032'],
  ['PUT /networks/', undefined, '0x80070032'],
  ['GET /networks/seven', undefined, '0x803B0019'],
  [`GET /networks/${MISSING}`, undefined, '0x803B0001'],
  [`DELETE /endpoints/${MISSING}`, undefined, '0x803B0002'],
  [`GET /endpointstats/${MISSING}`, undefined, '0x803B0002'],
  [`GET /namespaces/${MISSING}`, undefined, '0x80070490'],
  [`GET /policylists/${MISSING}`, undefined, '0x80070490'],
  ['POST /endpoints/', undefined, '0x803B001B'],
  ['POST /endpoints/', { Name: 'a', VirtualNetwork: MISSING }, '0x803B0001'],
  ['POST /endpoints/', { Name: 'a', VirtualNetwork: 'cbr0' }, '0x803B0019'],
  ['POST /networks/', { Name: 'cbr0', Type: 'L2Bridge', Subnets: [{ AddressPrefix: '10.1.0.0/24' }] }, '0x803B0010'],
  ['POST /networks/', { Name: 'x', Type: 'L2Bridge' }, '0x803B000A'],
  [`DELETE /namespaces/${HOST}`, undefined, '0x803B0015'],
] as const) {
  test(`${call} with ${JSON.stringify(body)} answers ${expected} and no document`, () => {
    const { hresult, envelope } = v1(startSession(), call, body);
    assert.is(hresult, expected);
    assert.is(envelope, undefined);
  });
}

test('failures are told by HRESULT, in the envelope, or each by whose code it is', () => {
  const hcn = `GET /networks/${MISSING}`;
  const win32 = `GET /namespaces/${MISSING}`;
  const json = startSession({ v1ErrorStyle: 'json' });
  assert.equal(v1(json, hcn), {
    hresult: OK,
    envelope: { Success: false, Error: 'The network was not found. ', ErrorCode: 0x803b0001 },
    output: {},
  });
  assert.is(v1(json, win32).envelope?.['ErrorCode'], 0x80070490);
  const mixed = startSession({ v1ErrorStyle: 'mixed' });
  assert.is(v1(mixed, hcn).hresult, OK);
  assert.is(v1(mixed, win32).hresult, '0x80070490');
  assert.throws(() => {
    createHns().seed({ config: { v1ErrorStyle: 'loud' } });
  }, /switch "v1ErrorStyle"/);
});

test('a fault follows the way failures are told, unless it says that there is no service', async () => {
  const session = startSession({ v1ErrorStyle: 'json' });
  const dispatcher = createDispatcher(session.hns);
  const list = { process: 'test', function: 'HNSCall', args: { method: 'GET', path: '/networks/', body: '' } };
  dispatcher.faults.set([{ function: 'HNSCall', error: 'Not now.' }]);
  assert.equal(await dispatcher.dispatch(list), {
    hresult: 0,
    response: JSON.stringify({ Success: false, Error: 'Not now. ', ErrorCode: 0x80070005 }),
  });
  dispatcher.faults.set([{ function: 'HNSCall', hresult: '0x800706BA' }]);
  assert.equal(await dispatcher.dispatch(list), { hresult: 0x800706ba | 0 });
});

test('collections and objects are found with and without the slash at the end, ids in any case', () => {
  const session = startSession();
  for (const path of ['/networks', '/networks/', `/networks/${CBR0}`, `/networks/${CBR0.toLowerCase()}/`]) {
    assert.is(v1(session, `GET ${path}`).hresult, OK, path);
  }
});

test('a network made by a v1 document is the same network in v2', () => {
  const session = startSession({}, ['base']);
  const { output } = v1(session, 'POST /networks/', {
    ID: A,
    Name: 'cbr0',
    Type: 'l2bridge',
    NetworkAdapterName: 'Ethernet 2',
    SourceMac: '00-15-5D-38-01-07',
    DNSSuffix: 'svc.local,local',
    DNSServerList: '10.96.0.10,10.96.0.11',
    MacPools: [{ StartMacAddress: '00-15-5D-52-C0-00', EndMacAddress: '00-15-5D-52-CF-FF' }],
    Subnets: [
      { AddressPrefix: '10.1.0.0/24', GatewayAddress: '10.1.0.1', Policies: [{ Type: 'VLAN', VLAN: 7 }] },
      { AddressPrefix: 'fd00:1::/64', GatewayAddress: 'fd00:1::1' },
    ],
  });
  const network = session.open('HcnOpenNetwork', { id: A });
  const v2 = session.read('HcnQueryNetworkProperties', { network, query: QUERY }) as Doc;
  assert.is(v2['Type'], 'L2Bridge');
  assert.equal(v2['Dns'], { Search: ['svc.local', 'local'], ServerList: ['10.96.0.10', '10.96.0.11'] });
  assert.equal(v2['Policies'], [
    { Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet 2' } },
    { Type: 'SourceMacAddress', Settings: { SourceMacAddress: '00-15-5D-38-01-07' } },
  ]);
  assert.equal((v2['Ipams'] as readonly Doc[])[0]?.['Subnets'], [
    {
      IpAddressPrefix: '10.1.0.0/24',
      Policies: [{ Type: 'VLAN', Settings: { IsolationId: 7 } }],
      Routes: [{ NextHop: '10.1.0.1', DestinationPrefix: '0.0.0.0/0' }],
    },
    {
      IpAddressPrefix: 'fd00:1::/64',
      Policies: [],
      Routes: [{ NextHop: 'fd00:1::1', DestinationPrefix: '::/0' }],
    },
  ]);
  const { ActivityId, SwitchGuid, Health, Subnets, ...shown } = output;
  assert.ok([ActivityId, SwitchGuid, Health].every((each) => each !== undefined));
  assert.equal(
    (Subnets as readonly Doc[]).map(({ AddressPrefix, GatewayAddress, Policies }) => [
      AddressPrefix,
      GatewayAddress,
      Policies,
    ]),
    [
      ['10.1.0.0/24', '10.1.0.1', [{ Type: 'VLAN', VLAN: 7 }]],
      ['fd00:1::/64', 'fd00:1::1', []],
    ],
  );
  assert.equal(shown, {
    AdditionalParams: {},
    CurrentEndpointCount: 0,
    DNSServerList: '10.96.0.10,10.96.0.11',
    DNSSuffix: 'svc.local,local',
    Flags: 0,
    ID: A,
    IPv6: true,
    MacPools: [{ StartMacAddress: '00-15-5D-52-C0-00', EndMacAddress: '00-15-5D-52-CF-FF' }],
    MaxConcurrentEndpoints: 0,
    Name: 'cbr0',
    NetworkAdapterName: 'Ethernet 2',
    Policies: [
      { Type: 'NetAdapterName', NetworkAdapterName: 'Ethernet 2' },
      { Type: 'SourceMacAddress', SourceMacAddress: '00-15-5D-38-01-07' },
    ],
    SourceMac: '00-15-5D-38-01-07',
    State: 1,
    TotalEndpoints: 0,
    Type: 'L2Bridge',
    Version: 15 * 2 ** 32 + 4,
  });
});

test('POST to a network replaces the policies of the types it names, DELETE takes its endpoints along', () => {
  const session = startSession({}, ['base', 'vxlan0']);
  const id = 'C0A8E101-1B1D-4B1D-8B1D-00000000E0E0';
  const route = { DestinationPrefix: '10.244.4.0/24', IsolationId: 4096, ProviderAddress: '10.240.0.31' };
  const { output } = v1(session, `POST /networks/${id}`, { Policies: [{ Type: 'RemoteSubnetRoute', ...route }] });
  assert.equal((output['Policies'] as readonly Doc[]).at(-1), { Type: 'RemoteSubnetRoute', ...route });
  assert.is((output['Policies'] as readonly Doc[]).length, 5);
  session.createEndpoint({}, { network: id });
  assert.is(v1(session, `GET /networks/${id}`).output['CurrentEndpointCount'], 1);
  assert.is(v1(session, `DELETE /networks/${id}`).hresult, OK);
  assert.equal([session.hns.dump().networks, session.hns.dump().endpoints], [[], []]);
});

test('namespaces are made, filled, emptied and deleted', () => {
  const session = startSession();
  session.createEndpoint({ Name: 'pod' }, { id: A });
  const resource = { Type: 'Endpoint', Data: { Id: A } };
  const id = String(v1(session, 'POST /namespaces/', { IsDefault: false }).output['ID']);
  const { output } = v1(session, `POST /namespaces/${id}/addresource`, resource);
  assert.equal(output['ResourceList'], [resource]);
  assert.is(output['CompartmentId'], 5);
  assert.is(session.endpoint(A)['HostComputeNamespace'], id);
  assert.equal(v1(session, `GET /endpoints/${A}`).output['Namespace'], { ID: id });
  v1(session, `POST /namespaces/${POD1}/addresource`, { Type: 'Container', Data: { Id: 'c1' } });
  assert.equal(v1(session, `GET /namespaces/${POD1}`).output['Containers'], ['c1']);
  assert.equal(v1(session, `POST /namespaces/${id}/removeresource`, resource).output['ResourceList'], []);
  assert.is(v1(session, `DELETE /namespaces/${id}`).hresult, OK);
  const left = v1(session, 'GET /namespaces/').envelope?.['Output'] as readonly Doc[];
  assert.equal(
    left.map(({ IsDefault }) => IsDefault),
    [true, false, false, false],
  );
});

test('policy lists hold for endpoints that are there, on frontends of their own', () => {
  const session = startSession();
  session.createEndpoint({}, { id: A });
  session.createEndpoint({}, { id: B });
  const References = [`/endpoints/${A}`, `/endpoints/${B}`];
  const elb = { Type: 'ELB', VIPs: ['10.96.0.10'], Protocol: 17, InternalPort: 53, ExternalPort: 53 };
  const create = (list: object): string => v1(session, 'POST /policylists/', list).hresult;
  assert.is(create({ References: [`/endpoints/${MISSING}`], Policies: [elb] }), '0x803B001C');
  assert.is(create({ References: [], Policies: [elb] }), '0x803B000D');
  assert.is(create({ References, Policies: [{ ...elb, InternalPort: 0 }] }), '0x803B002D');
  assert.is(create({ References, Policies: [{ Type: 'QOS' }] }), '0x803B000E');
  assert.is(create({ References, Policies: [{ Type: 'ROUTE' }] }), '0x803B000D');
  assert.is(create({ References, Policies: [elb] }), OK);
  assert.is(create({ References, Policies: [elb] }), '0x803B0013');
  assert.is(create({ References, Policies: [{ ...elb, Protocol: 6 }] }), OK);
  assert.is(
    create({ References, Policies: [{ Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true }] }),
    OK,
  );
  const [list] = session.hns.dump().policyLists;
  assert.equal(list, { ID: list?.['ID'], References, Policies: [elb] });
  session.code('HcnDeleteEndpoint', { id: B });
  assert.equal(v1(session, `GET /policylists/${list?.['ID'] as string}`).output['References'], [`/endpoints/${A}`]);
  assert.is(v1(session, `DELETE /policylists/${list?.['ID'] as string}`).hresult, OK);
  assert.is(session.hns.dump().policyLists.length, 2);
  session.hns.restartService();
  assert.equal(session.hns.dump().policyLists, []);
});

test.run();
