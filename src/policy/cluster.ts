/** What an endpoint is told of the cluster around it: what it reaches through the node, and where its own address is kept. Pure. */
import { type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { BITS, type Family, parseIp } from '../net/ip.ts';
import { destinationsOf, type EndpointPolicy } from './endpoint-policy.ts';

/** No two of its blocks share an address. */
export interface Cluster {
  /** `serviceCidr`. */
  readonly services: readonly Cidr[];
  /** `clusterCidr`. */
  readonly pods: readonly Cidr[];
}

export interface Around {
  /** Those of the configuration: a type that it lists is not added to. */
  readonly policies: readonly EndpointPolicy[];
  /** Destinations that other keys keep from translation. */
  readonly exceptions: readonly string[];
  /** The node's own address, where pods reach it by a route of its own. */
  readonly node: string | undefined;
  /** The pod's. */
  readonly families: readonly Family[];
}

export interface ClusterPrefixes {
  /** Of an SDNRoute each. */
  readonly routes: readonly string[];
  /** Of OutBoundNAT. */
  readonly exceptions: readonly string[];
}

/** Services are kept from translation only where something else is: alone they would have pods translated for each other. */
export function clusterPrefixes(
  { services, pods }: Cluster,
  { policies, exceptions, node, families }: Around,
): ClusterPrefixes {
  const ofPod = (blocks: readonly Cidr[]): readonly string[] =>
    blocks.filter(({ ip }) => families.includes(ip.family)).map(formatCidr);
  const reached = [...services, ...blockOf(node)];
  const kept = [...pods, ...exceptions.flatMap((exception) => parseCidr(exception) ?? [])];
  const alsoKept = reached.filter(({ ip }) => kept.some((block) => block.ip.family === ip.family));
  return {
    routes: policies.some(isRoute) ? [] : ofPod(reached),
    exceptions: policies.some(isTranslation) ? [] : ofPod([...pods, ...alsoKept]),
  };
}

/** Whether a configuration leaves nothing to add. */
export const hasOwn = (policies: readonly EndpointPolicy[]): boolean =>
  policies.some(isRoute) && policies.some(isTranslation);

const isRoute = ({ Type }: EndpointPolicy): boolean => Type === 'SDNRoute';
/** The loopback of direct server return says nothing of other destinations. */
const isTranslation = (policy: EndpointPolicy): boolean =>
  policy.Type === 'OutBoundNAT' && destinationsOf(policy).length === 0;

function blockOf(address: string | undefined): readonly Cidr[] {
  const ip = parseIp(address ?? '');
  return ip === undefined ? [] : [{ ip, prefix: BITS[ip.family] }];
}
