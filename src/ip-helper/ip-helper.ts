/** The port to IP Helper (iphlpapi.dll): the host's routes, adapters and addresses in TypeScript's words. Types only. */
import type { Cidr } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';

/**
 * All calls are synchronous and short. What a caller acts on is a value: an `Outcome`, or undefined for what is not there.
 * Everything else, a refusal for want of rights (5) too, is a CniError with the Win32 code in its details.
 */
export interface IpHelper {
  /** GetIpForwardTable2: every route of the family, of every owner, in no order. */
  readonly routes: (family: Family) => readonly RouteRow[];
  /** CreateIpForwardEntry2. The route is active only: a restart of the machine drops it. */
  readonly createRoute: (route: Route) => Outcome;
  /** SetIpForwardEntry2: metric and protocol of the route with this key; lifetimes become infinite. */
  readonly setRoute: (route: Route) => Outcome;
  /** DeleteIpForwardEntry2. */
  readonly deleteRoute: (key: RouteKey) => Outcome;
  /** GetBestRoute2 of the host's compartment; undefined when no route leads there. */
  readonly bestRoute: (destination: Ip) => BestRoute | undefined;
  /** GetAdaptersAddresses: the adapters of the host's compartment with everything bound to them, up or not. */
  readonly adapters: () => readonly Adapter[];
  /** GetUnicastIpAddressTable: every address of the family, tentative ones too. */
  readonly addresses: (family: Family) => readonly AddressRow[];
  /** CreateUnicastIpAddressEntry. The address is active only, as a route is; Windows adds its on-link route itself. */
  readonly createAddress: (address: NewAddress) => Outcome;
  /** GetIpInterfaceEntry; undefined when there is no such interface, or the family is not bound to it. */
  readonly ipInterface: (key: InterfaceKey) => InterfaceRow | undefined;
  /** GetIpInterfaceEntry and SetIpInterfaceEntry: what is not named in `change` stays as it is. */
  readonly setIpInterface: (key: InterfaceKey, change: InterfaceChange) => Outcome;
}

/**
 * What a writing call did: `done`; `exists` (5010) the row is there already and was left as it is; `missing` (1168) the
 * route is not there, or its interface is not.
 */
export type Outcome = 'done' | 'exists' | 'missing';

/** NET_LUID (ifdef.h): names an interface for as long as it lives. An index may be given to another one later. */
export type Luid = bigint;

/** What makes a route the one it is: two rows of the table differ in one of these. */
export interface RouteKey {
  readonly luid: Luid;
  /** Host bits are zero. */
  readonly destination: Cidr;
  /** Of the family of `destination`; `0.0.0.0` or `::` when the destination is on link. */
  readonly nextHop: Ip;
}

/** What a caller decides of a route. */
export interface Route extends RouteKey {
  /** Added to the metric of the interface; the smaller sum wins among routes to the same prefix. */
  readonly metric: number;
  /** NL_ROUTE_PROTOCOL (nldef.h): who made the route; see `Protocol`. */
  readonly protocol: number;
}

/** A row of the table: MIB_IPFORWARD_ROW2 (netioapi.h), without its site prefix length, which Windows does not use. */
export interface RouteRow extends Route {
  readonly index: number;
  /** Seconds; `INFINITE` for ever. */
  readonly validLifetime: number;
  /** Seconds; `INFINITE` for ever. */
  readonly preferredLifetime: number;
  readonly loopback: boolean;
  readonly autoconfigureAddress: boolean;
  readonly publish: boolean;
  readonly immortal: boolean;
  /** Seconds since the route was made or changed. */
  readonly age: number;
  /** NL_ROUTE_ORIGIN (nldef.h): 0 manual, 1 well known, 2 DHCP, 3 router advertisement, 4 6to4. */
  readonly origin: number;
}

/** A lifetime without end (netioapi.h). */
export const INFINITE = 0xffff_ffff;

/** The values of NL_ROUTE_PROTOCOL (nldef.h) that matter on a node. */
export const Protocol = {
  /** Of the stack itself: on-link routes, loopback, multicast. */
  Local: 2,
  /** Made by a program or an administrator; DHCP's too. */
  NetMgmt: 3,
  /** From the registry: persistent routes. */
  Static: 10006,
} as const;

