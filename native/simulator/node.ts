/** The node as HNS holds it: objects and counters, in no API version's shape; what may be done with them is elsewhere. */
import type { Cidr } from '../../src/net/cidr.ts';
import type { Ip } from '../../src/net/ip.ts';
import type { Host } from './host.ts';
import type { Doc } from './json.ts';
import type { Switches } from './switches.ts';

/** `NAT` stands first because it is the default value, which answers leave out. */
export const NETWORK_TYPES = [
  'NAT',
  'ICS',
  'Transparent',
  'L2Bridge',
  'L2Tunnel',
  'Overlay',
  'Private',
  'Internal',
] as const;
export type NetworkType = (typeof NETWORK_TYPES)[number];

/** Types that sit on an adapter of the node. */
export const EXTERNAL: readonly NetworkType[] = ['Transparent', 'L2Bridge', 'L2Tunnel', 'Overlay'];

/** Network flag EnableNonPersistent: the network goes with the service or the boot. */
export const NON_PERSISTENT = 8;
/** Endpoint flag RemoteEndpoint: an endpoint of another node. */
export const REMOTE = 1;
/** Subnet flag DoNotReserveGatewayAddress. */
export const GATEWAY_FREE = 1;

export interface Policy {
  readonly Type: string;
  readonly Settings?: Doc;
}

export interface Route {
  readonly NextHop: string;
  readonly DestinationPrefix: string;
  readonly Metric?: number;
}

export interface Subnet {
  /** Only v1 documents show it. */
  readonly id: string;
  readonly prefix: Cidr;
  readonly routes: readonly Route[];
  readonly flags: number;
  /** Absent when the creator named none: answers then leave the key out. */
  readonly policies?: readonly Doc[];
}

export interface MacRange {
  readonly start: bigint;
  readonly end: bigint;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly type: NetworkType;
  readonly flags: number;
  /** `Static` or `Dhcp`. */
  readonly ipam: string;
  readonly subnets: readonly Subnet[];
  readonly macs: readonly MacRange[];
  readonly switchId: string;
  /** What v1 documents call ActivityId. */
  readonly activityId: string;
  /** The alias of the adapter it sits on. */
  readonly adapter: string | undefined;
  readonly sourceMac: string | undefined;
  readonly updated: number;
  /** It stood there before the scenario began. */
  readonly seeded: boolean;
  /** The address of the node on its adapter; "" until it is known. */
  managementIp: string;
  policies: readonly Policy[];
  dns: Doc;
  /** How many MAC addresses of the pool were handed out so far. */
  macsUsed: number;
}

/** Endpoint states by number (schema HNSEndpoint, field State); sharing begins with the second container. */
export const State = { Created: 1, Attached: 2, AttachedSharing: 3, Detached: 4 } as const;

export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly network: Network;
  readonly addresses: readonly { readonly ip: Ip; readonly prefix: number }[];
  readonly dns: Doc;
  readonly routes: readonly Route[];
  readonly mac: string;
  readonly flags: number;
  /** What v1 documents call ActivityId. */
  readonly activityId: string;
  readonly updated: number;
  policies: readonly Policy[];
  namespace: Namespace | undefined;
  state: number;
  /** Containers that v1 callers attached, in the order they came; those of a namespace are not among them. */
  sharedContainers: readonly string[];
  /** It is a network adapter of the host itself. */
  hostAttached: boolean;
}

/** A container as the Host Compute Service knows it; HNS is not told when it ends. */
export interface ComputeSystem {
  readonly id: string;
  readonly owner: string;
  /** `Running`, or what a seed says. */
  readonly state: string;
  /** Ids of the endpoints that were put into it. */
  endpoints: readonly string[];
}

/** Load balancers and routes of v1: policies that hold for several endpoints at once. */
export interface PolicyList {
  readonly id: string;
  /** Flat, as they came. */
  readonly policies: readonly Doc[];
  /** Ids of endpoints. */
  references: readonly string[];
}

export const NAMESPACE_TYPES = ['Host', 'HostDefault', 'Guest', 'GuestDefault'] as const;
export type NamespaceType = (typeof NAMESPACE_TYPES)[number];

export interface Namespace {
  readonly id: string;
  readonly compartment: number;
  readonly type: NamespaceType;
  /** In the order they were added. */
  resources: readonly { readonly Type: 'Container' | 'Endpoint'; readonly id: string }[];
}

/** The compartment of the host itself. */
export const HOST_COMPARTMENT = 1;

/** Everything the services hold; the maps are keyed by canonical GUID and keep the order of creation. */
export interface Node {
  readonly networks: Map<string, Network>;
  readonly endpoints: Map<string, Endpoint>;
  readonly namespaces: Map<string, Namespace>;
  readonly policyLists: Map<string, PolicyList>;
  /** By id as it was written, which need not be a GUID. */
  readonly computeSystems: Map<string, ComputeSystem>;
  /** Ports that processes of the host hold, as `protocol/port`. */
  readonly hostPorts: Set<string>;
  /** Its own network, apart from HNS. */
  host: Host;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newGuid: () => string;
  switches: Switches;
  version: { readonly Major: number; readonly Minor: number };
  /** Another GUID after each reboot. */
  bootId: string;
  nextCompartment: number;
  nextPool: number;
}
