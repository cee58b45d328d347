/** What IP Helper does to the route table: the rules for a row, and which route a packet takes. Codes are Win32's. */
import { decodeRouteRow } from '../../src/ip-helper/forward-row.ts';
import { decodeInterfaceRow } from '../../src/ip-helper/interface-row.ts';
import type { RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { decodeAddress, familyOf } from '../../src/ip-helper/sockaddr.ts';
import { Win32 } from '../../src/ip-helper/status.ts';
import { type Cidr, contains, networkOf } from '../../src/net/cidr.ts';
import { BITS, type Ip, sameIp } from '../../src/net/ip.ts';
import { refuse } from './errors.ts';
import { type Host, type HostAdapter, keyOf } from './host.ts';

export function createRoute(host: Host, bytes: Buffer): void {
  const row = rowOf(host, bytes);
  if (host.routes.has(keyOf(row))) refuse(Win32.ObjectAlreadyExists);
  host.routes.set(keyOf(row), { ...row, age: 0, origin: 0 });
}

/** The age and the origin of a route are not the caller's. */
export function setRoute(host: Host, bytes: Buffer): void {
  const row = rowOf(host, bytes);
  const old = host.routes.get(keyOf(row)) ?? refuse(Win32.NotFound);
  host.routes.set(keyOf(row), { ...row, loopback: old.loopback, age: 0, origin: old.origin });
}

/** Only the key of the row is looked at. */
export function deleteRoute(host: Host, bytes: Buffer): void {
  if (!host.routes.delete(keyOf(keyRowOf(host, bytes)))) refuse(Win32.NotFound);
}

/** Offset of SitePrefixLength in MIB_IPFORWARD_ROW2. */
const SITE_PREFIX_LENGTH = 72;

function rowOf(host: Host, bytes: Buffer): RouteRow {
  const row = keyRowOf(host, bytes);
  if (row.preferredLifetime > row.validLifetime) refuse(Win32.InvalidParameter);
  if (bytes.readUInt8(SITE_PREFIX_LENGTH) > row.destination.prefix) refuse(Win32.InvalidParameter);
  return row;
}

/** Offsets of the two addresses in MIB_IPFORWARD_ROW2. */
const DESTINATION = 12;
const NEXT_HOP = 44;

/** The row with both names of its interface; 87 when its key cannot be one, 1168 when the interface is not there. */
function keyRowOf(host: Host, bytes: Buffer): RouteRow {
  const family = familyOf(bytes.readUInt16LE(DESTINATION));
  if (family === undefined || decodeAddress(bytes, NEXT_HOP)?.family !== family) refuse(Win32.InvalidParameter);
  const row = decodeRouteRow(bytes);
  const { destination } = row;
  if (destination.prefix > BITS[destination.ip.family] || !sameIp(networkOf(destination), destination.ip)) {
    refuse(Win32.InvalidParameter);
  }
  const { luid, index } = adapterOf(host, row);
  return { ...row, luid, index };
}

/** The adapter that a row names: by its LUID, else by its index. A port of a switch is none, because IP is not bound to it. */
export function adapterOf(host: Host, { luid, index }: { readonly luid: bigint; readonly index: number }): HostAdapter {
  if (luid === 0n && index === 0) refuse(Win32.InvalidParameter);
  const found =
    luid === 0n ? [...host.adapters.values()].find((each) => each.index === index) : host.adapters.get(luid);
  return found === undefined || found.replacedBy !== undefined ? refuse(Win32.NotFound) : found;
}

interface Choice {
  readonly row: RouteRow;
  readonly adapter: HostAdapter;
}

/** The longest prefix wins, then the smallest sum of the metrics of route and interface. */
export function bestRoute(host: Host, destination: Ip): { readonly row: RouteRow; readonly source: Ip } {
  const fitting = [...host.routes.values()].flatMap((row) => choiceOf(host, row, destination));
  const [best] = fitting.sort((a, b) => rank(b) - rank(a) || costOf(a) - costOf(b));
  const source = best === undefined ? undefined : sourceOf(best, destination);
  return best === undefined || source === undefined ? refuse(Win32.NetworkUnreachable) : { row: best.row, source };
}

function choiceOf(host: Host, row: RouteRow, destination: Ip): readonly Choice[] {
  const adapter = host.adapters.get(row.luid);
  return adapter?.up === true && contains(row.destination, destination) ? [{ row, adapter }] : [];
}

const rank = ({ row }: Choice): number => row.destination.prefix;
const costOf = ({ row, adapter }: Choice): number =>
  row.metric + decodeInterfaceRow(adapter.rows[row.destination.ip.family]).metric;

/** An address of the adapter: one that has the next hop on link, else any. */
function sourceOf({ row, adapter }: Choice, destination: Ip): Ip | undefined {
  const own = adapter.settings.addresses.filter(({ cidr }) => cidr.ip.family === destination.family);
  const next = row.nextHop.value === 0n ? destination : row.nextHop;
  const near = own.find(({ cidr }: { readonly cidr: Cidr }) => contains(cidr, next));
  return (near ?? own[0])?.cidr.ip;
}