export interface BestRoute {
  readonly route: RouteRow;
  /** The address that packets to the destination are sent from. */
  readonly source: Ip;
}

/** An adapter: IP_ADAPTER_ADDRESSES (iptypes.h). */
export interface Adapter {
  readonly luid: Luid;
  /** The interface index by family; 0 where the family is not bound to the adapter. */
  readonly index: Readonly<Record<Family, number>>;
  /** Bare text, upper case. */
  readonly guid: string;
  /** What Windows calls FriendlyName here and InterfaceAlias elsewhere: "Ethernet", "vEthernet (nat)". */
  readonly alias: string;
  readonly description: string;
  /** Undefined for adapters without a 48-bit address, such as loopback and tunnels. */
  readonly mac: Mac | undefined;
  /** IANA ifType; see `IfType`. */
  readonly type: number;
  /** Whether OperStatus is IfOperStatusUp. */
  readonly up: boolean;
  /** Whether DHCP gives its IPv4 addresses. */
  readonly dhcp: boolean;
  /** Bytes. */
  readonly mtu: number;
  /** Of the interface, by family. */
  readonly metric: Readonly<Record<Family, number>>;
  /** Network compartment; 1 is the host's. */
  readonly compartment: number;
  readonly addresses: readonly Address[];
  readonly gateways: readonly Ip[];
  readonly dnsServers: readonly Ip[];
  /** "" when there is none. */
  readonly dnsSuffix: string;
}

/** IANA interface types (ipifcons.h) that are told apart here. */
export const IfType = { Ethernet: 6, Loopback: 24, Wireless: 71, Tunnel: 131 } as const;

/** A unicast address on an interface. */
export interface Address {
  /** The address with the length of its on-link prefix. */
  readonly cidr: Cidr;
  /** NL_PREFIX_ORIGIN (nldef.h); see `Origin`. */
  readonly prefixOrigin: number;
  /** NL_SUFFIX_ORIGIN (nldef.h); as `Origin`, and 4 from the MAC, 5 random. */
  readonly suffixOrigin: number;
  /** NL_DAD_STATE (nldef.h): only 4, preferred, is fit to be used; 1 is tentative, 2 duplicate. */
  readonly dadState: number;
}

/** The values that NL_PREFIX_ORIGIN and NL_SUFFIX_ORIGIN share (nldef.h). */
export const Origin = { Other: 0, Manual: 1, WellKnown: 2, Dhcp: 3 } as const;

/** NL_DAD_STATE (nldef.h) of an address in use. */
export const PREFERRED = 4;

/** A row of the table: MIB_UNICASTIPADDRESS_ROW (netioapi.h). */
export interface AddressRow extends Address {
  readonly luid: Luid;
  readonly index: number;
}

/** An address to be made: manual and for ever. */
export interface NewAddress {
  readonly luid: Luid;
  readonly cidr: Cidr;
}

/** IP settings are kept by interface and family. */
export interface InterfaceKey {
  readonly luid: Luid;
  readonly family: Family;
}

/** What of MIB_IPINTERFACE_ROW (netioapi.h) is read and written here. */
export interface InterfaceRow extends InterfaceKey {
  readonly index: number;
  /** Whether packets for others are passed on. */
  readonly forwarding: boolean;
  /** Whether router advertisements are sent. */
  readonly advertising: boolean;
  /** Whether packets leave here that have the address of another interface. */
  readonly weakHostSend: boolean;
  /** Whether packets are taken here that are for the address of another interface. */
  readonly weakHostReceive: boolean;
  /** Whether Windows chooses `metric` by the speed of the link. */
  readonly automaticMetric: boolean;
  readonly metric: number;
  /** Bytes. */
  readonly mtu: number;
  readonly connected: boolean;
}

export type InterfaceChange = Partial<
  Pick<InterfaceRow, 'forwarding' | 'weakHostSend' | 'weakHostReceive' | 'automaticMetric' | 'metric' | 'mtu'>
>;
