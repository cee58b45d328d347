/** What every filling of the port `IpHelper` must do: one suite, run inside this process and through the C entry points. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Simulator } from '../../native/simulator/client.ts';
import {
  type Adapter,
  IfType,
  INFINITE,
  type IpHelper,
  type Luid,
  Origin,
  PREFERRED,
  Protocol,
  type Route,
  type RouteRow,
} from '../../src/ip-helper/ip-helper.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { Code } from '../../src/spec/error.ts';
import { cidr, ip } from '../support/net.ts';
import { throwsCni } from '../support/throws.ts';

/** A host behind a port, and who can look at it from outside. */
export interface Bench {
  readonly helper: IpHelper;
  readonly simulator: Simulator;
}

const ADAPTERS = [
  {
    Alias: 'Ethernet',
    Description: 'Vögelchen Adapter 名前',
    Addresses: ['10.240.0.30/24', 'fd00:240::30/64'],
    Gateways: ['10.240.0.1', 'fd00:240::1'],
    DnsServers: ['168.63.129.16', 'fd00::53'],
    DnsSuffix: 'cluster.example',
    MacAddress: '00-0D-3A-11-22-33',
    Mtu: 1400,
  },
  { Alias: 'Storage', Addresses: ['10.250.0.30/16'], Dhcp: true, Metric: 5 },
  { Alias: 'Unplugged', Addresses: ['192.168.7.7/24'], Gateways: ['192.168.7.1'], Up: false },
];

const named = (helper: IpHelper, alias: string): Adapter => {
  const found = helper.adapters().find((each) => each.alias === alias);
  if (found === undefined) throw new Error(`there is no adapter "${alias}"`);
  return found;
};
const ethernet = (helper: IpHelper): Luid => named(helper, 'Ethernet').luid;

const routeTo = (luid: Luid, destination: string, nextHop: string, more: Partial<Route> = {}): Route => ({
  luid,
  destination: cidr(destination),
  nextHop: ip(nextHop),
  metric: 7,
  protocol: Protocol.NetMgmt,
  ...more,
});
const textOf = ({ destination, nextHop, metric }: RouteRow): string =>
  `${formatCidr(destination)} ${nextHop.text} ${metric}`;
const programMade = (helper: IpHelper): readonly string[] =>
  [...helper.routes(4), ...helper.routes(6)].filter(({ metric }) => metric < 256 && metric > 0).map(textOf);

type Case = readonly [name: string, run: (bench: Bench) => Promise<void> | void];

