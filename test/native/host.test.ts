/** The simulated host's network: what HNS makes of it, and how calls to IP Helper end that a fault meets. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDispatcher } from '../../native/simulator/dispatch.ts';
import { Killed } from '../../native/simulator/faults.ts';
import { createHns } from '../../native/simulator/hns.ts';
import type { Switches } from '../../native/simulator/switches.ts';
import type { Adapter, IpHelper } from '../../src/ip-helper/ip-helper.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { type Doc, document, HOST, type Session, sessionOn, ZERO } from '../support/hns-session.ts';
import { cidr, ip } from '../support/net.ts';
import { simulatedIpHelper } from '../support/simulated-ip-helper.ts';
import { v1 } from '../support/v1-session.ts';

const test = suite('HNS simulator: the host');

const OK = '0x00000000';
const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const B = 'AAAAAAAA-0000-4000-8000-000000000002';
const VNIC = 'vEthernet (Ethernet)';

interface Bench {
  readonly session: Session;
  readonly helper: IpHelper;
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
}

/** A node with one NIC: a static address of each family, a gateway, DNS, a persistent route, and one that a program made. */
function start(switches: Partial<Switches> = {}): Bench {
  let now = 1_000_000;
  const hns = createHns({ ...switches, now: () => now });
  hns.seed({
    namespaces: [{ ID: HOST, Type: 'HostDefault' }],
    adapters: [
      {
        Alias: 'Ethernet',
        Addresses: ['10.240.0.30/24', 'fd00:240::30/64'],
        Gateways: ['10.240.0.1'],
        DnsServers: ['168.63.129.16'],
        DnsSuffix: 'example',
        MacAddress: '00-0D-3A-11-22-33',
        Routes: [{ DestinationPrefix: '10.99.0.0/16', NextHop: '10.240.0.9', Metric: 3, Protocol: 10006 }],
      },
    ],
  });
  const helper = simulatedIpHelper({ dispatcher: { dispatchNow: hns.call }, process: 'test' });
  const luid = adapter(helper, 'Ethernet').luid;
  helper.createRoute({ luid, destination: cidr('10.244.4.0/24'), nextHop: ip('10.240.0.31'), metric: 7, protocol: 3 });
  return {
    session: sessionOn(hns),
    helper,
    pass: (ms) => {
      now += ms;
    },
  };
}

function adapter(helper: IpHelper, alias: string): Adapter {
  const found = helper.adapters().find((each) => each.alias === alias);
  if (found === undefined) throw new Error(`there is no adapter "${alias}"`);
  return found;
}
const aliases = (helper: IpHelper): readonly string[] =>
  helper
    .adapters()
    .map(({ alias }) => alias)
    .filter((alias) => !alias.startsWith('Loopback'));

/** All that is configured on an adapter, in texts; routes that follow from addresses apart. */
function settings(helper: IpHelper, alias: string): Doc {
  const { luid, mac, addresses, gateways, dnsServers, dnsSuffix } = adapter(helper, alias);
  const routes = helper.routes(4).filter((row) => row.luid === luid && row.protocol !== 2);
  return {
    mac: mac?.digits,
    addresses: addresses.map((each) => formatCidr(each.cidr)),
    gateways: gateways.map(({ text }) => text),
    dns: [...dnsServers.map(({ text }) => text), dnsSuffix],
    routes: routes
      .map(({ destination, nextHop, metric }) => `${formatCidr(destination)} ${nextHop.text} ${metric}`)
      .sort(),
  };
}
const ALL = {
  mac: '000d3a112233',
  addresses: ['10.240.0.30/24', 'fd00:240::30/64'],
  gateways: ['10.240.0.1'],
  dns: ['168.63.129.16', 'example'],
  routes: ['0.0.0.0/0 10.240.0.1 0', '10.244.4.0/24 10.240.0.31 7', '10.99.0.0/16 10.240.0.9 3'],
};

