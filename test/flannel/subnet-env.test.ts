/** subnet.env as flanneld writes it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseSubnetEnv } from '../../src/flannel/subnet-env.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const FULL = 'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';
const PATH = 'C:\\run\\flannel\\subnet.env';

const env = suite('parseSubnetEnv()');

env('reads one family', () => {
  const { networks, subnets, ipMasq } = parseSubnetEnv(FULL, PATH);
  assert.equal(
    [networks.map(formatCidr), subnets.map(formatCidr), ipMasq],
    [['10.244.0.0/16'], ['10.244.3.1/24'], true],
  );
});
env('reads two families, several networks, CR LF, and keys of others', () => {
  const content = [
    'FLANNEL_NETWORK=10.244.0.0/16, 10.245.0.0/16',
    'FLANNEL_IPV6_NETWORK=fd00:10::/48',
    'FLANNEL_SUBNET=10.244.3.1/24',
    'FLANNEL_IPV6_SUBNET=fd00:10:0:3::1/64',
    'FLANNEL_MTU=1500',
    'FLANNEL_IPMASQ=false',
    'OTHER=x=y',
    '',
  ].join('\r\n');
  const { networks, subnets, ipMasq } = parseSubnetEnv(content, PATH);
  assert.equal(networks.map(formatCidr), ['10.244.0.0/16', '10.245.0.0/16', 'fd00:10::/48']);
  assert.equal(subnets.map(formatCidr), ['10.244.3.1/24', 'fd00:10:0:3::1/64']);
  assert.is(ipMasq, false);
});
const BROKEN: readonly (readonly [content: string, why: string])[] = [
  [
    '',
    'FLANNEL_NETWORK or FLANNEL_IPV6_NETWORK, FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET, FLANNEL_MTU, FLANNEL_IPMASQ missing',
  ],
  [FULL.replace('FLANNEL_IPMASQ', 'x'), 'FLANNEL_IPMASQ missing'],
  [FULL.replace('10.244.3.1/24', '10.244.3.1'), 'FLANNEL_SUBNET is "10.244.3.1", expected a CIDR'],
];
for (const [content, why] of BROKEN) {
  env(`refuses a file with ${why}`, () => {
    assert.is(
      throwsCni(() => parseSubnetEnv(content, PATH), Code.InvalidConfig).message,
      `Cannot use "${PATH}": ${why}`,
    );
  });
}

env.run();
