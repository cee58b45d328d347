/** subnet.env, in which flanneld says what this node has: lines of KEY=VALUE. */
import { type Cidr, parseCidr } from '../net/cidr.ts';
import { CniError, Code } from '../spec/error.ts';

export interface SubnetEnv {
  /** The cluster's, both families; there may be several (FLANNEL_NETWORK, FLANNEL_IPV6_NETWORK). */
  readonly networks: readonly Cidr[];
  /** This node's, at most one of each family (FLANNEL_SUBNET, FLANNEL_IPV6_SUBNET). */
  readonly subnets: readonly Cidr[];
  /** Whether what leaves the networks is source-translated. */
  readonly ipMasq: boolean;
}

/** Reads the text of the file at `path`; throws code 7 naming the file and every key that is missing or unusable. */
export function parseSubnetEnv(content: string, path: string): SubnetEnv {
  const values = new Map(content.split(/\r?\n/).flatMap(pair));
  const cidrs = (key: string): readonly Cidr[] =>
    (values.get(key) ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((one) => parseCidr(one) ?? broken(path, `${key} is "${values.get(key) ?? ''}", expected a CIDR`));
  const networks = [...cidrs('FLANNEL_NETWORK'), ...cidrs('FLANNEL_IPV6_NETWORK')];
  const subnets = [...cidrs('FLANNEL_SUBNET').slice(0, 1), ...cidrs('FLANNEL_IPV6_SUBNET').slice(0, 1)];
  const missing = [
    ...(networks.length === 0 ? ['FLANNEL_NETWORK or FLANNEL_IPV6_NETWORK'] : []),
    ...(subnets.length === 0 ? ['FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET'] : []),
    ...['FLANNEL_MTU', 'FLANNEL_IPMASQ'].filter((key) => (values.get(key) ?? '') === ''),
  ];
  if (missing.length > 0) broken(path, `${missing.join(', ')} missing`);
  return { networks, subnets, ipMasq: values.get('FLANNEL_IPMASQ') === 'true' };
}

function pair(line: string): readonly (readonly [string, string])[] {
  const at = line.indexOf('=');
  return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
}

function broken(path: string, why: string): never {
  throw new CniError(Code.InvalidConfig, `Cannot use "${path}": ${why}`, { details: 'JSON path subnetFile' });
}
