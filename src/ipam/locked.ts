/** Work under a network's lock, with its index at hand. */
import type { AddressIndex } from './address-index.ts';
import type { Lock } from './lease.ts';
import { refuseLinks } from './shelf.ts';
import { indexedBy, type OpenStock, type Stock } from './stock.ts';
import { withIndex } from './use-index.ts';

type Locked = <T>(work: (stock: OpenStock) => T | Promise<T>) => Promise<T>;

/** Whether the network has its folder; asked of the disk, and with it for links, until it has. */
export function folderOf(stock: Stock): () => boolean {
  let isThere = false;
  return () => (isThere ||= refuseLinks(stock));
}

/** Work under the network's lock; before the first, the folders are looked at. `onIndex` is shown an index that it has used. */
export function lockedBy(
  { lock, remainingMs }: { readonly lock: Lock; readonly remainingMs: () => number },
  { stock, isThere }: { readonly stock: Stock; readonly isThere: () => boolean },
  onIndex: (index: AddressIndex) => void,
): Locked {
  return async (work) => {
    isThere();
    const unlock = await lock.acquire(stock.layout.lock, remainingMs());
    try {
      return await withIndex(indexedBy(stock), async (index) => {
        const answer = await work({ ...stock, index });
        const used = index.opened();
        if (used !== undefined) onIndex(used);
        return answer;
      });
    } finally {
      unlock();
    }
  };
}
