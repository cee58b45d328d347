/** The ipam section: host-local's rules and defaults, and what is refused with its JSON path. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeIpam, decodeIpamForTeardown, type IpamConfig, setsOf } from '../../src/ipam/config.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { Code } from '../../src/spec/error.ts';
import { cidr, ip } from '../support/net.ts';
import { throwsCni } from '../support/throws.ts';

const WINDOWS = 'D:\\var\\lib\\cni\\networks';
/** The section of the configuration `more`; a type given there wins. */
const decode = (section: object, more: object = {}, defaultDataDir = WINDOWS): IpamConfig =>
  decodeIpam({ config: { cniVersion: '1.0.0', ipam: { type: 'host-local', ...section }, ...more }, defaultDataDir });
const ends = (section: object, more: object = {}): readonly (readonly string[])[] =>
  setsOf(decode(section, more)).map((set) =>
    set.flatMap((one) => [formatCidr(one.subnet), one.first.text, one.last.text, one.gateway.text]),
  );

const config = suite('decodeIpam()');

config('reads a range at the top, or alone in ranges, in any case', () => {
  const wanted = [['10.244.3.0/24', '10.244.3.100', '10.244.3.110', '10.244.3.254']];
  const range = {
    subnet: '10.244.3.0/24',
    rangeStart: '10.244.3.100',
    rangeEnd: '10.244.3.110',
    gateway: '10.244.3.254',
  };
  assert.equal(ends(range), wanted);
  assert.equal(ends({ ranges: [[range]] }), wanted);
  const upper = Object.fromEntries(Object.entries(range).map(([key, value]) => [key.toUpperCase(), value]));
  assert.equal(ends(upper), wanted);
  assert.equal(ends({ RANGES: [[upper]] }), wanted);
});
config('starts after the network address and ends before the broadcast address', () => {
  assert.equal(ends({ subnet: '10.244.3.0/24' }), [['10.244.3.0/24', '10.244.3.1', '10.244.3.254', '10.244.3.1']]);
  assert.equal(ends({ subnet: '10.1.0.0/30' }), [['10.1.0.0/30', '10.1.0.1', '10.1.0.2', '10.1.0.1']]);
  assert.equal(ends({ subnet: 'fd00::/126' }), [['fd00::/126', 'fd00::1', 'fd00::3', 'fd00::1']]);
});
config('a gateway may lie outside its subnet, as with host-local', () => {
  assert.equal(ends({ subnet: '10.244.3.0/24', gateway: '10.99.0.1' })[0]?.at(-1), '10.99.0.1');
});
config('what the runtime gives comes first, then the range at the top, then the sets of ranges', () => {
  const [a, b, c, d] = ['10.1.0.0/24', '10.2.0.0/24', '10.3.0.0/24', 'fd00::/64'].map((subnet) => ({ subnet }));
  const subnets = (section: object, more: object = {}): unknown =>
    setsOf(decode(section, more)).map((set) => set.map(({ subnet }) => formatCidr(subnet)));
  assert.equal(
    subnets({ ...b, ranges: [[c, { subnet: '10.4.0.0/24' }], [d]] }, { runtimeConfig: { ipRanges: [[a]] } }),
    [['10.1.0.0/24'], ['10.2.0.0/24'], ['10.3.0.0/24', '10.4.0.0/24'], ['fd00::/64']],
  );
  assert.equal(subnets({}, { RuntimeConfig: { IPRanges: [[a]] } }), [['10.1.0.0/24']]);
  assert.equal(subnets({ ranges: [[a]] }, { runtimeConfig: { ipRanges: [] } }), [['10.1.0.0/24']]);
});
config('two addresses of one family need a CNI version that can say so', () => {
  const ranges = [[{ subnet: '10.1.0.0/24' }], [{ subnet: '10.2.0.0/24' }]];
  for (const cniVersion of ['0.1.0', '0.2.0', undefined]) {
    const error = throwsCni(() => decode({ ranges }, { cniVersion }), Code.InvalidConfig, /one address of each family/);
    assert.is(error.details, 'JSON path ipam');
    assert.is(ends({ ranges: [[{ subnet: '10.1.0.0/24' }], [{ subnet: 'fd00::/64' }]] }, { cniVersion }).length, 2);
  }
  assert.is(ends({ ranges }, { cniVersion: '0.3.0' }).length, 2);
});
config('ranges of one subnet may stand beside each other', () => {
  const subnet = '10.1.0.0/24';
  const [low, high] = [
    { subnet, rangeEnd: '10.1.0.99' },
    { subnet, rangeStart: '10.1.0.100' },
  ];
  assert.is(ends({ ranges: [[low, high]] }).length, 1);
  assert.is(ends({ ranges: [[low], [high]] }).length, 2);
});
config('reads routes, one with a gateway alone as a default route; "" and null count as absent', () => {
  const routes = [
    { dst: '0.0.0.0/0' },
    { dst: '10.96.0.0/12', gw: '10.244.3.5' },
    { dst: '::/0', gw: '' },
    { GW: '10.244.3.2' },
    { GW: 'fd00::2' },
  ];
  const read = decode({ subnet: '10.244.3.0/24', routes, gateway: '', rangeStart: null }).routes;
  assert.equal(
    read.map(({ dst, gw }) => [formatCidr(dst), gw?.text]),
    [
      ['0.0.0.0/0', undefined],
      ['10.96.0.0/12', '10.244.3.5'],
      ['::/0', undefined],
      ['0.0.0.0/0', '10.244.3.2'],
      ['::/0', 'fd00::2'],
    ],
  );
  assert.equal(decode({ subnet: '10.244.3.0/24' }).routes, []);
});

