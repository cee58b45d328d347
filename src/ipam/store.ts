/** The lease store of one network: each function takes host-local's lock, does its files, and gives the lock back. */
import type { Files } from '../disk/files.ts';
import { dropHalfWritten } from '../disk/half-written.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Supply } from './config.ts';
import { inventory } from './inventory.ts';
import { keysOf, type Layout, layoutOf } from './layout.ts';
import type { Clock, Holder, Lease, LeaseStore, Lock, Tombstone } from './lease.ts';
import { folderOf, lockedBy } from './locked.ts';
import { mayHaveSuspects, reclaim, spare, suspects } from './reclaim.ts';
import { asTombstone, bury, claim, exhume, expire, release } from './release.ts';
import { reserve } from './reserve.ts';
import { addressesHeldBy, isHeldBy, readLiving, readTombstone, writeLease } from './shelf.ts';
import type { OpenStock, Stock } from './stock.ts';
import { usageOf } from './usage.ts';

/*
 * Order of writes, each flushed and atomic by itself; a crash between any two leaves a state that the right column ends.
 *
 *   reserve   record "pending" · port claims · address files ·      find() and reserve() take a record without its address
 *             last_reserved_ip                                      files for none; release() frees what it names
 *   commit    record "ready"                                        the old record or the new one
 *   bury      tombstone · record removed                            a tombstone outweighs a record: find() says absent,
 *                                                                   bury() and release() remove the record
 *   release   address files · port claims · record removed          release() again; what meanwhile is another holder's is
 *                                                                   told by its content and left
 *   exhume    the same · record · tombstone removed                 exhume() again, in the same way
 *
 * So a record or tombstone always outlives its addresses and ports, and none is taken without one of them.
 */

export interface StoreOptions {
  readonly files: Files;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly dataDir: string;
  /** The CNI network's name. */
  readonly network: string;
  readonly ipam: Supply;
  /** File names as host-local makes them on Windows. */
  readonly windows: boolean;
  /** How long a lock may be waited for, asked each time. */
  readonly remainingMs: () => number;
  /** Told of records and claims that cannot be read: they stay on disk, and the others are still looked at. */
  readonly onUnreadable: (error: CniError) => void;
}

/** Opens the store; nothing is touched on disk until a function is called. @throws code 7 for a bad network name. */
export function openStore(options: StoreOptions): LeaseStore {
  const { files } = options;
  const layout = layoutOf(options);
  const stock = stockOf(options, layout);
  const isThere = folderOf(stock);
  let hasSuspects: boolean | undefined;
  const locked = lockedBy(options, { stock, isThere }, (index) => {
    hasSuspects = index.old(1).length > 0;
  });
  /** Where the network has no folder there is nothing to find, and none is made for looking. */
  const ifAny = async <T>(absent: T, work: (stock: OpenStock) => T | Promise<T>): Promise<T> =>
    isThere() ? locked(work) : absent;
  return {
    reserve: async (request) => {
      if (!isThere()) files.ensureDir(layout.folder);
      return locked((open) => reserve(open, request));
    },
    isKnown: (key) => Promise.resolve().then(() => isThere() && files.exists(layout.attachment(key))),
    find: (key) => ifAny(undefined, () => readLiving(stock, key)?.lease),
    addressesOf: (holder) => ifAny([], (open) => addressesOf(open, holder)),
    buried: (key) => ifAny(undefined, () => buried(stock, key)),
    commit: (key, given) =>
      locked(() => {
        change(stock, key, { state: 'ready', inFlight: false, given });
      }),
    markInFlight: (key) =>
      locked(() => {
        change(stock, key, { inFlight: true });
      }),
    release: (holder) => ifAny(undefined, (open) => release(open, holder)),
    bury: (key) =>
      ifAny(undefined, () => {
        bury(stock, key);
      }),
    // The usual node has no tombstones: that costs one look at a folder, and no lock.
    tombstones: async (limit) => (files.list(layout.tombstones).length === 0 ? [] : locked(() => look(stock, limit))),
    inventory: () => ifAny({ leases: [], tombstones: [], others: [] }, () => inventory(stock, stock.onUnreadable)),
    // Who asks only wants to know, every few seconds: a lock that somebody holds must not keep the answer back.
    usage: (question) => Promise.resolve(usageOf(stock, question)),
    claim: (key) => ifAny(false, () => claim(stock, key)),
    expire: (key, olderThanMs) => ifAny(true, (open) => expire(open, key, olderThanMs)),
    exhume: (key) => ifAny(undefined, (open) => exhume(open, key)),
    suspects: (question) =>
      (hasSuspects ?? mayHaveSuspects(stock)) ? locked((open) => suspects(open, question)) : Promise.resolve([]),
    spare: (key) =>
      ifAny(undefined, (open) => {
        spare(open, key);
      }),
    reclaim: (key) => ifAny(false, (open) => reclaim(open, key)),
  };
}