const network = (name: string, Type = 'L2Bridge', more: Doc = {}): Doc => ({
  Name: name,
  Type,
  Ipams: [
    {
      Subnets: [
        { IpAddressPrefix: '10.244.3.0/24', Routes: [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }] },
      ],
    },
  ],
  ...more,
});
const create = ({ session }: Bench, id: string, wanted: Doc): string =>
  session.code('HcnCreateNetwork', { id, settings: document(wanted) });
const remove = ({ session }: Bench, id: string): string => session.code('HcnDeleteNetwork', { id });
const managementIp = ({ session }: Bench, id: string): unknown =>
  v1(session, `GET /networks/${id}`).output['ManagementIP'];

test('the first external network on a NIC moves all that is configured on it to a new adapter', () => {
  const bench = start({ lateAddressMs: 0 });
  const { helper } = bench;
  const nic = adapter(helper, 'Ethernet');
  assert.is(create(bench, A, network('net')), OK);
  assert.equal(aliases(helper), [VNIC]);
  const vnic = adapter(helper, VNIC);
  assert.not.equal([vnic.luid, vnic.index, vnic.guid], [nic.luid, nic.index, nic.guid]);
  assert.equal(settings(helper, VNIC), ALL);
  assert.is(helper.bestRoute(ip('10.240.0.77'))?.route.luid, vnic.luid);
  assert.is(managementIp(bench, A), '10.240.0.30');
  const [, bound] = bench.session.hns.dump().host.adapters;
  assert.equal([bound?.['Alias'], bound?.['ReplacedBy'], bound?.['Addresses']], ['Ethernet', VNIC, []]);
  const route = { luid: nic.luid, destination: cidr('10.1.0.0/16'), nextHop: ip('10.240.0.9'), metric: 1, protocol: 3 };
  assert.is(helper.createRoute(route), 'missing', 'IP is not bound to a port of a switch');
});
test('only the first network moves it, and only the last one gives it back', () => {
  const bench = start();
  const { helper } = bench;
  const nic = adapter(helper, 'Ethernet');
  assert.is(create(bench, A, network('one')), OK);
  const vnic = adapter(helper, VNIC);
  assert.is(create(bench, B, network('two')), OK);
  assert.equal(adapter(helper, VNIC), vnic);
  const route = { destination: cidr('10.244.5.0/24'), nextHop: ip('10.240.0.32'), metric: 8, protocol: 3 };
  helper.createRoute({ ...route, luid: vnic.luid });
  assert.is(remove(bench, A), OK);
  assert.equal(aliases(helper), [VNIC]);
  assert.is(remove(bench, B), OK);
  assert.equal(aliases(helper), ['Ethernet']);
  assert.is(adapter(helper, 'Ethernet').luid, nic.luid);
  const routes = [...ALL.routes, '10.244.5.0/24 10.240.0.32 8'].sort();
  assert.equal(settings(helper, 'Ethernet'), { ...ALL, routes });
});
test('a link that goes down for a while has its addresses and routes when it is up again', () => {
  const bench = start({ vSwitchDownMs: 3000, lateAddressMs: 500 });
  const { helper, pass } = bench;
  for (const [step, alias] of [
    [() => create(bench, A, network('net')), VNIC],
    [() => remove(bench, A), 'Ethernet'],
  ] as const) {
    assert.is(step(), OK);
    for (const ms of [0, 2999]) {
      pass(ms);
      assert.is(adapter(helper, alias).up, false);
      assert.equal(settings(helper, alias), { ...ALL, addresses: [], gateways: [], dns: [''], routes: [] });
      assert.is(helper.bestRoute(ip('10.240.0.77')), undefined);
      if (alias === VNIC) assert.is(managementIp(bench, A), undefined);
    }
    pass(1);
    assert.is(adapter(helper, alias).up, true);
    assert.equal(settings(helper, alias), ALL);
    if (alias === VNIC) assert.is(managementIp(bench, A), '10.240.0.30');
  }
});
test('a network that takes the place of another one while the link is down finds the NIC and what was on it', () => {
  const bench = start({ vSwitchDownMs: 3000 });
  for (const id of [A, B]) {
    assert.is(create(bench, id, network('net')), OK);
    bench.pass(1000);
    assert.is(remove(bench, id), OK);
    bench.pass(1000);
  }
  assert.is(create(bench, A, network('net')), OK);
  bench.pass(3000);
  assert.equal(settings(bench.helper, VNIC), ALL);
  assert.is(create(bench, B, network('second')), OK);
  remove(bench, B);
  remove(bench, A);
  bench.pass(3000);
  assert.equal(settings(bench.helper, 'Ethernet'), ALL);
  assert.is(adapter(bench.helper, 'Ethernet').up, true);
});
test('what is added while the link is down stays', () => {
  const bench = start({ vSwitchDownMs: 3000 });
  create(bench, A, network('net'));
  const { luid } = adapter(bench.helper, VNIC);
  assert.is(bench.helper.createAddress({ luid, cidr: cidr('10.240.0.30/24') }), 'done');
  bench.pass(3000);
  assert.equal([...(settings(bench.helper, VNIC)['addresses'] as string[])].sort(), ALL.addresses);
});

