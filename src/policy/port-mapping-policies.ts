/** Port mappings as HNS policies: one for each family, and the ACL that lets their traffic in. Pure. */
import { type Family, parseIp } from '../net/ip.ts';
import { refuse } from '../spec/decode.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { endpointPolicy, NatFlag } from './endpoint-types.ts';
import { mappingName, type PortMapping } from './port-mappings.ts';
import { TCP, UDP } from './protocols.ts';

export interface MappingOptions {
  /** The pod's. */
  readonly families: readonly Family[];
  /** Whether the node itself reaches the port, not only what comes from outside. */
  readonly localRouted: boolean;
  /** The priority of the inbound rule of each mapping; undefined for no rule. */
  readonly allowPriority: number | undefined;
}

/** The policies of each mapping in turn: its families, then its ACL, as sdnbridge has them. */
export const portMappingPolicies = (
  mappings: readonly PortMapping[],
  options: MappingOptions,
): readonly EndpointPolicy[] =>
  mappings.flatMap((mapping) => [
    ...mappedFamilies(mapping, options.families).map((family) => portMapping(mapping, family, options.localRouted)),
    ...(options.allowPriority === undefined ? [] : [inboundAllow(mapping, options.allowPriority)]),
  ]);

/** An address of the host pins the family, which the pod must have then. */
function mappedFamilies(mapping: PortMapping, families: readonly Family[]): readonly Family[] {
  const pinned = mapping.hostIp === undefined ? undefined : parseIp(mapping.hostIp)?.family;
  if (pinned === undefined) return families;
  if (!families.includes(pinned))
    refuse('runtimeConfig.portMappings', `${mappingName(mapping)} is mapped to a pod that has no IPv${pinned} address`);
  return [pinned];
}

function portMapping(
  { protocol, hostPort, containerPort, hostIp }: PortMapping,
  family: Family,
  localRouted: boolean,
): EndpointPolicy {
  const flags = (localRouted ? NatFlag.LocalRoutedVip : 0) + (family === 6 ? NatFlag.IPv6 : 0);
  return endpointPolicy('PortMapping', {
    Protocol: protocol,
    InternalPort: containerPort,
    ExternalPort: hostPort,
    ...(hostIp === undefined ? {} : { VIP: hostIp }),
    ...(flags === 0 ? {} : { Flags: flags }),
  });
}

const inboundAllow = ({ protocol, containerPort }: PortMapping, priority: number): EndpointPolicy =>
  endpointPolicy('ACL', {
    Protocols: String(protocol),
    Action: 'Allow',
    Direction: 'In',
    LocalPorts: String(containerPort),
    Priority: priority,
  });

/**
 * The ports of the host that policies open, whoever asked for them, in the form in which mappings are compared; a port
 * that HNS picks is not among them.
 */
export const mappedPorts = (policies: readonly EndpointPolicy[]): readonly PortMapping[] =>
  policies
    .filter(({ Type, Settings }) => Type === 'PortMapping' && (Settings['ExternalPort'] ?? 0) !== 0)
    .map(({ Settings }) => ({
      protocol: Settings['Protocol'] === TCP ? TCP : UDP,
      hostPort: Number(Settings['ExternalPort']),
      containerPort: Number(Settings['InternalPort']),
      hostIp: typeof Settings['VIP'] === 'string' ? Settings['VIP'] : undefined,
    }));