const DATA_DIRS = [
  [undefined, WINDOWS],
  ['', WINDOWS],
  ['C:\\ipam', 'C:\\ipam'],
  ['c:/ipam', 'c:/ipam'],
  ['\\\\server\\share\\ipam', '\\\\server\\share\\ipam'],
  ['\\var\\lib\\cni', 'D:\\var\\lib\\cni'],
  ['/var/lib/cni', 'D:/var/lib/cni'],
] as const;
for (const [dataDir, wanted] of DATA_DIRS) {
  config(`puts dataDir ${JSON.stringify(dataDir)} on a drive`, () => {
    assert.is(decode({ subnet: '10.244.3.0/24', dataDir }).dataDir, wanted);
  });
}
config('takes a rooted dataDir on Linux as it is', () => {
  assert.is(decode({ subnet: '10.244.3.0/24', dataDir: '/x' }, {}, '/var/lib/cni/networks').dataDir, '/x');
  assert.is(decode({ subnet: '10.244.3.0/24' }, {}, '/var/lib/cni/networks').dataDir, '/var/lib/cni/networks');
});

config('keeps a freed address for a minute, or as long as it says', () => {
  const quarantine = (section: object): unknown => {
    const ipam = decode({ subnet: '10.244.3.0/24', ...section });
    return ipam.source === 'host-local' && ipam.quarantineMs;
  };
  assert.is(quarantine({}), 60_000);
  assert.is(quarantine({ quarantineSeconds: null }), 60_000);
  assert.is(quarantine({ QUARANTINESECONDS: 0 }), 0);
  assert.is(quarantine({ quarantineSeconds: 1.5 }), 1500);
  assert.is(quarantine({ quarantineSeconds: 86_400 }), 86_400_000);
});