for (const [name, switches, lost] of [
  ['static addresses', { vSwitchLosesStaticAddress: true }, { addresses: [], gateways: [], routes: [] }],
  ['routes', { vSwitchLosesRoutes: true }, { gateways: [], routes: [] }],
  ['DNS', { vSwitchLosesDns: true }, { dns: [''] }],
] as const) {
  test(`Windows may lose ${name} on the way to the virtual adapter, for good`, () => {
    const bench = start(switches);
    create(bench, A, network('net'));
    assert.equal(settings(bench.helper, VNIC), { ...ALL, ...lost });
    bench.session.hns.reboot();
    const { addresses, dns } = { ...ALL, ...lost };
    assert.equal(settings(bench.helper, VNIC)['addresses'], addresses);
    assert.equal(settings(bench.helper, VNIC)['dns'], dns);
  });
}

test('a reboot leaves the switch of a persistent network, with what was configured', () => {
  const bench = start();
  create(bench, A, network('net'));
  create(bench, B, network('gone', 'NAT'));
  const { luid } = adapter(bench.helper, VNIC);
  bench.session.hns.reboot();
  assert.equal(aliases(bench.helper), [VNIC]);
  assert.is(adapter(bench.helper, VNIC).luid, luid);
  const routes = ALL.routes.filter((each) => !each.startsWith('10.244.'));
  assert.equal(settings(bench.helper, VNIC), { ...ALL, routes });
});
test('a restart of the service that takes the network gives the NIC its own back', () => {
  const bench = start();
  create(bench, A, network('net', 'L2Bridge', { Flags: 8 }));
  bench.session.hns.restartService();
  assert.equal(settings(bench.helper, 'Ethernet'), ALL);
});
test('a network comes onto a NIC whose link is up', () => {
  const bench = start();
  bench.session.hns.seed({ adapters: [{ Alias: 'Ethernet', Up: false }] });
  assert.is(create(bench, A, network('net')), '0x803B0006');
  assert.equal(aliases(bench.helper), ['Ethernet']);
});
test('a seeded network has its switch, also when the adapters come later', () => {
  const bench = start({ vSwitchLosesDns: true });
  bench.session.hns.seed({ networks: [{ ...network('net'), ID: A, NetworkAdapterName: 'Ethernet' }] });
  assert.equal(settings(bench.helper, VNIC), ALL);
  bench.session.hns.seed({ adapters: [{ Alias: 'Ethernet', Address: '10.1.1.1' }] });
  assert.equal(settings(bench.helper, VNIC)['addresses'], ['10.1.1.1/24']);
});

/** An endpoint `net_ep` at .2, as flannel makes it. */
function hostEndpoint(bench: Bench): void {
  create(bench, A, network('net'));
  const IpConfigurations = [{ IpAddress: '10.244.3.2' }];
  assert.is(bench.session.createEndpoint({ Name: 'net_ep', IpConfigurations }, { network: A, id: B }), OK);
}
const EP = 'vEthernet (net_ep)';

