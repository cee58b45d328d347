/** How full a network is, told by the names in its folder; only of a full one are records read. */
import type { Ip } from '../net/ip.ts';
import { capacityOf, keptIn, rangeFor } from './allocate.ts';
import { setsOf } from './config.ts';
import { addressNames, addressOfName, keysOf } from './layout.ts';
import type { Usage, UsageQuestion } from './lease.ts';
import type { RangeSet } from './ranges.ts';
import { ageOf } from './record.ts';
import { readTombstone, type Shelf } from './shelf.ts';
import type { Stock } from './stock.ts';

/** How many addresses are taken of how many there are, in the set that has none left, else in the first. */
export function usageOf(stock: Stock, { tombstoneMs, reserved }: UsageQuestion): Usage {
  const { files, layout, supply } = stock;
  const names = files.list(layout.folder);
  const each = setsOf(supply).map((set) => usageIn(set, names, reserved));
  const full = each.find(({ used, total }) => BigInt(used) >= total);
  const { used, total } = full ?? each[0] ?? { used: 0, total: 0n };
  return { used, total, canReclaim: BigInt(used) >= total && hasDue(stock, tombstoneMs) };
}

/** A tombstone that the sweep of the next ADD gives back; one that cannot be read stays. */
function hasDue(shelf: Shelf, tombstoneMs: number): boolean {
  return keysOf(shelf.files.list(shelf.layout.tombstones)).some((key) => {
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
