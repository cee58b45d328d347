/** What the simulated HNS answers about calls, networks, queries, handles, restarts and seeds. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hex } from '../../native/simulator/errors.ts';
import { createHns } from '../../native/simulator/hns.ts';
import { DEFAULTS } from '../../native/simulator/switches.ts';
import { CBR0, type Doc, document, HOST, POD1, QUERY, sessionOn, startSession, ZERO } from '../support/hns-session.ts';

const test = suite('HNS simulator');

const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const B = 'AAAAAAAA-0000-4000-8000-000000000002';
const MISSING = '0D15EA5E-0000-4000-8000-00000000DEAD';
const policy = (Type: string, Settings?: Doc): Doc => ({
  Policies: [Settings === undefined ? { Type } : { Type, Settings }],
});

const OK = '0x00000000';

for (const [what, call, args, expected] of [
  ['a missing network', 'HcnOpenNetwork', { id: MISSING }, '0x803B0001'],
  ['a missing endpoint', 'HcnOpenEndpoint', { id: MISSING }, '0x803B0002'],
  ['a missing namespace', 'HcnOpenNamespace', { id: MISSING }, '0x80070490'],
  ['the deletion of a missing network', 'HcnDeleteNetwork', { id: MISSING }, '0x803B0001'],
  ['the deletion of a missing endpoint', 'HcnDeleteEndpoint', { id: MISSING }, '0x803B0002'],
  ['the deletion of a missing namespace', 'HcnDeleteNamespace', { id: MISSING }, '0x80070490'],
  ['the deletion of the host namespace', 'HcnDeleteNamespace', { id: HOST }, '0x803B0015'],
  ['a handle nobody was given', 'HcnQueryNetworkProperties', { network: 77, query: QUERY }, '0x80070006'],
  ['closing a handle nobody was given', 'HcnCloseEndpoint', { endpoint: 77 }, '0x80070006'],
  ['text that is no JSON', 'HcnEnumerateNetworks', { query: '{' }, '0x803B001B'],
  ['a query without schema version', 'HcnEnumerateNetworks', { query: '{}' }, '0x803B001B'],
  ['a filter that is no JSON', 'HcnEnumerateNetworks', { query: document({ Filter: 'x' }) }, '0x803B001B'],
  ['the v1 schema', 'HcnEnumerateNetworks', { query: '{"SchemaVersion":{"Major":1}}' }, '0x80070032'],
  ['an export that is not modelled', 'HcnEnumerateLoadBalancers', { query: QUERY }, '0x80004001'],
] as const) {
  test(`${call} answers ${expected} to ${what}`, () => {
    const reply = startSession().call(call, args);
    assert.is(hex(reply.hresult), expected);
    const record = JSON.parse(reply.error ?? '') as Doc;
    assert.is(record['ErrorCode'], Number(expected));
    assert.is(record['Success'], false);
    assert.match(String(record['Error']), / $/);
  });
}

for (const [what, settings, expected] of [
  ['a second NAT network', { Name: 'nat2', Type: 'NAT' }, '0x80071392'],
  ['a name in use', { Name: 'nat', Type: 'L2Bridge', Ipams: subnets('10.1.0.0/24') }, '0x803B0010'],
  ['an unknown type', { Name: 'x', Type: 'Wormhole' }, '0x803B000B'],
  ['no subnet', { Name: 'x', Type: 'L2Bridge' }, '0x803B000A'],
  ['a prefix that is none', { Name: 'x', Type: 'L2Bridge', Ipams: subnets('10.1.0.0') }, '0x803B0030'],
  [
    'an adapter that is not there',
    {
      Name: 'x',
      Type: 'L2Bridge',
      Ipams: subnets('10.1.0.0/24'),
      ...policy('NetAdapterName', { NetworkAdapterName: 'Wi-Fi' }),
    },
    '0x803B0006',
  ],
  ['a VSID below 4096', { Name: 'x', Type: 'Overlay', Ipams: subnets('10.1.0.0/24', 4095) }, '0x803B000D'],
  ['an overlay network', { Name: 'x', Type: 'overlay', Ipams: subnets('10.1.0.0/24', 4096) }, OK],
] as const) {
  test(`HcnCreateNetwork answers ${expected} to ${what}`, () => {
    const session = startSession({}, ['base', 'nat']);
    assert.is(session.code('HcnCreateNetwork', { id: ZERO, settings: document(settings) }), expected);
  });
}

function subnets(IpAddressPrefix: string, vsid?: number): readonly Doc[] {
  const Policies = vsid === undefined ? [] : [{ Type: 'VSID', Settings: { IsolationId: vsid } }];
  return [{ Type: 'Static', Subnets: [{ IpAddressPrefix, Policies }] }];
}

test('a NAT network without subnet gets one, and answers leave its type out', () => {
  const session = startSession({}, ['base']);
  const network = session.open('HcnCreateNetwork', { id: A, settings: document({ Name: 'nat', Type: 'NAT' }) });
  const view = session.read('HcnQueryNetworkProperties', { network, query: QUERY }) as Doc;
  assert.is(view['Type'], undefined);
  assert.match(JSON.stringify(view['Ipams']), '"IpAddressPrefix":"172.30.0.0/20"');
  assert.match(JSON.stringify(view['MacPool']), '"StartMacAddress":"00-15-5D-A0-00-00"');
});

for (const [filter, expected] of [
  [{ Name: 'a' }, [A]],
  [{ Name: 'A' }, []],
  [{ ID: B.toLowerCase() }, [B]],
  [{ VirtualNetwork: CBR0 }, [A, B]],
  [{ VirtualNetworkName: 'cbr0', Name: 'b' }, [B]],
  [{ State: 2 }, [A]],
  [{ Color: 'blue' }, []],
  [{}, [A, B]],
] as const) {
  test(`HcnEnumerateEndpoints filters by ${JSON.stringify(filter)}`, () => {
    const session = startSession();
    session.createEndpoint({ Name: 'a' }, { id: A });
    session.createEndpoint({ Name: 'b' }, { id: B });
    session.attach(POD1, A);
    const query = document({ Filter: JSON.stringify(filter) });
    assert.equal(session.read('HcnEnumerateEndpoints', { query }), expected);
  });
}

test('a handle belongs to its process and is of no use once its object is gone', () => {
  const session = startSession();
  session.createEndpoint({}, { id: A });
  const endpoint = session.open('HcnOpenEndpoint', { id: A });
  assert.is(sessionOn(session.hns, 'other').code('HcnCloseEndpoint', { endpoint }), '0x80070006');
  session.code('HcnDeleteEndpoint', { id: A });
  assert.is(session.code('HcnQueryEndpointProperties', { endpoint, query: QUERY }), '0x803B0031');
  assert.is(session.code('HcnCloseEndpoint', { endpoint }), OK);
  assert.is(session.code('HcnCloseEndpoint', { endpoint }), '0x80070006');
});

test('a restart of the service loses endpoints, namespaces, handles and non-persistent networks', () => {
  const session = startSession({}, ['base', 'cbr0', 'nat']);
  session.createEndpoint({}, { id: A });
  const network = session.open('HcnOpenNetwork', { id: CBR0 });
  const boot = session.hns.bootId();
  session.hns.restartService();
  const { networks, endpoints, namespaces } = session.hns.dump();
  assert.equal(
    networks.map(({ Name }) => Name),
    ['cbr0'],
  );
  assert.equal(endpoints, []);
  assert.equal(
    namespaces.map(({ ID }) => ID),
    [HOST],
  );
  assert.is(session.code('HcnCloseNetwork', { network }), '0x80070006');
  assert.is(session.hns.bootId(), boot);
});

test('a reboot has another identity, and what survives it is switched', () => {
  const session = startSession();
  const boot = session.hns.bootId();
  session.hns.reboot();
  assert.is.not(session.hns.bootId(), boot);
  assert.equal(
    session.hns.dump().networks.map(({ Name }) => Name),
    ['cbr0'],
  );
  const forgetful = startSession({ rebootKeepsExternal: false });
  forgetful.hns.reboot();
  assert.equal(forgetful.hns.dump().networks, []);
});

test('a seed places attached endpoints and sets switches, and refuses a switch that is none', () => {
  const session = startSession();
  session.hns.seed({ endpoints: [{ ID: A, network: 'cbr0', namespace: POD1 }], config: { deletedObject: 0x803b0002 } });
  assert.is(session.endpoint(A)['HostComputeNamespace'], POD1);
  assert.throws(() => {
    createHns().seed({ config: { colour: 1 } });
  }, /switch "colour"/);
});

test('a seed puts its object in the place of one that has its id', () => {
  const session = startSession();
  session.hns.seed({ namespaces: [{ ID: POD1, Type: 'Guest' }] });
  const named = session.hns.dump().namespaces.filter(({ ID }) => ID === POD1);
  assert.equal(
    named.map(({ Type }) => Type),
    ['Guest'],
  );
});

test('the version is that of the seed', () => {
  const session = startSession();
  const read = (): unknown => session.read('HNSCall', { method: 'GET', path: '/globals/version', body: '' });
  assert.equal(read(), { Success: true, Output: { Major: 15, Minor: 4 } });
  session.hns.seed({ version: { Major: 10, Minor: 1 } });
  assert.equal(read(), { Success: true, Output: { Major: 10, Minor: 1 } });
});

/** Numbers beyond it are HRESULTs. */
const MAX_COUNT = 0xffff;

test('every switch stands in the README with its default', () => {
  const readme = readFileSync(new URL('../../native/README.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const shown = typeof value === 'number' && value > MAX_COUNT ? hex(value) : String(value);
    assert.ok(readme.includes(`| \`${name}\` | ${shown} |`), `${name} ${shown}`);
  }
});

test.run();
