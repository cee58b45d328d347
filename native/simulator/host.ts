/** The host's own network as Windows keeps it: adapters, their IP settings, the route table. Who changes it is elsewhere. */
import { INTERFACE_ROW_SIZE } from '../../src/ip-helper/interface-row.ts';
import { type Address, IfType, type RouteKey, type RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { ADDRESS_FAMILY } from '../../src/ip-helper/sockaddr.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import type { Family, Ip } from '../../src/net/ip.ts';

/** A route of an adapter that is not named, because it goes along when another one takes the settings over. */
export type OwnRoute = Omit<RouteRow, 'luid' | 'index'>;

/** What was configured on an adapter. */
export interface Settings {
  readonly dhcp: boolean;
  readonly addresses: readonly Address[];
  readonly dnsServers: readonly Ip[];
  readonly dnsSuffix: string;
  /** What the registry has of it, and a reboot brings back. */
  readonly persistent: { readonly addresses: readonly Address[]; readonly routes: readonly OwnRoute[] };
}

export interface HostAdapter {
  readonly luid: bigint;
  readonly index: number;
  readonly guid: string;
  readonly alias: string;
  readonly description: string;
  /** With dashes; "" for none. */
  readonly mac: string;
  /** IANA ifType. */
  readonly type: number;
  readonly mtu: number;
  /** That of its interfaces, as long as nobody changes it. */
  readonly metric: number;
  /** What an external network can be put on, what HNS made, and what is neither. */
  readonly kind: 'nic' | 'virtual' | 'other';
  up: boolean;
  settings: Settings;
  /** MIB_IPINTERFACE_ROW as bytes, so that what is not looked at is kept, too. */
  rows: Readonly<Record<Family, Buffer>>;
  /** Id of the endpoint or network that HNS made it for; "" for any other. */
  readonly owner: string;
  /** It is a port of a switch: IP is not bound to it, but to this one. */
  replacedBy: HostAdapter | undefined;
}

export interface Host {
  /** By LUID, in the order they came. */
  readonly adapters: Map<bigint, HostAdapter>;
  /** By `keyOf`. */
  readonly routes: Map<string, RouteRow>;
  /** Settings on their way to an adapter whose link is down, by LUID. */
  readonly waiting: Map<bigint, { readonly dueMs: number; readonly moved: Moved }>;
  lastIndex: number;
}

/** Settings between two adapters. */
export interface Moved {
  readonly settings: Settings;
  /** Without those that follow from the addresses. */
  readonly routes: readonly OwnRoute[];
}

export const NOTHING: Moved = {
  settings: { dhcp: false, addresses: [], dnsServers: [], dnsSuffix: '', persistent: { addresses: [], routes: [] } },
  routes: [],
};

export const newHost = (): Host => ({ adapters: new Map(), routes: new Map(), waiting: new Map(), lastIndex: 0 });

export const keyOf = ({ luid, destination, nextHop }: RouteKey): string =>
  `${luid} ${formatCidr(destination)} ${nextHop.text}`;

export type NewAdapter = Pick<HostAdapter, 'alias' | 'kind'> &
  Partial<Pick<HostAdapter, 'description' | 'guid' | 'mac' | 'type' | 'mtu' | 'metric' | 'up' | 'owner'>>;

/** Puts an adapter without settings on the host; its index and LUID are ones that no adapter had before. */
export function addAdapter(host: Host, wanted: NewAdapter): HostAdapter {
  host.lastIndex += 1;
  const index = host.lastIndex;
  const type = wanted.type ?? IfType.Ethernet;
  // NET_LUID (ifdef.h): the type in the highest 16 bits, then the index of NDIS.
  const luid = (BigInt(type) << 48n) | (BigInt(0x8000 + index) << 24n);
  const about = { mtu: 1500, metric: 25, up: true, owner: '', ...wanted, type, luid, index };
  const adapter: HostAdapter = {
    description: about.alias,
    guid: `D0000000-0000-4000-8000-${index.toString(16).toUpperCase().padStart(12, '0')}`,
    mac: `00-0D-3A-00-00-${index.toString(16).toUpperCase().padStart(2, '0').slice(-2)}`,
    ...about,
    settings: NOTHING.settings,
    rows: interfaceRows(about),
    replacedBy: undefined,
  };
  host.adapters.set(luid, adapter);
  return adapter;
}

type Named = Pick<HostAdapter, 'luid' | 'index' | 'mtu' | 'metric'>;

/** What GetIpInterfaceEntry answers for an adapter that nobody has changed. */
export const interfaceRows = (adapter: Named): HostAdapter['rows'] => ({
  4: interfaceRow(adapter, ADDRESS_FAMILY[4]),
  6: interfaceRow(adapter, ADDRESS_FAMILY[6]),
});

function interfaceRow({ luid, index, mtu, metric }: Named, family: number): Buffer {
  const bytes = Buffer.alloc(INTERFACE_ROW_SIZE);
  bytes.writeUInt16LE(family, 0);
  bytes.writeBigUInt64LE(luid, 8);
  bytes.writeUInt32LE(index, 16);
  bytes.writeUInt32LE(0xffff, 20); // MaxReassemblySize
  bytes.writeUInt8(1, 44); // UseAutomaticMetric
  bytes.writeUInt8(1, 45); // UseNeighborUnreachabilityDetection
  bytes.writeUInt32LE(30_000, 60); // BaseReachableTime
  bytes.writeUInt32LE(64, 144); // SitePrefixLength
  bytes.writeUInt32LE(metric, 148);
  bytes.writeUInt32LE(mtu, 152);
  bytes.writeUInt8(1, 156); // Connected
  return bytes;
}
