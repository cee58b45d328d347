/** The HNS policies of a pod's endpoint: what configuration, network and addresses ask for together. Pure. */
import type { NetConf } from '../dialects/net-conf.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { HostPort } from '../ipam/lease.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import { type Family, parseIp } from '../net/ip.ts';
import { endpointPolicies, type PolicyNeeds } from '../policy/assemble.ts';
import { clusterPrefixes } from '../policy/cluster.ts';
import type { EndpointPolicy, Noted } from '../policy/endpoint-policy.ts';
import { endpointPolicy } from '../policy/endpoint-types.ts';
import { mappedPorts } from '../policy/port-mapping-policies.ts';
import { reachesNode } from './cluster.ts';
import type { Wanted } from './wanted.ts';

/** What ADD sends, and what ADD expects HNS to have, with sentences on what the configuration does not say. */
export function policiesOf(wanted: Wanted): Noted {
  const { conf, ground, lease, nodeAddress } = wanted;
  const own = ground.profile.masquerade ? ground.network.subnets.map(({ prefix }) => prefix) : [];
  const exceptions = [...conf.exceptions, ...own];
  const families = familiesOf(wanted);
  const node = reachesNode(conf, ground.network) ? nodeAddress : undefined;
  const cluster = clusterPrefixes(conf.cluster, { policies: conf.policies, exceptions, node, families });
  return endpointPolicies({
    order: orderOf(wanted),
    policies: conf.policies,
    exceptions: [...cluster.exceptions, ...exceptions],
    routes: cluster.routes,
    providerAddress: ground.profile.providerAddress ? nodeAddress : undefined,
    loopback: conf.loopbackDsr ? lease.addresses.map((address) => address.ip.text) : [],
    portMappings: conf.portMappings,
    localRouted: conf.localRoutedPorts,
    allowAcl: conf.allowsMappedPorts,
    bandwidth: conf.bandwidth,
    families,
    aclDefault: conf.aclDefault,
  });
}

function orderOf({ conf, place }: Wanted): PolicyNeeds['order'] {
  if (conf.policyOrder !== 'win-overlay') return conf.policyOrder;
  return place.kind === 'namespace' ? 'win-overlay v2' : 'win-overlay v1';
}

/** Of the addresses; where HNS chooses them it takes one from a subnet of each family. */
function familiesOf({ ground, lease }: Wanted): readonly Family[] {
  const blocks = ground.network.subnets.flatMap(({ prefix }) => parseCidr(prefix) ?? []);
  const addresses = lease.addresses.length === 0 ? blocks : lease.addresses;
  return [...new Set(addresses.map(({ ip }) => ip.family))];
}

/** The loopback of direct server return for addresses that HNS chose. */
export const loopbackPolicies = ({ addresses }: Endpoint): readonly EndpointPolicy[] =>
  addresses.map(({ ip }) => endpointPolicy('OutBoundNAT', { Destinations: [ip] }));

/** The types of policies that an endpoint with these addresses has on whatever network it is: what CHECK looks for. */
export const policyTypesOf = (conf: NetConf, endpoint: Pick<Endpoint, 'addresses'>): readonly string[] => [
  ...conf.policies.map(({ Type }) => Type),
  ...(conf.exceptions.length > 0 || conf.loopbackDsr || hasOneOf(endpoint, conf.cluster.pods) ? ['OutBoundNAT'] : []),
  ...(hasOneOf(endpoint, conf.cluster.services) ? ['SDNRoute'] : []),
  ...(conf.portMappings.length > 0 ? ['PortMapping'] : []),
  ...((conf.bandwidth?.egressRate ?? 0) > 0 ? ['QOS'] : []),
];

const hasOneOf = ({ addresses }: Pick<Endpoint, 'addresses'>, blocks: readonly Cidr[]): boolean =>
  addresses.some((address) => blocks.some(({ ip }) => ip.family === parseIp(address.ip)?.family));

/** The ports of the node that the attachment opens, whether its runtime or its configuration asks for them. */
export const claimedPorts = ({ portMappings, policies }: NetConf): readonly HostPort[] =>
  [...portMappings, ...mappedPorts(policies)].map(({ protocol, hostPort, hostIp }) => ({ protocol, hostPort, hostIp }));
