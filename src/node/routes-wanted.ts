/** The host-gw routes that a list of peers asks for on this host: by the interface that has a peer's address on link. Pure. */
import { type Adapter, IfType, Protocol, type Route, type RouteRow } from '../ip-helper/ip-helper.ts';
import { type Cidr, contains } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { Peer } from './peers.ts';
import { type Self, type Wanted, wantedFor } from './sync-wanted.ts';

/** The host's own network, as it was read. */
export interface HostNetwork {
  readonly adapters: readonly Adapter[];
  /** Of both families. */
  readonly rows: readonly RouteRow[];
}

/** Where addresses are on link: a block, the interface, and what it costs. */
interface Link {
  readonly block: Cidr;
  readonly luid: bigint;
  readonly cost: number;
}

export function routesFor(
  peers: readonly Peer[],
  host: HostNetwork,
  { self, metric }: { readonly self: Self; readonly metric: number },
): Wanted<Route> {
  const links = linksOf(host);
  return wantedFor(peers, self, (peer, destination) => {
    const hop = hopTo(peer, destination.ip.family, links);
    return typeof hop === 'string' ? hop : { ...hop, destination, metric, protocol: Protocol.NetMgmt };
  });
}

/** By interfaces that are up; a default route reaches everything, and so tells nothing. */
function linksOf({ adapters, rows }: HostNetwork): readonly Link[] {
  const usable = adapters.filter(({ up, type }) => up && type !== IfType.Loopback);
  const byLuid = new Map(usable.map((adapter) => [adapter.luid, adapter]));
  return rows.flatMap(({ luid, destination, nextHop, metric }) => {
    const adapter = byLuid.get(luid);
    if (adapter === undefined || nextHop.value !== 0n || destination.prefix === 0) return [];
    return [{ block: destination, luid, cost: metric + adapter.metric[destination.ip.family] }];
  });
}

/** The first of the peer's addresses that is on link, by the link that Windows would take; else why there is none. */
function hopTo({ addresses }: Peer, family: Family, links: readonly Link[]): Pick<Route, 'luid' | 'nextHop'> | string {
  const candidates = addresses.filter((address) => address.family === family);
  for (const nextHop of candidates) {
    const [link] = links
      .filter(({ block }) => contains(block, nextHop))
      .sort((a, b) => b.block.prefix - a.block.prefix || a.cost - b.cost);
    if (link !== undefined) return { luid: link.luid, nextHop };
  }
  const tried = candidates.map(({ text }) => text).join(', ');
  return tried === '' ? `it has no IPv${family} address` : `${tried} is on no link of this host`;
}
