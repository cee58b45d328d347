/** Giving back: release, burial and exhumation as steps under the lock, each of which may be the last and can be repeated. */
import type { Holder, Lease, Tombstone } from './lease.ts';
import { dropClaims, freePorts } from './ports.ts';
import { ageOf, stampNow, type TombstoneRecord } from './record.ts';
import {
  addressesHeldBy,
  filed,
  freeAddress,
  isHeldBy,
  readLease,
  readLiving,
  readTombstone,
  type Shelf,
  writeTombstone,
} from './shelf.ts';
import type { OpenStock } from './stock.ts';

/**
 * Frees the holder's addresses and ports, then drops its record. Without a record, or with one whose files are not all there, a
 * lease that another program wrote for the same container and interface goes, too: host-local may have taken
 * back what the record says and given another address. What a tombstone keeps stays kept.
 */
export async function release(stock: OpenStock, holder: Holder): Promise<void> {
  const isBuried = readTombstone(stock, holder.key) !== undefined;
  const lease = isBuried ? undefined : readLease(stock, holder.key)?.lease;
  if (lease !== undefined) {
    const isWhole = filed(lease).every((ip) => isHeldBy(stock, ip, lease));
    await dropLease(stock, lease);
    if (isWhole) return;
  }
  if (!isBuried) {
    const index = stock.index.get();
    for (const ip of addressesHeldBy(stock, index, holder)) {
      stock.files.remove(stock.layout.address(ip));
      index.free(ip);
    }
  }
  dropRecord(stock, holder.key);
}

/**
 * Addresses first: without them a record is nobody's, so that its ports may be taken over. The record goes last: without what it names
 * it is found and dropped again, without it the rest would be lost.
 */
export async function dropLease(stock: OpenStock, lease: Lease): Promise<void> {
  freeAddresses(stock, lease);
  await freePorts(stock, lease);
  dropRecord(stock, lease.key);
}

/** The same for who has the lock on ports. */
export function dropUnder(stock: OpenStock, lease: Lease): void {
  freeAddresses(stock, lease);
  dropClaims(stock, lease);
  dropRecord(stock, lease.key);
}

function freeAddresses(stock: OpenStock, lease: Lease): void {
  const ips = filed(lease);
  // Opened before the folder changes, after which it would not be trusted.
  const index = ips.length === 0 ? undefined : stock.index.get();
  for (const ip of ips) if (freeAddress(stock, ip, lease)) index?.free(ip);
}

/** The tombstone is on disk before the record goes; from then on the tombstone is what counts. */
export function bury(shelf: Shelf, key: string): void {
  if (readTombstone(shelf, key) === undefined) {
    const record = readLiving(shelf, key);
    if (record === undefined) return;
    writeTombstone(shelf, { ...record, buried: stampNow(shelf.clock), claimed: false });
  }
  dropRecord(shelf, key);
}

/** Longer than any sweep lasts: a claim this old is one whose process died. */
const CLAIM_MS = 30_000;

/** Whether the tombstone is there and nobody else is at it; the time of a burial starts anew with each claim. */
export function claim(shelf: Shelf, key: string): boolean {
  const tombstone = readTombstone(shelf, key);
  if (tombstone === undefined) return false;
  if (tombstone.claimed && (ageOf(tombstone.buried, shelf.clock) ?? CLAIM_MS) < CLAIM_MS) return false;
  writeTombstone(shelf, { ...tombstone, buried: stampNow(shelf.clock), claimed: true });
  return true;
}

/** With the temporary file that a crash may have left of writing it. */
function dropRecord({ files, layout }: Shelf, key: string): void {
  files.remove(layout.attachment(key));
}

/** What it keeps, then a record that a burial cut short left, then the tombstone: until it is gone all of it can be repeated. */
export async function exhume(stock: OpenStock, key: string): Promise<void> {
  const tombstone = readTombstone(stock, key);
  if (tombstone !== undefined) await dropLease(stock, tombstone.lease);
  stock.files.remove(stock.layout.tombstone(key));
}

/** Exhumes what is due; answers whether there is no tombstone any more. */
export async function expire(stock: OpenStock, key: string, olderThanMs: number): Promise<boolean> {
  const tombstone = readTombstone(stock, key);
  const age = tombstone && ageOf(tombstone.buried, stock.clock);
  if (age !== undefined && age < olderThanMs) return false;
  await exhume(stock, key);
  return true;
}

/** A tombstone as the verbs see it. */
export function asTombstone(shelf: Shelf, { lease, buried }: TombstoneRecord): Tombstone {
  return { ...lease, ageMs: ageOf(buried, shelf.clock) };
}
