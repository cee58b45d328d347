/** The ipam section: host-local's rules and defaults, and what is refused with its JSON path. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeIpam, type IpamConfig } from '../../src/ipam/config.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const WINDOWS = 'D:\\var\\lib\\cni\\networks';
const decode = (section: object, defaultDataDir = WINDOWS): IpamConfig =>
  decodeIpam({ type: 'host-local', ...section }, 'ipam', defaultDataDir);
const ends = (section: object): readonly (string | undefined)[] =>
  decode(section).ranges.flatMap((r) => [formatCidr(r.subnet), r.first.text, r.last.text, r.gateway?.text]);

const config = suite('decodeIpam()');

config('reads a range at the top, or alone in ranges, in any case', () => {
  const wanted = ['10.244.3.0/24', '10.244.3.100', '10.244.3.110', '10.244.3.254'];
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
  assert.equal(ends({ subnet: '10.244.3.0/24' }), ['10.244.3.0/24', '10.244.3.1', '10.244.3.254', undefined]);
  assert.equal(ends({ subnet: '10.1.0.0/30' }), ['10.1.0.0/30', '10.1.0.1', '10.1.0.2', undefined]);
  assert.equal(ends({ subnet: 'fd00::/126' }), ['fd00::/126', 'fd00::1', 'fd00::3', undefined]);
});
config('reads routes; "" and null count as absent', () => {
  const routes = [{ dst: '0.0.0.0/0' }, { dst: '10.96.0.0/12', gw: '10.244.3.5' }, { dst: '::/0', gw: '' }];
  const read = decode({ subnet: '10.244.3.0/24', routes, gateway: '', rangeStart: null }).routes;
  assert.equal(
    read.map(({ dst, gw }) => [formatCidr(dst), gw?.text]),
    [
      ['0.0.0.0/0', undefined],
      ['10.96.0.0/12', '10.244.3.5'],
      ['::/0', undefined],
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
  assert.is(decode({ subnet: '10.244.3.0/24', dataDir: '/x' }, '/var/lib/cni/networks').dataDir, '/x');
  assert.is(decode({ subnet: '10.244.3.0/24' }, '/var/lib/cni/networks').dataDir, '/var/lib/cni/networks');
});

config('leaves the section of another IPAM plugin to that plugin', () => {
  const section = { type: 'whereabouts', range: '10.9.0.0/16', dataDir: 'relative', routes: 5 };
  assert.equal(decodeIpam(section, 'ipam', WINDOWS), {
    dataDir: WINDOWS,
    ranges: [],
    routes: [],
    delegate: 'whereabouts',
  });
});

const ok = { subnet: '10.244.3.0/24' };
const BAD: readonly (readonly [path: string, section: unknown])[] = [
  ['ipam', undefined],
  ['ipam', 'host-local'],
  ['ipam.type', { ...ok }],
  ...['a/b', 'a\\b', '..', '', '-a', 5].map((type) => ['ipam.type', { ...ok, type }] as const),
  ['ipam.ranges', { type: 'host-local' }],
  ['ipam.ranges', { type: 'host-local', ranges: [] }],
  ['ipam.ranges', { type: 'host-local', ranges: [[ok], [{ subnet: '10.2.0.0/24' }]] }],
  ['ipam.ranges', { type: 'host-local', ...ok, ranges: [[{ subnet: '10.2.0.0/24' }]] }],
  ['ipam.ranges[0]', { type: 'host-local', ranges: [[ok, ok]] }],
  ['ipam.ranges[0]', { type: 'host-local', ranges: [ok] }],
  ['ipam.ranges[0][0]', { type: 'host-local', ranges: [[]] }],
  ['ipam.ranges[0][0].subnet', { type: 'host-local', ranges: [[{}]] }],
  ...['10.244.3.0', '10.244.3.1/24', '10.244.3.0/33', '10.1.0.0/31', '10.1.0.0/32', 'fd00::/127', 24].map(
    (subnet) => ['ipam.ranges[0][0].subnet', { type: 'host-local', ranges: [[{ subnet }]] }] as const,
  ),
  ['ipam.rangeStart', { type: 'host-local', ...ok, rangeStart: '10.99.0.1' }],
  ['ipam.rangeStart', { type: 'host-local', ...ok, rangeStart: 'fd00::1' }],
  ['ipam.rangeStart', { type: 'host-local', ...ok, rangeStart: '10.244.3.20', rangeEnd: '10.244.3.10' }],
  ['ipam.rangeEnd', { type: 'host-local', ...ok, rangeEnd: '10.244.4.0' }],
  ['ipam.gateway', { type: 'host-local', ...ok, gateway: '10.244.3' }],
  ['ipam.routes', { type: 'host-local', ...ok, routes: {} }],
  ['ipam.routes[1].dst', { type: 'host-local', ...ok, routes: [{ dst: '0.0.0.0/0' }, { dst: 'default' }] }],
  ['ipam.routes[0].gw', { type: 'host-local', ...ok, routes: [{ dst: '0.0.0.0/0', gw: 'x' }] }],
  ['ipam.routes[0].mtu', { type: 'host-local', ...ok, routes: [{ dst: '0.0.0.0/0', mtu: 1400 }] }],
  ['ipam.dataDir', { type: 'host-local', ...ok, dataDir: 'var\\lib' }],
  ['ipam.dataDir', { type: 'host-local', ...ok, dataDir: 'C:ipam' }],
  ['ipam.resolvConf', { type: 'host-local', ...ok, resolvConf: '/etc/resolv.conf' }],
];
for (const [path, section] of BAD) {
  config(`refuses ${JSON.stringify(section)} at ${path}`, () => {
    const error = throwsCni(() => decodeIpam(section, 'ipam', WINDOWS), Code.InvalidConfig);
    assert.is(error.details, `JSON path ${path}`);
  });
}
config.run();