const ROUTES: readonly Case[] = [
  [
    'routes() lists the default route, what addresses lead to, and one family only',
    ({ helper }) => {
      const four = helper.routes(4).map(textOf);
      for (const row of ['0.0.0.0/0 10.240.0.1 0', '10.240.0.0/24 0.0.0.0 256', '127.0.0.0/8 0.0.0.0 256']) {
        assert.ok(four.includes(row), row);
      }
      assert.ok(helper.routes(4).every(({ destination }) => destination.ip.family === 4));
      assert.ok(helper.routes(6).map(textOf).includes('::/0 fd00:240::1 0'));
      assert.ok(helper.routes(6).every(({ nextHop }) => nextHop.family === 6));
    },
  ],
  [
    'a route is made once, changed, and deleted once',
    ({ helper }) => {
      const route = routeTo(ethernet(helper), '10.244.4.0/24', '10.240.0.31');
      assert.is(helper.createRoute(route), 'done');
      assert.is(helper.createRoute({ ...route, metric: 9 }), 'exists');
      assert.equal(programMade(helper), ['10.244.4.0/24 10.240.0.31 7']);
      assert.is(helper.setRoute({ ...route, metric: 9, protocol: Protocol.Static }), 'done');
      const [row] = helper.routes(4).filter(({ metric }) => metric === 9);
      assert.equal(row, {
        ...{ ...route, index: named(helper, 'Ethernet').index[4], metric: 9, protocol: Protocol.Static },
        ...{ validLifetime: INFINITE, preferredLifetime: INFINITE, loopback: true, autoconfigureAddress: true },
        ...{ publish: true, immortal: true, age: 0, origin: 0 },
      });
      assert.is(helper.deleteRoute(route), 'done');
      assert.is(helper.deleteRoute(route), 'missing');
      assert.is(helper.setRoute(route), 'missing');
      assert.equal(programMade(helper), []);
    },
  ],
  [
    'routes differ by interface, by destination and by next hop',
    ({ helper }) => {
      const [first, second] = [ethernet(helper), named(helper, 'Storage').luid];
      const all = [
        routeTo(first, '10.244.4.0/24', '10.240.0.31'),
        routeTo(first, '10.244.4.0/24', '10.240.0.32'),
        routeTo(second, '10.244.4.0/24', '10.240.0.31'),
        routeTo(first, '10.244.4.0/25', '0.0.0.0'),
        routeTo(first, 'fd00:244:4::/64', 'fd00:240::31'),
      ];
      for (const route of all) assert.is(helper.createRoute(route), 'done');
      assert.is(programMade(helper).length, all.length);
      assert.is(helper.deleteRoute(all[1] as Route), 'done');
      assert.not(programMade(helper).includes('10.244.4.0/24 10.240.0.32 7'));
      assert.is(programMade(helper).length, all.length - 1);
    },
  ],
  [
    'a row that no table has is an error, an interface that is not there is "missing"',
    ({ helper }) => {
      const luid = ethernet(helper);
      const wrong = [routeTo(luid, '10.244.4.7/24', '10.240.0.31'), routeTo(luid, '10.244.4.0/24', 'fd00::1')];
      for (const route of wrong) {
        throwsCni(() => helper.createRoute(route), Code.IpHelper, /CreateIpForwardEntry2 answered 87/);
      }
      assert.is(helper.createRoute(routeTo(luid + (1n << 24n) * 900n, '10.244.4.0/24', '10.240.0.31')), 'missing');
      assert.equal(programMade(helper), []);
    },
  ],
  [
    'the best route has the longest prefix, then the smallest metric; a link that is down has none',
    ({ helper }) => {
      const [luid, storage] = [ethernet(helper), named(helper, 'Storage').luid];
      const best = (to: string): string => {
        const found = helper.bestRoute(ip(to));
        return found === undefined ? 'none' : `${textOf(found.route)} from ${found.source.text}`;
      };
      assert.is(best('10.244.4.9'), '0.0.0.0/0 10.240.0.1 0 from 10.240.0.30');
      helper.createRoute(routeTo(luid, '10.244.4.0/24', '10.240.0.31', { metric: 20 }));
      helper.createRoute(routeTo(storage, '10.244.4.0/24', '10.250.0.31', { metric: 30 }));
      assert.is(best('10.244.4.9'), '10.244.4.0/24 10.250.0.31 30 from 10.250.0.30');
      helper.createRoute(routeTo(luid, '10.244.4.9/32', '10.240.0.32', { metric: 900 }));
      assert.is(best('10.244.4.9'), '10.244.4.9/32 10.240.0.32 900 from 10.240.0.30');
      assert.is(best('192.168.7.9'), '0.0.0.0/0 10.240.0.1 0 from 10.240.0.30');
      assert.is(best('fd00:240::99'), 'fd00:240::/64 :: 256 from fd00:240::30');
      helper.deleteRoute(routeTo(luid, '::/0', 'fd00:240::1'));
      assert.is(best('fd99::1'), 'none');
    },
  ],
  [
    '5,000 routes come back whole',
    async ({ helper, simulator }) => {
      const luid = ethernet(helper);
      const destinations = Array.from({ length: 5000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
      const Routes = destinations.map((DestinationPrefix) => ({
        DestinationPrefix,
        NextHop: '10.240.0.31',
        Metric: 7,
      }));
      await simulator.seed({ adapters: [{ ...ADAPTERS[0], Routes }] });
      const found = helper.routes(4).filter(({ metric }) => metric === 7);
      assert.equal(
        found.map(({ destination }) => formatCidr(destination)),
        destinations,
      );
      assert.ok(found.every((row) => row.luid === luid));
    },
  ],
];

const ADAPTER_CASES: readonly Case[] = [
  [
    'adapters() tells everything of an adapter',
    ({ helper }) => {
      const found = named(helper, 'Ethernet');
      const manual = { prefixOrigin: Origin.Manual, suffixOrigin: Origin.Manual, dadState: PREFERRED };
      assert.equal(found, {
        luid: found.luid,
        index: { 4: 2, 6: 2 },
        guid: 'D0000000-0000-4000-8000-000000000002',
        alias: 'Ethernet',
        description: 'Vögelchen Adapter 名前',
        mac: { digits: '000d3a112233' },
        type: IfType.Ethernet,
        up: true,
        dhcp: false,
        mtu: 1400,
        metric: { 4: 25, 6: 25 },
        compartment: 1,
        addresses: [
          { cidr: cidr('10.240.0.30/24'), ...manual },
          { cidr: cidr('fd00:240::30/64'), ...manual },
        ],
        gateways: [ip('10.240.0.1'), ip('fd00:240::1')],
        dnsServers: [ip('168.63.129.16'), ip('fd00::53')],
        dnsSuffix: 'cluster.example',
      });
      const storage = named(helper, 'Storage');
      assert.equal([storage.dhcp, storage.addresses[0]?.prefixOrigin, storage.gateways], [true, Origin.Dhcp, []]);
      assert.is(named(helper, 'Unplugged').up, false);
      const loopback = helper.adapters().find(({ type }) => type === IfType.Loopback);
      assert.equal([loopback?.mac, loopback?.index], [undefined, { 4: 1, 6: 1 }]);
    },
  ],
  [
    'more adapters than the first buffer holds come back whole',
    async ({ helper, simulator }) => {
      const aliases = Array.from({ length: 60 }, (_, n) => `Ethernet ${n}`);
      await simulator.seed({ adapters: aliases.map((Alias, n) => ({ Alias, Address: `10.${n}.0.1/16` })) });
      const found = helper.adapters().filter(({ type }) => type === IfType.Ethernet);
      assert.equal(
        found.map(({ alias, addresses }) => [alias, addresses[0]?.cidr.ip.text]),
        aliases.map((alias, n) => [alias, `10.${n}.0.1`]),
      );
    },
  ],
  [
    'an address is added once, and leads to its block',
    ({ helper }) => {
      const [luid, index] = [named(helper, 'Storage').luid, named(helper, 'Storage').index[4]];
      const address = { luid, cidr: cidr('10.251.0.30/20') };
      assert.is(helper.createAddress(address), 'done');
      assert.is(helper.createAddress(address), 'exists');
      const manual = { prefixOrigin: Origin.Manual, suffixOrigin: Origin.Manual, dadState: PREFERRED };
      assert.equal(helper.addresses(4).at(-2), { ...manual, ...address, index });
      assert.ok(helper.routes(4).map(textOf).includes('10.251.0.0/20 0.0.0.0 256'));
      assert.is(helper.createAddress({ luid, cidr: cidr('fd00:251::30/64') }), 'done');
      assert.ok(helper.addresses(6).some(({ cidr: { ip: each } }) => each.text === 'fd00:251::30'));
      assert.is(helper.createAddress({ luid: luid + (1n << 24n) * 900n, cidr: cidr('10.9.9.9/24') }), 'missing');
    },
  ],
  [
    'what an interface is not told to change stays, in one family as in the other',
    ({ helper }) => {
      const key = { luid: ethernet(helper), family: 4 } as const;
      const before = helper.ipInterface(key);
      assert.is(before?.forwarding, false);
      assert.is(helper.setIpInterface(key, { forwarding: true, metric: 12, automaticMetric: false }), 'done');
      assert.equal(helper.ipInterface(key), { ...before, forwarding: true, metric: 12, automaticMetric: false });
      assert.is(helper.setIpInterface(key, { weakHostSend: true }), 'done');
      assert.is(helper.ipInterface(key)?.forwarding, true);
      assert.is(helper.ipInterface({ ...key, family: 6 })?.forwarding, false);
      assert.is(helper.setIpInterface({ ...key, family: 6 }, { mtu: 1280 }), 'done');
      assert.is(helper.ipInterface({ ...key, family: 6 })?.mtu, 1280);
      const nowhere = { luid: key.luid + (1n << 24n) * 900n, family: 4 } as const;
      assert.is(helper.ipInterface(nowhere), undefined);
      assert.is(helper.setIpInterface(nowhere, { forwarding: true }), 'missing');
    },
  ],
];

const FAULTS: readonly Case[] = [
  [
    'a refusal for want of rights says so, whether the call took effect or not',
    async ({ helper, simulator }) => {
      const route = routeTo(ethernet(helper), '10.244.4.0/24', '10.240.0.31');
      for (const [when, rows] of [
        ['before', []],
        ['after', ['10.244.4.0/24 10.240.0.31 7']],
      ] as const) {
        await simulator.setFaults([{ function: 'CreateIpForwardEntry2', when }]);
        const words = /route to 10\.244\.4\.0\/24 by 10\.240\.0\.31: CreateIpForwardEntry2 answered 5 .*administrator/;
        const { details } = throwsCni(() => helper.createRoute(route), Code.IpHelper, words);
        assert.is(details, 'Win32 code 5');
        assert.equal(programMade(helper), rows);
      }
    },
  ],
  [
    'codes of a fault are told as those of a row',
    async ({ helper, simulator }) => {
      const route = routeTo(ethernet(helper), '10.244.4.0/24', '10.240.0.31');
      await simulator.setFaults([
        { function: 'CreateIpForwardEntry2', hresult: 5010 },
        { function: 'DeleteIpForwardEntry2', hresult: 1168 },
        { function: 'GetIpForwardTable2', hresult: 1168 },
        { function: 'GetBestRoute2', hresult: 1231 },
        { function: 'GetAdaptersAddresses', hresult: 232 },
      ]);
      assert.is(helper.createRoute(route), 'exists');
      assert.is(helper.deleteRoute(route), 'missing');
      assert.equal(helper.routes(4), []);
      assert.is(helper.bestRoute(ip('10.240.0.1')), undefined);
      assert.equal(helper.adapters(), []);
      await simulator.setFaults([{ function: '*', every: true, hresult: 50 }]);
      for (const call of [() => helper.routes(6), () => helper.adapters(), () => helper.bestRoute(ip('::1'))]) {
        assert.is(throwsCni(call, Code.IpHelper).details, 'Win32 code 50');
      }
    },
  ],
  [
    'the trace tells rows in words and tables by their length',
    async ({ helper, simulator }) => {
      const luid = ethernet(helper);
      await simulator.clearTrace();
      helper.createRoute(routeTo(luid, '10.244.4.0/24', '10.240.0.31'));
      helper.routes(4);
      const [made, listed] = await simulator.trace();
      assert.is(made?.function, 'CreateIpForwardEntry2');
      assert.equal(made?.request['row'], {
        ...{ Interface: luid.toString(16), DestinationPrefix: '10.244.4.0/24', NextHop: '10.240.0.31' },
        ...{ Metric: 7, Protocol: Protocol.NetMgmt },
      });
      assert.is(made?.hresult, '0x00000000');
      assert.equal(listed?.response, { rows: helper.routes(4).length });
    },
  ],
  [
    'a reboot drops what was made by calls, and keeps what was configured',
    async ({ helper, simulator }) => {
      const luid = ethernet(helper);
      const before = [...helper.routes(4), ...helper.routes(6)].map(textOf);
      helper.createRoute(routeTo(luid, '10.244.4.0/24', '10.240.0.31'));
      helper.deleteRoute(routeTo(luid, '0.0.0.0/0', '10.240.0.1'));
      helper.createAddress({ luid, cidr: cidr('10.251.0.30/20') });
      helper.setIpInterface({ luid, family: 4 }, { forwarding: true });
      await simulator.reboot();
      assert.equal([...helper.routes(4), ...helper.routes(6)].map(textOf).sort(), before.sort());
      assert.is(
        helper.addresses(4).some(({ cidr: { ip: each } }) => each.text === '10.251.0.30'),
        false,
      );
      assert.is(helper.ipInterface({ luid, family: 4 })?.forwarding, false);
    },
  ],
];

/** Runs every case on the bench; `stop` is called after the last one, pass or fail. */
export function ipHelperContract(
  kind: string,
  start: () => Promise<Bench & { readonly stop: () => Promise<void> }>,
): void {
  const contract = suite<{ bench: Awaited<ReturnType<typeof start>> }>(`IpHelper: ${kind}`);
  contract.before(async (context) => {
    context.bench = await start();
  });
  contract.after(async ({ bench }) => {
    await bench.stop();
  });
  for (const [name, run] of [...ROUTES, ...ADAPTER_CASES, ...FAULTS]) {
    contract(name, async ({ bench }) => {
      await bench.simulator.setFaults([]);
      await bench.simulator.seed({ adapters: ADAPTERS });
      await run(bench);
      const held = (await bench.simulator.processes()).map(({ live }) => live);
      assert.ok(
        held.every((live) => live === 0),
        'every table is freed',
      );
    });
  }
  contract.run();
}
