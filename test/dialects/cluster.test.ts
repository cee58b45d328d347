/** `serviceCidr` and `clusterCidr` as they are written, in every dialect. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatCidr } from '../../src/net/cidr.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { CONTEXT, confOf } from '../support/wanted.ts';

const cluster = suite('serviceCidr and clusterCidr');

const read = (value: unknown): readonly string[] =>
  confOf('wincni', { serviceCidr: value }).cluster.services.map(formatCidr);

for (const [value, wanted] of [
  ['10.96.0.0/12', ['10.96.0.0/12']],
  ['10.96.0.0/12,fd00:10:96::/108', ['10.96.0.0/12', 'fd00:10:96::/108']],
  [' 10.96.0.0/12 , fd00:10:96:0::/108 ', ['10.96.0.0/12', 'fd00:10:96::/108']],
  [
    ['10.96.0.0/12', '10.112.0.0/12'],
    ['10.96.0.0/12', '10.112.0.0/12'],
  ],
  ['10.96.0.10/32', ['10.96.0.10/32']],
  ['', []],
  [[], []],
  [null, []],
] as const) {
  cluster(`${JSON.stringify(value)} is read`, () => {
    assert.equal(read(value), wanted);
  });
}

const REFUSED: readonly (readonly [keys: object, path: string, message: string])[] = [
  [{ serviceCidr: 17 }, 'serviceCidr', 'it is 17, expected a string'],
  [{ serviceCidr: '10.96.0.0' }, 'serviceCidr', 'it is "10.96.0.0", expected a subnet in CIDR form'],
  [{ serviceCidr: '10.96.0.0/12,' }, 'serviceCidr', 'it is "", expected a subnet in CIDR form'],
  [{ clusterCidr: ['10.244.0.0/16', ''] }, 'clusterCidr[1]', 'it is "", expected a subnet in CIDR form'],
  [
    { serviceCidr: '10.96.0.1/12' },
    'serviceCidr',
    'it is "10.96.0.1/12", expected a subnet without host bits: "10.96.0.0/12"',
  ],
  [
    { clusterCidr: ['fd00::1/64'] },
    'clusterCidr[0]',
    'it is "fd00::1/64", expected a subnet without host bits: "fd00::/64"',
  ],
  [
    { serviceCidr: '10.96.0.0/12,10.100.0.0/16' },
    'serviceCidr',
    '10.100.0.0/16 overlaps with 10.96.0.0/12 of serviceCidr',
  ],
  [
    { clusterCidr: ['fd00::/48', 'fd00::/64'] },
    'clusterCidr[1]',
    'fd00::/64 overlaps with fd00::/48 of clusterCidr[0]',
  ],
  [
    { serviceCidr: '10.96.0.0/12', clusterCidr: '10.0.0.0/8' },
    'serviceCidr',
    '10.96.0.0/12 overlaps with 10.0.0.0/8 of clusterCidr',
  ],
];
for (const [keys, path, message] of REFUSED) {
  cluster(`${JSON.stringify(keys)} is refused`, () => {
    const error = throwsCni(() => confOf('wincni', keys), Code.InvalidConfig);
    assert.ok(error.message.startsWith(`Cannot use ${path}: ${message}`), error.message);
    assert.is(error.details, `JSON path ${path}`);
  });
}

for (const plugin of ['win-bridge', 'win-overlay', 'sdn', 'wincni'] as const) {
  cluster(`${plugin} reads both, and none of them to take a pod down`, () => {
    const keys = { serviceCidr: '10.96.0.0/12', clusterCidr: '10.244.0.0/16' };
    const { services, pods } = confOf(plugin, keys).cluster;
    assert.equal(
      [services, pods].map((blocks) => blocks.map(formatCidr)),
      [['10.96.0.0/12'], ['10.244.0.0/16']],
    );
    const teardown = { ...CONTEXT, isTeardown: true };
    assert.equal(confOf(plugin, { serviceCidr: 'nonsense' }, teardown).cluster, { services: [], pods: [] });
  });
}

cluster.run();