config('leaves the section of another IPAM plugin to that plugin', () => {
  const section = { type: 'whereabouts', range: '10.9.0.0/16', dataDir: 'relative', routes: 5 };
  assert.equal(decode(section), { source: 'plugin', type: 'whereabouts', dataDir: WINDOWS, routes: [], dns: {} });
});
config('without a type HNS gives the addresses, and the section tells of the network', () => {
  const hns = (ipam: unknown, more: object = {}): IpamConfig =>
    decodeIpam({ config: { ipam, ...more }, defaultDataDir: WINDOWS });
  const nothing = { source: 'hns', dataDir: WINDOWS, routes: [], dns: {}, subnet: undefined };
  for (const ipam of [undefined, null, {}, { type: '' }, { type: null, environment: 'azure' }]) {
    assert.equal(hns(ipam), nothing);
  }
  const nat = hns({ subnet: '192.168.100.9/24', routes: [{ GW: '192.168.100.1' }], dataDir: 'D:\\x' });
  const routes = [{ dst: cidr('0.0.0.0/0'), gw: ip('192.168.100.1') }];
  assert.equal(nat, { ...nothing, dataDir: 'D:\\x', subnet: cidr('192.168.100.9/24'), routes });
  assert.equal(hns({ routes: [{ gateway: '192.168.100.1' }] }).routes, routes);
  assert.equal(hns({ routes: [{ dst: '10.0.0.0/8', gw: '' }] }).routes, [{ dst: cidr('10.0.0.0/8') }]);

  const why = 'without ipam.type HNS gives the addresses';
  const refused: readonly (readonly [ipam: object, more: object, message: string])[] = [
    [{ ranges: [[ok]] }, {}, `ipam.ranges: ${why}`],
    [{ addresses: [] }, {}, `ipam.addresses: ${why}`],
    [{ quarantineSeconds: 60 }, {}, `ipam.quarantineSeconds: ${why}`],
    [{}, { runtimeConfig: { ipRanges: [[ok]] } }, `runtimeConfig.ipRanges: ${why}`],
    [{}, { runtimeConfig: { ips: ['10.1.0.5'] } }, `runtimeConfig.ips[0]: it is "10.1.0.5", expected none: ${why}`],
    [{}, { args: { cni: { ips: ['10.1.0.5'] } } }, `args.cni.ips[0]: it is "10.1.0.5", expected none: ${why}`],
    [{ routes: [{}] }, {}, 'ipam.routes[0].dst: it is absent, expected a subnet in CIDR form, such as "10.244.3.0/24"'],
    [{ subnet: 'x' }, {}, 'ipam.subnet: it is "x", expected a subnet in CIDR form, such as "10.244.3.0/24"'],
  ];
  for (const [ipam, more, message] of refused) {
    assert.is(throwsCni(() => hns(ipam, more), Code.InvalidConfig).message, `Cannot use ${message}`);
  }
});
config('for DEL and GC only type and dataDir count', () => {
  const teardown = (ipam: object): IpamConfig => decodeIpamForTeardown({ config: { ipam }, defaultDataDir: WINDOWS });
  const nothing = { routes: [], dns: {} };
  const broken = { type: 'host-local', dataDir: 'C:\\ipam', ranges: 'broken', routes: 5, resolvConf: 5 };
  assert.equal(teardown(broken), {
    source: 'host-local',
    dataDir: 'C:\\ipam',
    sets: [],
    wanted: [],
    quarantineMs: 0,
    ...nothing,
  });
  assert.equal(teardown({ type: 'whereabouts' }), {
    source: 'plugin',
    type: 'whereabouts',
    dataDir: WINDOWS,
    ...nothing,
  });
  assert.equal(teardown({ type: 'static', addresses: 5 }), {
    source: 'static',
    addresses: [],
    dataDir: WINDOWS,
    ...nothing,
  });
  assert.equal(teardown({ ranges: 5 }), { source: 'hns', subnet: undefined, dataDir: WINDOWS, ...nothing });
  assert.is(
    throwsCni(() => teardown({ type: 'host-local', dataDir: 'x' }), Code.InvalidConfig).details,
    'JSON path ipam.dataDir',
  );
});

config('resolvConf is read for DNS where there is a way to read it', () => {
  const content =
    '# made by hand\n; x\nnameserver 10.96.0.10\r\nnameserver\tfd00::a  # b\n domain a.org\nsearch a.org b.org\n' +
    'search c.org\noptions ndots:2 edns0\ndomain b.org\nnameserver\nsortlist 10.0.0.0\n';
  const dns = (resolvConf: string, readText?: (path: string) => string | undefined): unknown =>
    decodeIpam({
      config: { ipam: { type: 'host-local', subnet: '10.244.3.0/24', resolvConf } },
      defaultDataDir: WINDOWS,
      readText,
    }).dns;
  const files = (path: string): string | undefined => (path === '/r' ? content : undefined);
  assert.equal(dns('/r', files), {
    nameservers: ['10.96.0.10', 'fd00::a'],
    domain: 'b.org',
    search: ['a.org', 'b.org', 'c.org'],
    options: ['ndots:2', 'edns0'],
  });
  assert.equal(dns('/r'), {});
  assert.equal(dns('', files), {});
  assert.equal(
    dns('/r', () => ''),
    {},
  );
  const error = throwsCni(() => dns('/nosuch', files), Code.InvalidConfig);
  assert.equal(
    [error.message, error.details],
    ['Cannot use ipam.resolvConf: it is "/nosuch", expected a file that exists', 'JSON path ipam.resolvConf'],
  );
});

