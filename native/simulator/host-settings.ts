/** What is configured on the host's adapters: addresses with the routes that follow from them, other routes, and all of it moved. */
import { type Address, INFINITE, Protocol, type RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { type Cidr, lastOf, networkOf } from '../../src/net/cidr.ts';
import { BITS, type Ip, ipFrom, sameIp } from '../../src/net/ip.ts';
import { type Host, type HostAdapter, keyOf, type Moved, NOTHING, type OwnRoute } from './host.ts';

/** Takes an adapter off the host with all that was configured on it. */
export function dropAdapter(host: Host, adapter: HostAdapter): void {
  take(host, adapter);
  host.adapters.delete(adapter.luid);
}

export function addAddress(host: Host, adapter: HostAdapter, address: Address): void {
  adapter.settings = { ...adapter.settings, addresses: [...adapter.settings.addresses, address] };
  for (const { destination, isOwn } of localPrefixes(address.cidr)) {
    addRoute(host, adapter, { ...route(destination, ipFrom(destination.ip.family, 0n)), ...LOCAL, loopback: isOwn });
  }
}

/** What Windows gives the routes that follow from an address. */
const LOCAL = { metric: 256, protocol: Protocol.Local } as const;

/** A route as an administrator makes it. */
export const route = (destination: Cidr, nextHop: Ip): OwnRoute => ({
  destination,
  nextHop,
  metric: 0,
  protocol: Protocol.NetMgmt,
  validLifetime: INFINITE,
  preferredLifetime: INFINITE,
  loopback: false,
  autoconfigureAddress: false,
  publish: false,
  immortal: true,
  age: 0,
  origin: 0,
});

/** Where an address leads without a next hop: its block, itself, and who is spoken to all at once. */
function localPrefixes(cidr: Cidr): readonly { readonly destination: Cidr; readonly isOwn: boolean }[] {
  const { ip, prefix } = cidr;
  const host = BITS[ip.family];
  const own = { destination: { ip, prefix: host }, isOwn: true };
  const block = { ip: networkOf(cidr), prefix };
  const others: readonly Cidr[] =
    ip.family === 6
      ? [block, { ip: ipFrom(6, 0xffn << 120n), prefix: 8 }]
      : [
          block,
          ...(prefix < 31 ? [{ ip: lastOf(cidr), prefix: host }] : []),
          { ip: ipFrom(4, 0xe000_0000n), prefix: 4 },
          { ip: ipFrom(4, 0xffff_ffffn), prefix: host },
        ];
  const isSame = (each: Cidr): boolean => each.prefix === host && sameIp(each.ip, ip);
  return [own, ...others.filter((each) => !isSame(each)).map((destination) => ({ destination, isOwn: false }))];
}

/** Puts a route into the table, unless one with its key is there. */
export function addRoute(host: Host, { luid, index }: HostAdapter, own: OwnRoute): void {
  const row: RouteRow = { ...own, luid, index };
  if (!host.routes.has(keyOf(row))) host.routes.set(keyOf(row), row);
}

export const routesOf = (host: Host, adapter: HostAdapter): readonly RouteRow[] =>
  [...host.routes.values()].filter(({ luid }) => luid === adapter.luid);

/** Takes the settings from an adapter, or those that are on their way to it. */
export function take(host: Host, adapter: HostAdapter): Moved {
  const underWay = host.waiting.get(adapter.luid);
  host.waiting.delete(adapter.luid);
  const rows = routesOf(host, adapter);
  for (const row of rows) host.routes.delete(keyOf(row));
  const routes = rows
    .filter(({ protocol }) => protocol !== Protocol.Local)
    .map(({ luid: _luid, index: _index, ...own }) => own);
  const moved = underWay?.moved ?? { settings: adapter.settings, routes };
  adapter.settings = NOTHING.settings;
  return moved;
}

/** Gives settings to an adapter; addresses that it has been given meanwhile stay. */
export function give(host: Host, adapter: HostAdapter, { settings, routes }: Moved): void {
  const own = adapter.settings.addresses;
  adapter.settings = { ...settings, addresses: own };
  for (const address of settings.addresses) {
    if (own.every(({ cidr }) => !sameIp(cidr.ip, address.cidr.ip))) addAddress(host, adapter, address);
  }
  for (const each of routes) addRoute(host, adapter, each);
}
