/** How many address files the records of a network stand for: what its folder holds beyond that is another program's. */
import type { Ip } from '../net/ip.ts';
import { addressNames, keysOf } from './layout.ts';
import type { Holder } from './lease.ts';
import { addressesHeldBy, filed, readLease, readTombstone, type Shelf } from './shelf.ts';

/** Told without reading a record where all have the same number, which a small file says: see `noteFiles`. */
export interface Tally {
  /** Records and tombstones. */
  readonly records: number;
  /** Address files of all of them; undefined when a record that would have to be read cannot be. */
  readonly files: number | undefined;
  /** The number that each has; undefined when they differ. */
  readonly each: number | undefined;
  /** The same as the file says it. */
  readonly stated: number | undefined;
}

/** Content of the file when the records differ: then they are counted one by one until they are alike again. */
const MIXED = 'mixed';
/** Without the file: one address for each record. */
const USUAL = 1;

export function tallyOf(shelf: Shelf): Tally {
  const { files, layout } = shelf;
  const leases = keysOf(files.list(layout.attachments));
  const tombstones = keysOf(files.list(layout.tombstones));
  const records = leases.length + tombstones.length;
  const stated = readEach(shelf);
  if (stated !== undefined) return { records, files: records * stated, each: stated, stated };
  try {
    const counts = [
      ...leases.map((key) => readLease(shelf, key)),
      ...tombstones.map((key) => readTombstone(shelf, key)),
    ].flatMap((record) => (record === undefined ? [] : [filed(record.lease).length]));
    const each = new Set(counts).size === 1 ? counts[0] : undefined;
    return { records, files: counts.reduce((sum, count) => sum + count, 0), each, stated };
  } catch {
    return { records, files: undefined, each: undefined, stated };
  }
}

/**
 * Before a record with so many address files is written: whatever number the file says holds for every record there is, at any
 * instant, so that a crash leaves nothing miscounted.
 */
export function noteFiles(shelf: Shelf, { records, each, stated }: Tally, count: number): void {
  const wanted = records === 0 || each === count ? count : undefined;
  if (stated === wanted) return;
  shelf.files.ensureDir(shelf.layout.records);
  shelf.files.writeFlushed(shelf.layout.filesEach, wanted === undefined ? MIXED : String(wanted));
}

function readEach({ files, layout }: Shelf): number | undefined {
  const content = files.readText(layout.filesEach)?.trim();
  if (content === undefined) return USUAL;
  return /^\d+$/.test(content) ? Number(content) : undefined;
}

/** What a look into the network's folder shows. */
export interface Seen {
  readonly names: readonly string[];
  readonly tally: Tally;
}

/**
 * The addresses that host-local's files give to a holder of whom we have no record, for ADD. Where our records account for all
 * address files, no other program has a lease, and none is read. A record without its files, be it that a crash cut the
 * reservation short or that host-local has removed them, makes the numbers differ, which costs the reading of the folder;
 * together with as many leases of others it hides them from ADD, which then finds the other program's endpoint by its name.
 */
export function foreignAddresses(shelf: Shelf, holder: Holder, { names, tally }: Seen): readonly Ip[] {
  return addressNames(names).length === tally.files ? [] : addressesHeldBy(shelf, holder, names);
}