const ok = { subnet: '10.244.3.0/24' };
const BAD: readonly (readonly [path: string, section: unknown])[] = [
  ['ipam', 'host-local'],
  ...['a/b', 'a\\b', '..', '-a', 5].map((type) => ['ipam.type', { ...ok, type }] as const),
  ['ipam.ranges', { type: 'host-local' }],
  ['ipam.ranges', { type: 'host-local', ranges: [] }],
  ['ipam.ranges', { type: 'host-local', ranges: 'broken' }],
  ['ipam.ranges[0]', { type: 'host-local', ranges: [ok] }],
  ['ipam.ranges[0]', { type: 'host-local', ranges: [[]] }],
  ['ipam.ranges[0][1]', { type: 'host-local', ranges: [[ok, ok]] }],
  ['ipam.ranges[0][1]', { type: 'host-local', ranges: [[ok, { subnet: 'fd00::/64' }]] }],
  ['ipam.ranges[1]', { type: 'host-local', ranges: [[{ subnet: '10.1.0.0/16' }], [{ subnet: '10.1.2.0/24' }]] }],
  ['ipam.ranges[0]', { type: 'host-local', ...ok, ranges: [[ok]] }],
  [
    'ipam.ranges[2]',
    { type: 'host-local', ranges: [[ok], [{ subnet: 'fd00::/64' }], [{ subnet: '10.2.0.0/24' }, ok]] },
  ],
  ['ipam.ranges[0][0].subnet', { type: 'host-local', ranges: [[{}]] }],
  ...['10.244.3.0', '10.244.3.1/24', '10.244.3.0/33', '10.1.0.0/31', '10.1.0.0/32', 'fd00::/127', 24].map(
    (subnet) => ['ipam.ranges[0][0].subnet', { type: 'host-local', ranges: [[{ subnet }]] }] as const,
  ),
  ['ipam.rangeStart', { type: 'host-local', ...ok, rangeStart: '10.99.0.1' }],
  ['ipam.rangeStart', { type: 'host-local', ...ok, rangeStart: 'fd00::1' }],
  ['ipam.rangeStart', { type: 'host-local', ...ok, rangeStart: '10.244.3.20', rangeEnd: '10.244.3.10' }],
  ['ipam.rangeEnd', { type: 'host-local', ...ok, rangeEnd: '10.244.4.0' }],
  ['ipam.gateway', { type: 'host-local', ...ok, gateway: '10.244.3' }],
  ['ipam.gateway', { type: 'host-local', ...ok, gateway: 'fd00::1' }],
  ['ipam.routes', { type: 'host-local', ...ok, routes: {} }],
  ['ipam.routes[1].dst', { type: 'host-local', ...ok, routes: [{ dst: '0.0.0.0/0' }, { dst: 'default' }] }],
  ['ipam.routes[0].dst', { type: 'host-local', ...ok, routes: [{ gw: '' }] }],
  ['ipam.routes[0].gw', { type: 'host-local', ...ok, routes: [{ dst: '0.0.0.0/0', gw: 'x' }] }],
  ['ipam.routes[0].mtu', { type: 'host-local', ...ok, routes: [{ dst: '0.0.0.0/0', mtu: 1400 }] }],
  ['ipam.dataDir', { type: 'host-local', ...ok, dataDir: 'var\\lib' }],
  ['ipam.dataDir', { type: 'host-local', ...ok, dataDir: 'C:ipam' }],
  ['ipam.resolvConf', { type: 'host-local', ...ok, resolvConf: 5 }],
  ...[-1, 86_401, '60', true].map(
    (quarantineSeconds) => ['ipam.quarantineSeconds', { type: 'host-local', ...ok, quarantineSeconds }] as const,
  ),
  ['ipam.quarantineSeconds', { type: 'static', addresses: [{ address: '10.1.0.5/24' }], quarantineSeconds: 60 }],
];
for (const [path, section] of BAD) {
  config(`refuses ${JSON.stringify(section)} at ${path}`, () => {
    const error = throwsCni(
      () => decodeIpam({ config: { ipam: section }, defaultDataDir: WINDOWS }),
      Code.InvalidConfig,
    );
    assert.is(error.details, `JSON path ${path}`);
  });
}
config('refuses a range of the runtime that overlaps with a configured one', () => {
  const error = throwsCni(() => decode(ok, { runtimeConfig: { ipRanges: [[ok]] } }), Code.InvalidConfig);
  assert.is(error.message, 'Cannot use ipam: its addresses overlap with those of runtimeConfig.ipRanges[0]');
  const path = throwsCni(() => decode(ok, { runtimeConfig: { ipRanges: [[{}]] } }), Code.InvalidConfig).details;
  assert.is(path, 'JSON path runtimeConfig.ipRanges[0][0].subnet');
});

config.run();
