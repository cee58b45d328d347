/** Ports of the node that endpoints reserve by PortMapping policies. */
import { Code, refuse } from './errors.ts';
import { count, type Doc } from './json.ts';
import type { Endpoint, Node, Policy } from './node.ts';

export interface Reservation {
  /** IP protocol number. */
  readonly protocol: number;
  readonly port: number;
  readonly endpoint: string;
}

/** HNS picks from here when a mapping names no external port (IANA dynamic ports, RFC 6335 section 6). */
const FIRST_DYNAMIC = 49152;
const LAST_PORT = 65535;

/** Every reservation of the node, in the order of the endpoints. */
export const reservations = (node: Node): readonly Reservation[] =>
  [...node.endpoints.values()].flatMap((endpoint) => reservedBy(endpoint.id, endpoint.policies));

/** Port mapping flag ExternalPortReserved: the caller holds the port itself. */
const EXTERNAL_PORT_RESERVED = 4;

const isReservedAlready = (settings: Doc): boolean => ((count(settings, 'Flags') ?? 0) & EXTERNAL_PORT_RESERVED) !== 0;

const reservedBy = (endpoint: string, policies: readonly Policy[]): readonly Reservation[] =>
  policies
    .filter(({ Type, Settings = {} }) => Type === 'PortMapping' && !isReservedAlready(Settings))
    .map(({ Settings = {} }) => ({
      protocol: count(Settings, 'Protocol') ?? 0,
      port: count(Settings, 'ExternalPort') ?? 0,
      endpoint,
    }));

/**
 * The policies with every external port chosen; 0x803B0013 when one is reserved by another endpoint or named twice,
 * 0x80070020 when a process of the host holds it. `owner` is the endpoint whose present reservations do not count.
 */
export function withPorts(node: Node, policies: readonly Policy[], owner?: Endpoint): readonly Policy[] {
  const taken = new Set(
    reservations(node)
      .filter(({ endpoint }) => endpoint !== owner?.id)
      .map(({ protocol, port }) => key(protocol, port)),
  );
  return policies.map((policy) => (policy.Type === 'PortMapping' ? settle(node, policy, taken) : policy));
}

/** The mapping with its external port, which is taken from here on. */
function settle(node: Node, policy: Policy, taken: Set<string>): Policy {
  const settings = policy.Settings ?? {};
  if (isReservedAlready(settings)) return policy;
  const protocol = count(settings, 'Protocol') ?? 0;
  const wanted = count(settings, 'ExternalPort') ?? 0;
  const port = wanted === 0 ? dynamic(node, protocol, taken) : wanted;
  if (taken.has(key(protocol, port))) refuse(Code.PortExists);
  if (node.hostPorts.has(key(protocol, port))) refuse(Code.SharingViolation);
  taken.add(key(protocol, port));
  return port === wanted ? policy : { ...policy, Settings: { ...settings, ExternalPort: port } };
}

export const key = (protocol: number, port: number): string => `${protocol}/${port}`;

function dynamic(node: Node, protocol: number, taken: ReadonlySet<string>): number {
  for (let port = FIRST_DYNAMIC; port <= LAST_PORT; port += 1) {
    const name = key(protocol, port);
    if (!taken.has(name) && !node.hostPorts.has(name)) return port;
  }
  return refuse(Code.PortExists);
}
