/** podCidr: which addresses it gives, beside what it is refused, and that the stand-alone host-local has no such key. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeIpam, decodeIpamForTeardown, type IpamConfig, setsOf } from '../../src/ipam/config.ts';
import { formatCidr, lastOf, networkOf } from '../../src/net/cidr.ts';
import { BITS, ipFrom, offset } from '../../src/net/ip.ts';
import { parseArguments } from '../../src/spec/arguments.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder } from '../support/disk.ts';
import { hostLocal, portsOf, type Said } from '../support/host-local.ts';
import { ipValue } from '../support/net.ts';
import { throwsCni } from '../support/throws.ts';

const DATA_DIR = 'C:\\var\\lib\\cni\\networks';
const BOTH = '10.244.3.0/24,fd00:10:244:3::/64';
const decode = (ipam: object, more: object = {}, env = ''): IpamConfig =>
  decodeIpam({
    config: { cniVersion: '1.0.0', ipam, ...more },
    defaultDataDir: DATA_DIR,
    args: parseArguments(env),
  });
const ends = (ipam: object, more: object = {}): readonly (readonly string[])[] =>
  setsOf(decode(ipam, more)).map((set) =>
    set.flatMap((one) => [formatCidr(one.subnet), one.first.text, one.last.text, one.gateway.text]),
  );

const podCidr = suite('podCidr');

const V4 = ['10.244.3.0/24', '10.244.3.3', '10.244.3.254', '10.244.3.1'];
const V6 = ['fd00:10:244:3::/64', 'fd00:10:244:3::3', 'fd00:10:244:3:ffff:ffff:ffff:fffe', 'fd00:10:244:3::1'];
const TAKEN: readonly (readonly [text: string, sets: readonly (readonly string[])[]])[] = [
  ['10.244.3.0/24', [V4]],
  ['fd00:10:244:3::/64', [V6]],
  [BOTH, [V4, V6]],
  [' fd00:10:244:3::/64 ,\t10.244.3.0/24 ', [V6, V4]],
  ['10.1.0.8/29', [['10.1.0.8/29', '10.1.0.11', '10.1.0.14', '10.1.0.9']]],
  ['fd00::/125', [['fd00::/125', 'fd00::3', 'fd00::6', 'fd00::1']]],
];
for (const [text, sets] of TAKEN) {
  podCidr(`"${text}" is a set for each subnet, without what Windows keeps`, () => {
    assert.equal(ends({ type: 'host-local', podCidr: text }), sets);
    assert.equal(ends({ podCidr: text }), sets);
    assert.equal(ends({ type: '', PODCIDR: text }), sets);
  });
}
podCidr('never holds the first three addresses of a subnet or its last, whichever subnet it is', () => {
  const room = ipValue().chain(({ family, value }) =>
    fc.integer({ min: 0, max: BITS[family] - 3 }).map((prefix) => ({ ip: ipFrom(family, value), prefix })),
  );
  fc.assert(
    fc.property(room, (some) => {
      const ip = networkOf(some);
      // A block whose first bits are those of IPv4 addresses in IPv6 has no text that is read.
      fc.pre(ip.value >> 32n !== 0xffffn);
      const [[range] = []] = setsOf(decode({ podCidr: formatCidr({ ip, prefix: some.prefix }) }));
      assert.equal([range?.first, range?.last], [offset(ip, 3), offset(lastOf(some), -1)]);
      assert.equal(range?.gateway, offset(ip, 1));
    }),
  );
});
podCidr('comes after what the runtime gives, and does not share an address with it', () => {
  const runtimeConfig = (subnet: string): object => ({ runtimeConfig: { ipRanges: [[{ subnet }]] } });
  assert.equal(
    ends({ podCidr: BOTH }, runtimeConfig('10.9.0.0/24')).map(([subnet]) => subnet),
    ['10.9.0.0/24', '10.244.3.0/24', 'fd00:10:244:3::/64'],
  );
  const error = throwsCni(() => decode({ podCidr: BOTH }, runtimeConfig('10.244.0.0/16')), Code.InvalidConfig);
  assert.is(error.message, 'Cannot use ipam.podCidr: its addresses overlap with those of runtimeConfig.ipRanges[0]');
});
podCidr('is host-local without a type, with its routes and its folder', () => {
  const routes = [{ dst: '192.168.0.0/16' }];
  const { source, dataDir, routes: read } = decode({ podCidr: BOTH, routes, dataDir: 'D:\\x' });
  assert.equal([source, dataDir, read.map(({ dst }) => formatCidr(dst))], ['host-local', 'D:\\x', ['192.168.0.0/16']]);
});
podCidr('gives an address that is asked for, but none that Windows keeps', () => {
  const asked = (ip: string): unknown => {
    const ipam = decode({ podCidr: BOTH }, {}, `IP=${ip}`);
    return ipam.source === 'host-local' && ipam.wanted.map((one) => one?.text);
  };
  assert.equal(asked('10.244.3.3'), ['10.244.3.3', undefined]);
  assert.equal(asked('fd00:10:244:3::99'), [undefined, 'fd00:10:244:3::99']);
  for (const ip of ['10.244.3.0', '10.244.3.1', '10.244.3.2', '10.244.3.255', 'fd00:10:244:3::2']) {
    throwsCni(() => asked(ip), Code.InvalidEnvironment, /expected an address of one of the ranges$/);
  }
});
podCidr('lets empty keys of a range pass, which templates leave', () => {
  assert.equal(ends({ podCidr: BOTH, subnet: '', ranges: [], rangeStart: null, gateway: '' }), [V4, V6]);
});
podCidr('of both families goes into a result before CNI 0.3.0', () => {
  assert.is(ends({ podCidr: BOTH }, { cniVersion: '0.2.0' }).length, 2);
});

const LITTLE = 'expected a subnet of at least eight addresses';
const FORM = 'expected a subnet in CIDR form, such as "10.244.3.0/24"';
const TWICE = 'ipam.podCidr says it already, expected one of them';
const REFUSED: readonly (readonly [ipam: object, path: string, why: string])[] = [
  [{ podCidr: '' }, 'ipam.podCidr', `it is "", ${FORM}`],
  [{ podCidr: '10.244.3.0/24,' }, 'ipam.podCidr', `it is "", ${FORM}`],
  [{ podCidr: '10.244.3.0' }, 'ipam.podCidr', `it is "10.244.3.0", ${FORM}`],
  [{ podCidr: '10.244.3.0/24 fd00::/64' }, 'ipam.podCidr', `it is "10.244.3.0/24 fd00::/64", ${FORM}`],
  [{ podCidr: '{{.PodCIDR}}' }, 'ipam.podCidr', `it is "{{.PodCIDR}}", ${FORM}`],
  [{ podCidr: 24 }, 'ipam.podCidr', 'it is 24, expected a string'],
  [{ podCidr: ['10.244.3.0/24'] }, 'ipam.podCidr', 'it is ["10.244.3.0/24"], expected a string'],
  [{ podCidr: false }, 'ipam.podCidr', 'it is false, expected a string'],
  [
    { podCidr: 'fd00::/64,10.244.3.7/24' },
    'ipam.podCidr',
    'it is "10.244.3.7/24", expected a subnet without host bits: "10.244.3.0/24"',
  ],
  ...['10.1.0.0/30', '10.1.0.0/31', '10.1.0.0/32', 'fd00::/126', 'fd00::/128'].map(
    (text) => [{ podCidr: text }, 'ipam.podCidr', `it is "${text}", ${LITTLE}`] as const,
  ),
  ...['10.1.0.0/24,10.2.0.0/24', 'fd00::/64,fd01::/64', `${BOTH},10.2.0.0/24`].map(
    (text) =>
      [{ podCidr: text }, 'ipam.podCidr', `it is "${text}", expected one subnet of each family at most`] as const,
  ),
  [{ podCidr: BOTH, subnet: '10.244.3.0/24' }, 'ipam.subnet', TWICE],
  [{ podCidr: BOTH, ranges: [[{ subnet: '10.1.0.0/24' }]] }, 'ipam.ranges', TWICE],
  [{ podCidr: BOTH, rangeStart: '10.244.3.10' }, 'ipam.rangeStart', TWICE],
  [{ podCidr: BOTH, rangeEnd: '10.244.3.10' }, 'ipam.rangeEnd', TWICE],
  [{ podCidr: BOTH, gateway: '10.244.3.1' }, 'ipam.gateway', TWICE],
  [{ type: 'static', podCidr: BOTH }, 'ipam.podCidr', 'ipam.type is "static", expected "host-local" for it'],
];
for (const [ipam, path, why] of REFUSED) {
  podCidr(`refuses ${JSON.stringify(ipam)}, for DEL it does not matter`, () => {
    const error = throwsCni(() => decode(ipam), Code.InvalidConfig);
    assert.equal([error.message, error.details], [`Cannot use ${path}: ${why}`, `JSON path ${path}`]);
    const { type = 'host-local' } = ipam as { readonly type?: string };
    assert.is(decodeIpamForTeardown({ config: { ipam }, defaultDataDir: DATA_DIR }).source, type);
  });
}
podCidr('of another plugin is that one to read', () => {
  assert.is(decode({ type: 'whereabouts', podCidr: 5 }).source, 'plugin');
});

podCidr('is no key of the stand-alone host-local, as it is none of the peer', () =>
  inFolder(async (folder) => {
    const add = (ipam: object): Promise<Said> =>
      hostLocal(
        portsOf({ defaultDataDir: folder }),
        { CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'pod1', CNI_IFNAME: 'eth0', CNI_NETNS: 'none', CNI_PATH: '/bin' },
        { cniVersion: '1.0.0', name: 'net', type: 'bridge', ipam: { type: 'host-local', ...ipam } },
      );
    const alone = await add({ podCidr: '10.1.0.0/24' });
    assert.is((alone.out as { readonly details: string }).details, 'JSON path ipam.ranges');
    const beside = await add({ subnet: '10.1.0.0/24', podCidr: 5, quarantineSeconds: 'x' });
    assert.equal((beside.out as { readonly ips: unknown }).ips, [{ address: '10.1.0.2/24', gateway: '10.1.0.1' }]);
  }),
);

podCidr.run();
