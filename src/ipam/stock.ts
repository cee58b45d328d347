/** What the steps of one network's store work on, beside its folder. */
import type { CniError } from '../spec/error.ts';
import { type Supply, setsOf } from './config.ts';
import type { Indexed } from './index-file.ts';
import type { Layout } from './layout.ts';
import type { Shelf } from './shelf.ts';
import type { IndexInUse } from './use-index.ts';

export interface Stock extends Shelf {
  readonly supply: Supply;
  /** The places of another network under the same `dataDir`. */
  readonly layoutFor: (network: string) => Layout;
  /** Takes the node's lock on host ports; only under a network's own, never the other way round. The answer gives it back. */
  readonly lockPorts: () => Promise<() => void>;
  /** Told of what cannot be read: it stays on disk, and the rest is still looked at. */
  readonly onUnreadable: (error: CniError) => void;
}

/** The same under the network's lock. */
export interface OpenStock extends Stock {
  readonly index: IndexInUse;
}

/** Whose index it is. */
export const indexedBy = (stock: Stock): Indexed => ({ ...stock, sets: setsOf(stock.supply) });
