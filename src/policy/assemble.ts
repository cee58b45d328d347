/** All policies of one endpoint: those of the configuration and what its other keys ask for, in the order of the peers. Pure. */
import type { Family } from '../net/ip.ts';
import { refuse } from '../spec/decode.ts';
import { type Direction, isAcl, ruleOf } from './acl.ts';
import { type AclDefault, allowAll, openDirections, withoutHostBits } from './acl-default.ts';
import { distinctPriorities } from './acl-order.ts';
import { type Bandwidth, bandwidthPolicies } from './bandwidth.ts';
import { destinationsOf, type EndpointPolicy, type Noted } from './endpoint-policy.ts';
import { endpointPolicy } from './endpoint-types.ts';
import { exceptionPolicies, mergeOutBoundNat } from './merge.ts';
import { portMappingPolicies } from './port-mapping-policies.ts';
import type { PortMapping } from './port-mappings.ts';

/** In which order each plugin of the field appends what it adds to the policies of the configuration. */
const ORDER = {
  'win-bridge': ['policies', 'exceptions', 'routes', 'providerAddress', 'portMappings', 'loopback'],
  'win-overlay v1': ['policies', 'providerAddress', 'exceptions', 'routes', 'portMappings', 'loopback'],
  'win-overlay v2': ['policies', 'loopback', 'providerAddress', 'exceptions', 'routes', 'portMappings'],
  sdn: ['portMappings', 'policies', 'exceptions', 'routes', 'providerAddress', 'loopback'],
} as const;
type Part = (typeof ORDER)[keyof typeof ORDER][number];

/** What is absent is not asked for. */
export interface PolicyNeeds {
  /** `win-bridge` when absent. */
  readonly order?: keyof typeof ORDER | undefined;
  /** Those of the configuration, decoded. */
  readonly policies: readonly EndpointPolicy[];
  /** Destinations that are not source-translated: `clusterCidr`, `ipMasqNetwork`, or the subnet of `ipMasq`. */
  readonly exceptions?: readonly string[] | undefined;
  /** Destinations that are reached through the node: `serviceCidr`, and the node itself. */
  readonly routes?: readonly string[] | undefined;
  /** The node's own address on an overlay; one in `policies` goes before it. */
  readonly providerAddress?: string | undefined;
  /** The pod's own addresses, when it is to reach itself under direct server return. */
  readonly loopback?: readonly string[] | undefined;
  readonly portMappings?: readonly PortMapping[] | undefined;
  /** `localRoutedPortMapping`. */
  readonly localRouted?: boolean | undefined;
  /** `allowAclPortMapping`: an inbound rule for each mapping also when there are no other ACLs. */
  readonly allowAcl?: boolean | undefined;
  readonly bandwidth?: Bandwidth | undefined;
  /** The pod's; IPv4 alone when they are not known. */
  readonly families?: readonly Family[] | undefined;
  /** `allow` when absent. */
  readonly aclDefault?: AclDefault | undefined;
}

/** The policies of an endpoint, and sentences on what was changed or added that the configuration does not say. */
export function endpointPolicies(needs: PolicyNeeds): Noted {
  const masked = withoutHostBits(needs.policies);
  const open = openEnds(needs, masked.policies);
  const own = distinctPriorities(masked.policies, open);
  const parts: Readonly<Record<Part, readonly EndpointPolicy[]>> = {
    policies: own.policies,
    exceptions: exceptionPolicies(needs.exceptions ?? []),
    routes: (needs.routes ?? []).map(throughNode),
    providerAddress: providerAddress(needs),
    portMappings: mappings(needs, own.policies, freePriority(own.policies)),
    loopback: loopback(needs),
  };
  const ordered = ORDER[needs.order ?? 'win-bridge'].flatMap((part) => parts[part]);
  const ends = open.map(allowAll);
  return {
    policies: [...mergeOutBoundNat(ordered), ...bandwidthOf(needs), ...ends.flatMap(({ policies }) => policies)],
    notes: [masked, own, ...ends].flatMap(({ notes }) => notes),
  };
}

const familiesOf = ({ families = [] }: PolicyNeeds): readonly Family[] => (families.length === 0 ? [4] : families);

/** The directions that get an allow-all; where it stands does not depend on the number of the mappings' rules. */
function openEnds(needs: PolicyNeeds, own: readonly EndpointPolicy[]): readonly Direction[] {
  if (needs.aclDefault === 'deny') return [];
  return openDirections([...own, ...mappings(needs, own, PORT_ACL_PRIORITY)], familiesOf(needs));
}

/** Where sdnbridge puts the inbound rules of port mappings. */
const PORT_ACL_PRIORITY = 1000;

/** The mappings' policies; any ACL would close their ports, so each gets its inbound rule then. */
function mappings(needs: PolicyNeeds, others: readonly EndpointPolicy[], priority: number): readonly EndpointPolicy[] {
  const { portMappings = [], localRouted = false, allowAcl = false } = needs;
  const allowPriority = allowAcl || others.some(isAcl) ? priority : undefined;
  return portMappingPolicies(portMappings, { families: familiesOf(needs), localRouted, allowPriority });
}

/** The first number from 1000 on that no inbound rule of the user has: those rules come first. */
function freePriority(policies: readonly EndpointPolicy[]): number {
  const rules = policies.filter(isAcl).map(ruleOf);
  const taken = new Set(rules.filter(({ direction }) => direction === 'In').map(({ priority }) => priority));
  let priority = PORT_ACL_PRIORITY;
  while (taken.has(priority)) priority += 1;
  return priority;
}

const throughNode = (DestinationPrefix: string): EndpointPolicy =>
  endpointPolicy('SDNRoute', { DestinationPrefix, NeedEncap: true });

const providerAddress = ({ policies, providerAddress: ProviderAddress }: PolicyNeeds): readonly EndpointPolicy[] =>
  ProviderAddress === undefined || policies.some(({ Type }) => Type === 'ProviderAddress')
    ? []
    : [endpointPolicy('ProviderAddress', { ProviderAddress })];

/** A policy for each address that no policy of the configuration has already. */
const loopback = ({ policies, loopback: addresses = [] }: PolicyNeeds): readonly EndpointPolicy[] =>
  addresses
    .filter((address) => !policies.some((known) => destinationsOf(known).includes(address)))
    .map((address) => endpointPolicy('OutBoundNAT', { Destinations: [address] }));

function bandwidthOf({ policies, bandwidth }: PolicyNeeds): readonly EndpointPolicy[] {
  const made = bandwidth === undefined ? [] : bandwidthPolicies(bandwidth);
  if (made.length > 0 && policies.some(({ Type }) => Type === 'QOS'))
    refuse('runtimeConfig.bandwidth', 'the configuration has a QOS policy as well, expected one of them');
  return made;
}
