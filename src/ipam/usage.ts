/** How full a network is, told by the names in its folder; only of a full one are records read. */
import type { Ip } from '../net/ip.ts';
import { capacityOf, isWithin } from './allocate.ts';
import type { Range } from './config.ts';
import { addressNames, addressOfName, keysOf } from './layout.ts';
import type { Usage } from './lease.ts';
import { ageOf } from './record.ts';
import { readTombstone, type Shelf } from './shelf.ts';

export interface Ranges {
  readonly ranges: readonly Range[];
  /** Addresses that the network keeps for itself. */
  readonly reserved: readonly Ip[];
}

/** How many addresses of all ranges are taken, of how many there are. */
export function usageOf(stock: Shelf & Ranges, tombstoneMs: number): Usage {
  const { files, layout, ranges, reserved } = stock;
  const names = files.list(layout.folder);
  const each = ranges.map((range) => usageIn(range, names, reserved));
  const fullest = each.find(({ used, total }) => BigInt(used) >= total);
  const { used, total } = fullest ?? each[0] ?? { used: 0, total: 0n };
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

/** The same for one range; `names` are those of the network's folder. */
export function usageIn(
  range: Range,
  names: readonly string[],
  reserved: readonly Ip[],
): { readonly used: number; readonly total: bigint } {
  const kept = new Set(reserved.map((ip) => ip.text));
  const used = addressNames(names)
    .map(addressOfName)
    .filter((ip) => ip !== undefined && isWithin(range, ip) && !kept.has(ip.text)).length;
  return { used, total: capacityOf(range, reserved) };
}
