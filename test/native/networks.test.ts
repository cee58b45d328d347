/** Rules of the simulated HNS for making networks: types, names, adapters, subnets, and what appears on them later. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createHns } from '../../native/simulator/hns.ts';
import { type Doc, document, QUERY, type Session, sessionOn, startSession, ZERO } from '../support/hns-session.ts';
import { seedNamed } from '../support/peer-traces.ts';
import { v1 } from '../support/v1-session.ts';

const test = suite('HNS simulator: networks');

const OK = '0x00000000';
const A = 'AAAAAAAA-0000-4000-8000-000000000001';

const on = (NetworkAdapterName: string): Doc => ({ Type: 'NetAdapterName', Settings: { NetworkAdapterName } });
function network(
  name: string,
  Type: string,
  more: { prefix?: string; vsid?: number; policies?: readonly Doc[] } = {},
): Doc {
  const { prefix = '10.1.0.0/24', vsid, policies = [] } = more;
  const Policies = vsid === undefined ? [] : [{ Type: 'VSID', Settings: { IsolationId: vsid } }];
  const Ipams = prefix === '' ? [] : [{ Type: 'Static', Subnets: [{ IpAddressPrefix: prefix, Policies }] }];
  return { Name: name, Type, Policies: policies, Ipams };
}
const create = (session: Session, settings: Doc, id = ZERO): string =>
  session.code('HcnCreateNetwork', { id, settings: document(settings) });
const viewOf = (session: Session, id = A): Doc =>
  session.read('HcnQueryNetworkProperties', { network: session.open('HcnOpenNetwork', { id }), query: QUERY }) as Doc;
const v1Of = (session: Session, id = A): Doc => v1(session, `GET /networks/${id}`).output;

for (const type of ['NAT', 'L2Bridge', 'L2Tunnel', 'Overlay', 'Transparent'] as const) {
  test(`a network of type ${type} is made, filled and deleted by either API`, () => {
    const session = startSession({}, ['base']);
    assert.is(create(session, network('net', type.toLowerCase()), A), OK);
    assert.is(viewOf(session)['Type'], type === 'NAT' ? undefined : type);
    assert.is(v1Of(session)['Type'], type);
    assert.is(v1Of(session)['NetworkAdapterName'], type === 'NAT' ? undefined : 'Ethernet');
    assert.is(session.createEndpoint({}, { network: A }), OK);
    assert.equal(session.hns.dump().endpoints[0]?.['IpConfigurations'], [{ IpAddress: '10.1.0.1', PrefixLength: 24 }]);
    assert.is(v1(session, `DELETE /networks/${A}`).hresult, OK);
    const body = { ID: A, Name: 'net', Type: type, Subnets: [{ AddressPrefix: '10.1.0.0/24' }] };
    assert.is(v1(session, 'POST /networks/', body).hresult, OK);
    assert.is(session.code('HcnDeleteNetwork', { id: A }), OK);
    assert.equal([session.hns.dump().networks, session.hns.dump().endpoints], [[], []]);
  });
}

for (const [what, seeds, settings, expected] of [
  ['a name that differs in case', ['cbr0'], network('CBR0', 'L2Bridge'), '0x803B0010'],
  [
    'a second network of the type on an adapter',
    ['cbr0'],
    network('x', 'L2Bridge', { policies: [on('Ethernet')] }),
    OK,
  ],
  ['another type on an adapter', ['cbr0'], network('x', 'Overlay', { policies: [on('Ethernet')] }), '0x80070057'],
  ['another type on whatever adapter is free', ['cbr0'], network('x', 'Overlay'), OK],
  ['a third type with two adapters', ['cbr0', 'azure-tun'], network('x', 'Transparent'), '0x803B0006'],
  [
    'an alias of a virtual adapter',
    [],
    network('x', 'L2Bridge', { policies: [on('vEthernet (Ethernet)')] }),
    '0x803B0006',
  ],
  ['NAT beside anything', ['cbr0', 'azure-tun'], network('x', 'NAT'), OK],
  ['the VSID of another network', ['vxlan0'], network('x', 'Overlay', { vsid: 4096 }), '0x803B000D'],
  ['no VSID beside the default one', ['vxlan0'], network('x', 'Overlay'), '0x803B000D'],
  [
    'a VSID of its own over the same prefix',
    ['vxlan0'],
    network('x', 'Overlay', { prefix: '10.244.3.0/24', vsid: 4097 }),
    OK,
  ],
  ['L2Bridge over the prefix of another', ['cbr0'], network('x', 'L2Bridge', { prefix: '10.244.3.0/24' }), OK],
  ['ICS over the prefix of NAT', ['nat'], network('x', 'ICS', { prefix: '172.30.4.0/24' }), '0x80070034'],
  ['L2Tunnel without a subnet', [], network('x', 'L2Tunnel', { prefix: '' }), '0x803B000A'],
  ['a NAT prefix with host bits', [], network('x', 'NAT', { prefix: '10.1.0.1/24' }), '0x803B001B'],
] as const) {
  test(`HcnCreateNetwork answers ${expected} to ${what}`, () => {
    const session = startSession({}, ['base', ...seeds]);
    assert.is(create(session, settings, A), expected);
    const made = session.hns.dump().networks.map(({ ID }) => ID);
    assert.is(made.includes(A), expected === OK, 'it is there when it was not refused');
  });
}

test('each guess among these rules is switched', () => {
  const lenient = { networkNamesIgnoreCase: false, adapterOfOtherType: 0, sharedVsid: 0, overlappingPrefix: 0 };
  const session = startSession(lenient, ['base', 'vxlan0', 'nat']);
  assert.is(create(session, network('VXLAN0', 'Overlay')), OK);
  assert.is(create(session, network('x', 'L2Bridge', { policies: [on('Ethernet')] })), OK);
  assert.is(create(session, network('y', 'ICS', { prefix: '172.30.4.0/24' })), OK);
});

test('networks on one adapter have one switch', () => {
  const session = startSession({}, ['base', 'cbr0', 'azure-tun']);
  create(session, network('x', 'L2Bridge'), A);
  const [bridge, tunnel, other] = session.hns.dump().networks.map(({ ID }) => v1Of(session, String(ID))['SwitchGuid']);
  assert.is(other, bridge);
  assert.is.not(tunnel, bridge);
});

test('an adapter is found by the address that a policy names', () => {
  const session = startSession({}, ['base']);
  session.hns.seed({
    adapters: [
      { Alias: 'Front', Address: '192.0.2.1' },
      { Alias: 'Back', Address: '192.0.2.2' },
    ],
  });
  const by = (ProviderAddress: string): readonly Doc[] => [{ Type: 'ProviderAddress', Settings: { ProviderAddress } }];
  assert.is(create(session, network('x', 'L2Bridge', { policies: by('192.0.2.9') })), '0x803B0006');
  assert.is(create(session, network('x', 'L2Bridge', { policies: by('192.0.2.2') }), A), OK);
  assert.is(v1Of(session)['NetworkAdapterName'], 'Back');
});

test('a transparent network leaves addresses to the LAN', () => {
  const session = startSession({}, ['base']);
  assert.is(create(session, { Name: 'lan', Type: 'Transparent', Ipams: [{ Type: 'Dhcp' }] }, A), OK);
  assert.equal(viewOf(session)['Ipams'], [{ Type: 'Dhcp', Subnets: [] }]);
  session.createEndpoint({}, { network: A });
  session.createEndpoint({ IpConfigurations: [{ IpAddress: '192.0.2.7', PrefixLength: 24 }] }, { network: A });
  assert.equal(
    session.hns.dump().endpoints.map(({ IpConfigurations }) => IpConfigurations),
    [[], [{ IpAddress: '192.0.2.7', PrefixLength: 24 }]],
  );
});

test('what a seed says of the host is shown by v1 alone', () => {
  const session = startSession();
  const [cbr0] = session.hns.dump().networks;
  const { ManagementIP, NetworkAdapterName, SourceMac } = v1Of(session, String(cbr0?.['ID']));
  assert.equal([ManagementIP, NetworkAdapterName, SourceMac], ['10.240.0.30', 'Ethernet', '00-15-5D-38-01-07']);
  assert.is(viewOf(session, String(cbr0?.['ID']))['ManagementIP'], undefined);
});

test('the address of the node appears when its time has come, on an overlay network as policies', () => {
  let now = 1_000_000;
  const hns = createHns({ lateAddressMs: 500, now: () => now });
  hns.seed(seedNamed('base'));
  const session = sessionOn(hns);
  create(session, network('vxlan0', 'Overlay'), A);
  create(session, network('nat', 'NAT'));
  const policies = (): unknown => viewOf(session)['Policies'];
  now += 499;
  assert.equal(policies(), []);
  assert.is(v1Of(session)['ManagementIP'], undefined);
  now += 1;
  assert.equal(
    hns.dump().networks.map(({ ManagementIP }) => ManagementIP),
    ['10.240.0.30', ''],
  );
  assert.equal(policies(), [
    { Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } },
    { Type: 'DrMacAddress', Settings: { Address: '00-15-5D-00-00-01' } },
  ]);
  assert.is(v1Of(session)['ManagementIP'], '10.240.0.30');
});

test('an overlay network that has its router address gets the other policy only, and nothing without the switch', () => {
  const types = (session: Session): unknown =>
    session.hns.dump().networks.flatMap(({ Policies }) => (Policies as readonly Doc[]).map(({ Type }) => Type));
  assert.equal(types(startSession({}, ['vxlan0'])), ['NetAdapterName', 'DrMacAddress', 'HostRoute', 'VxlanPort']);
  assert.equal(types(startSession({ lateAddressMs: 0 }, ['vxlan0'])), [
    'NetAdapterName',
    'DrMacAddress',
    'HostRoute',
    'VxlanPort',
    'ProviderAddress',
  ]);
});

test.run();
