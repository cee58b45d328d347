/** How full a network is, told by its index, else by the names in its folder; only of a full one are records read. */
import { type Ip, parseIp } from '../net/ip.ts';
import type { AddressIndex } from './address-index.ts';
import { capacityOf, keptIn, rangeFor } from './allocate.ts';
import { setsOf } from './config.ts';
import { peekIndex } from './index-file.ts';
import { addressNames, addressOfName, keysOf } from './layout.ts';
import type { Fullness, Usage, UsageQuestion } from './lease.ts';
import type { RangeSet } from './ranges.ts';
import { ageOf } from './record.ts';
import { readTombstone, type Shelf } from './shelf.ts';
import { indexedBy, type Stock } from './stock.ts';

/** The set that has no address left, else the first. */
export function usageOf(stock: Stock, { tombstoneMs, reserved }: UsageQuestion): Usage {
  const sets = setsOf(stock.supply).map((set, at) => ({ set, at, reserved, quarantineMs: quarantineOf(stock) }));
  const each =
    peekIndex(indexedBy(stock), (index) => sets.map((place) => fullness(stock, index, place))) ??
    sets.map(({ set }) => ({ ...byNames(stock, set, reserved), leaked: tombstonesOf(stock).length, quarantined: 0 }));
  const full = each.find(({ used, total }) => BigInt(used) >= total);
  if (full === undefined) return { ...(each[0] ?? NOTHING), canReclaim: false };
  return { ...full, canReclaim: full.leaked > tombstonesOf(stock).length || hasDue(stock, tombstoneMs) };
}

const NOTHING: Fullness = { used: 0, total: 0n, leaked: 0, quarantined: 0 };

const quarantineOf = ({ supply }: Stock): number => (supply.source === 'host-local' ? supply.quarantineMs : 0);

const tombstonesOf = ({ files, layout }: Shelf): readonly string[] => keysOf(files.list(layout.tombstones));

const byNames = ({ files, layout }: Shelf, set: RangeSet, reserved: readonly Ip[]): ReturnType<typeof usageIn> =>
  usageIn(set, files.list(layout.folder), reserved);

/** A set at its place in the index. */
export interface Place {
  readonly set: RangeSet;
  readonly at: number;
  /** Addresses that the network keeps for itself. */
  readonly reserved: readonly Ip[];
  readonly quarantineMs: number;
}

/** How a set stands by the index. */
export function fullness(shelf: Shelf, index: AddressIndex, place: Place): Fullness {
  return {
    ...usedIn(index, place),
    leaked: tombstonesOf(shelf).length + index.oldCount,
    quarantined: index.quarantined(place.at, place.quarantineMs),
  };
}

/** What of it is a matter of the set's own numbers. */
export function usedIn(
  index: AddressIndex,
  { set, at, reserved }: Pick<Place, 'set' | 'at' | 'reserved'>,
): Pick<Fullness, 'used' | 'total'> {
  const kept = [...keptIn(set, reserved)].flatMap((one) => parseIp(one) ?? []);
  return { used: index.takenIn(at) - kept.filter((ip) => index.isTaken(ip)).length, total: capacityOf(set, reserved) };
}

/** A tombstone that the sweep of the next ADD gives back; one that cannot be read stays. */
function hasDue(shelf: Shelf, tombstoneMs: number): boolean {
  return tombstonesOf(shelf).some((key) => {
    try {
      const buried = readTombstone(shelf, key)?.buried;
      return buried !== undefined && (ageOf(buried, shelf.clock) ?? tombstoneMs) >= tombstoneMs;
    } catch {
      return false;
    }
  });
}

/** The same for one set; `names` are those of the network's folder. */
export function usageIn(
  set: RangeSet,
  names: readonly string[],
  reserved: readonly Ip[],
): { readonly used: number; readonly total: bigint } {
  const kept = keptIn(set, reserved);
  const used = addressNames(names)
    .map(addressOfName)
    .filter((ip) => ip !== undefined && rangeFor(set, ip) !== undefined && !kept.has(ip.text)).length;
  return { used, total: capacityOf(set, reserved) };
}
