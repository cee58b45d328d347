/** On which types of network endpoints are told of the cluster around them, and on which of their node as well. Pure. */
import type { NetConf } from '../dialects/net-conf.ts';
import type { Network } from '../hns/wire.ts';
import { hasOwn } from '../policy/cluster.ts';
import { CniError, Code } from '../spec/error.ts';

/** The types whose switch has SDNRoute and OutBoundNAT. */
const TYPES = ['L2Bridge', 'L2Tunnel', 'Overlay'];

const is = (type: string, wanted: string): boolean => type.toLowerCase() === wanted.toLowerCase();

/** Throws code 7 when the configuration says something of the cluster that HNS takes on no network of this type. */
export function requireSwitch({ name, cluster }: NetConf, type: string): void {
  const key = keyOf(cluster);
  if (key === undefined || TYPES.some((one) => is(type, one))) return;
  throw new CniError(
    Code.InvalidConfig,
    `Cannot use ${key} on the HNS network "${name}": its type is "${type}", expected ${TYPES.join(', ')}`,
    { details: `JSON path ${key}` },
  );
}

function keyOf({ services, pods }: NetConf['cluster']): 'serviceCidr' | 'clusterCidr' | undefined {
  if (services.length > 0) return 'serviceCidr';
  return pods.length > 0 ? 'clusterCidr' : undefined;
}

/** Whether a pod reaches its node by a route of its own: on an L2Bridge, as Calico and the samples of the field have it. */
export const reachesNode = ({ cluster, policies }: NetConf, { type }: Pick<Network, 'type'>): boolean =>
  keyOf(cluster) !== undefined && is(type, 'L2Bridge') && !hasOwn(policies);