for (const [by, attach, detach] of [
  [
    'HNS v1',
    ({ session }: Bench) =>
      v1(session, `POST /endpoints/${B}/attach`, { SystemType: 'Host', CompartmentId: 1 }).hresult,
    ({ session }: Bench) => v1(session, `POST /endpoints/${B}/detach`, { SystemType: 'Host' }).hresult,
  ],
  [
    "the host's namespace",
    ({ session }: Bench) => session.attach(HOST, B),
    ({ session }: Bench) => session.attach(HOST, B, 'Remove'),
  ],
] as const) {
  test(`an endpoint attached to the host by ${by} is an adapter of it`, () => {
    const bench = start();
    const { helper, session } = bench;
    hostEndpoint(bench);
    assert.equal(aliases(helper), [VNIC]);
    for (const end of [
      () => detach(bench),
      () => session.code('HcnDeleteEndpoint', { id: B }),
      () => remove(bench, A),
    ]) {
      if (session.code('HcnOpenNetwork', { id: A }) !== OK) create(bench, A, network('net'));
      if (session.code('HcnOpenEndpoint', { id: B }) !== OK) hostEndpointAgain(bench);
      assert.is(attach(bench), OK);
      const { luid, mac, addresses, up } = adapter(helper, EP);
      assert.equal([addresses.map((each) => formatCidr(each.cidr)), up], [['10.244.3.2/24'], true]);
      assert.is(mac?.digits, String(session.endpoint(B)['MacAddress']).replaceAll('-', '').toLowerCase());
      const onLink = helper.bestRoute(ip('10.244.3.77'));
      assert.equal(
        [onLink?.route.luid, onLink?.route.nextHop.text, onLink?.source.text],
        [luid, '0.0.0.0', '10.244.3.2'],
      );
      assert.is(helper.setIpInterface({ luid, family: 4 }, { forwarding: true }), 'done');
      assert.is(end(), OK);
      assert.not(aliases(helper).includes(EP));
      assert.not(helper.routes(4).some((row) => row.luid === luid));
    }
  });
}
const hostEndpointAgain = ({ session }: Bench): string =>
  session.createEndpoint({ Name: 'net_ep', IpConfigurations: [{ IpAddress: '10.244.3.2' }] }, { network: A, id: B });

test('an adapter of an endpoint goes with a reboot, and is no NIC for a network', () => {
  const bench = start();
  hostEndpoint(bench);
  bench.session.attach(HOST, B);
  const Policies = [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: EP } }];
  assert.is(create(bench, ZERO, network('other', 'L2Bridge', { Policies })), '0x803B0006');
  bench.session.hns.reboot();
  assert.equal(aliases(bench.helper), [VNIC]);
});
test('the gateway of a NAT network is an address of the host', () => {
  const bench = start();
  create(bench, A, network('nat', 'NAT'));
  assert.equal(settings(bench.helper, 'vEthernet (nat)')['addresses'], ['10.244.3.1/24']);
  remove(bench, A);
  assert.equal(aliases(bench.helper), ['Ethernet']);
});

test('a caller that stands still is ended by a kill and by a hang, and the effect is there or not as the fault says', () => {
  for (const action of ['kill', 'hang'] as const) {
    for (const when of ['before', 'after'] as const) {
      const { session, helper } = start();
      const dispatcher = createDispatcher(session.hns);
      dispatcher.faults.set([{ function: 'CreateIpForwardEntry2', action, when }]);
      const own = simulatedIpHelper({ dispatcher, process: 'own' });
      const { luid } = adapter(own, 'Ethernet');
      const route = { luid, destination: cidr('10.9.0.0/16'), nextHop: ip('10.240.0.9'), metric: 1, protocol: 3 };
      assert.throws(
        () => own.createRoute(route),
        (failure: unknown) => failure instanceof Killed,
      );
      assert.is(helper.deleteRoute(route), when === 'after' ? 'done' : 'missing');
      assert.is(dispatcher.trace().at(-1)?.fault?.action, action);
    }
  }
});

test.run();
