/** Ports of the node that endpoints reserve by PortMapping policies. */
import { Code, refuse } from './errors.ts';
import { count, type Doc } from './json.ts';
import type { Endpoint, Node, Policy } from './node.ts';

export interface Reservation {
  /** IP protocol number. */
  readonly protocol: number;
  readonly port: number;
  /** Its twin of IPv4 is another one. */
  readonly ipv6?: true;
  readonly endpoint: string;
}

/** HNS picks from here when a mapping names no external port (IANA dynamic ports, RFC 6335 section 6). */
const FIRST_DYNAMIC = 49152;
const LAST_PORT = 65535;

/** Every reservation of the node, in the order of the endpoints. */
export const reservations = (node: Node): readonly Reservation[] =>
  [...node.endpoints.values()].flatMap((endpoint) => reservedBy(endpoint.id, endpoint.policies));

/** Port mapping flags: the mapping is one of IPv6; the caller holds the port itself. */
const IPV6 = 2;
const EXTERNAL_PORT_RESERVED = 4;

const has = (settings: Doc, flag: number): boolean => ((count(settings, 'Flags') ?? 0) & flag) !== 0;
const isReservedAlready = (settings: Doc): boolean => has(settings, EXTERNAL_PORT_RESERVED);

const reservedBy = (endpoint: string, policies: readonly Policy[]): readonly Reservation[] =>
  policies
    .filter(({ Type, Settings = {} }) => Type === 'PortMapping' && !isReservedAlready(Settings))
    .map(({ Settings = {} }) => ({
      protocol: count(Settings, 'Protocol') ?? 0,
      port: count(Settings, 'ExternalPort') ?? 0,
      ...(has(Settings, IPV6) ? { ipv6: true as const } : {}),
      endpoint,
    }));

/**
 * The policies with every external port chosen; 0x803B0013 when one is reserved by another endpoint or named twice for a family,
 * 0x80070020 when a process of the host holds it. `owner` is the endpoint whose present reservations do not count.
 */
export function withPorts(node: Node, policies: readonly Policy[], owner?: Endpoint): readonly Policy[] {
  const taken = new Set(
    reservations(node)
      .filter(({ endpoint }) => endpoint !== owner?.id)
      .map(({ protocol, port, ipv6 }) => mapped(key(protocol, port), ipv6 === true)),
  );
  return policies.map((policy) => (policy.Type === 'PortMapping' ? settle(node, policy, taken) : policy));
}

/** The mapping with its external port, which is taken from here on. */
function settle(node: Node, policy: Policy, taken: Set<string>): Policy {
  const settings = policy.Settings ?? {};
  if (isReservedAlready(settings)) return policy;
  const protocol = count(settings, 'Protocol') ?? 0;
  const wanted = count(settings, 'ExternalPort') ?? 0;
  const name = (port: number): string => mapped(key(protocol, port), has(settings, IPV6));
  const isFree = (port: number): boolean => !taken.has(name(port)) && !node.hostPorts.has(key(protocol, port));
  const port = wanted === 0 ? dynamic(isFree) : wanted;
  if (taken.has(name(port))) refuse(Code.PortExists);
  if (node.hostPorts.has(key(protocol, port))) refuse(Code.SharingViolation);
  taken.add(name(port));
  return port === wanted ? policy : { ...policy, Settings: { ...settings, ExternalPort: port } };
}

export const key = (protocol: number, port: number): string => `${protocol}/${port}`;

/** A mapping of each family can have one port. */
const mapped = (name: string, isIpv6: boolean): string => (isIpv6 ? `${name}/v6` : name);

function dynamic(isFree: (port: number) => boolean): number {
  for (let port = FIRST_DYNAMIC; port <= LAST_PORT; port += 1) if (isFree(port)) return port;
  return refuse(Code.PortExists);
}
