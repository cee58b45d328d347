/** How full a network is, told by the names in its folder alone. */
import type { Ip } from '../net/ip.ts';
import { capacityOf, isWithin } from './allocate.ts';
import type { Range } from './config.ts';
import { addressNames, addressOfName, keysOf } from './layout.ts';
import type { Usage } from './lease.ts';
import type { Shelf } from './shelf.ts';

export interface Ranges {
  readonly ranges: readonly Range[];
  /** Addresses that the network keeps for itself. */
  readonly reserved: readonly Ip[];
}

/** How many addresses of all ranges are taken, of how many there are. */
export function usageOf({ files, layout, ranges, reserved }: Shelf & Ranges): Usage {
  const names = files.list(layout.folder);
  const each = ranges.map((range) => usageIn(range, names, reserved));
  const fullest = each.find(({ used, total }) => BigInt(used) >= total);
  const { used, total } = fullest ?? each[0] ?? { used: 0, total: 0n };
  return { used, total, canReclaim: keysOf(files.list(layout.tombstones)).length > 0 };
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