const stockOf = (options: StoreOptions, layout: Layout): Stock => ({
  files: options.files,
  layout,
  clock: options.clock,
  supply: options.ipam,
  layoutFor: (network) => layoutOf({ ...options, network }),
  lockPorts: () => options.lock.acquire(layout.portsLock, options.remainingMs()),
  onUnreadable: options.onUnreadable,
});

function buried(stock: Stock, key: string): Tombstone | undefined {
  const record = readTombstone(stock, key);
  return record && asTombstone(stock, record);
}

function addressesOf(stock: OpenStock, holder: Holder): readonly Ip[] {
  const record = readTombstone(stock, holder.key) ?? readLiving(stock, holder.key);
  if (record === undefined) {
    return addressesHeldBy(stock, stock.index.get(), holder);
  }
  const { source, addresses } = record.lease;
  const all = addresses.map(({ ip }) => ip);
  return source === 'host-local' ? all.filter((ip) => isHeldBy(stock, ip, holder)) : all;
}

interface Change extends Partial<Pick<Lease, 'state' | 'inFlight'>> {
  /** Addresses that are not reserved here. */
  readonly given?: readonly Cidr[] | undefined;
}

function change(stock: Stock, key: string, { given, ...to }: Change): void {
  const record = readLiving(stock, key);
  if (record === undefined) {
    throw new CniError(
      Code.Ipam,
      `Cannot update the lease "${key}": it is gone, expected the reservation made before`,
      {
        details: `file "${stock.layout.attachment(key)}"; another command for the same container may have removed it`,
      },
    );
  }
  const isOurs = record.lease.source === 'host-local' || record.lease.source === 'static';
  const addresses = isOurs ? record.lease.addresses : (given ?? record.lease.addresses);
  writeLease(stock, { ...record, lease: { ...record.lease, ...to, addresses } });
}

/**
 * The next tombstones after the one looked at last, in the order of their names, wrapping: each has its turn, and only
 * `limit` of them are read. The place is kept on disk only when there are more than that.
 */
function look(stock: Stock, limit: number): readonly Tombstone[] {
  const { files, layout, onUnreadable } = stock;
  const names = dropHalfWritten(files, layout.tombstones, files.list(layout.tombstones));
  const keys = [...keysOf(names)].sort();
  const isRound = keys.length > limit;
  const last = isRound ? (files.readText(layout.lookedAt) ?? '') : '';
  const next = [...keys.filter((key) => key > last), ...keys.filter((key) => key <= last)].slice(0, limit);
  const end = next.at(-1);
  if (isRound && end !== undefined) files.writeFlushed(layout.lookedAt, end);
  return next.flatMap((key) => {
    try {
      const record = readTombstone(stock, key);
      return record === undefined ? [] : [asTombstone(stock, record)];
    } catch (error) {
      if (!(error instanceof CniError) || error.code !== Code.Ipam) throw error;
      onUnreadable(error);
      return [];
    }
  });
}
