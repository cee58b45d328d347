/** Giving back: release, burial and exhumation as steps under the lock, each of which may be the last and can be repeated. */
import type { Holder, Lease, Tombstone } from './lease.ts';
import { ageOf, stampNow, type TombstoneRecord } from './record.ts';
import {
  addressesHeldBy,
  filed,
  freeAddress,
  readLease,
  readLiving,
  readTombstone,
  type Shelf,
  writeTombstone,
} from './shelf.ts';

/**
 * Frees the holder's addresses, then drops its record. Without a record, a lease that another program wrote for the
 * same container and interface is looked for, in every file: a record whose files host-local has removed makes numbers agree
 * that do not. What a tombstone keeps stays kept.
 */
export function release(shelf: Shelf, holder: Holder): void {
  const isBuried = readTombstone(shelf, holder.key) !== undefined;
  const lease = isBuried ? undefined : readLease(shelf, holder.key)?.lease;
  for (const ip of lease === undefined ? [] : filed(lease)) freeAddress(shelf, ip, holder);
  if (!isBuried && lease === undefined) {
    const names = shelf.files.list(shelf.layout.folder);
    for (const ip of addressesHeldBy(shelf, holder, names)) shelf.files.remove(shelf.layout.address(ip));
  }
  dropRecord(shelf, holder.key);
}

/** Addresses first: a record without them is found and dropped again, addresses without a record would be lost. */
export function dropLease(shelf: Shelf, lease: Lease): void {
  for (const ip of filed(lease)) freeAddress(shelf, ip, lease);
  dropRecord(shelf, lease.key);
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

/** Addresses, then a record that a burial cut short left, then the tombstone: until it is gone all of it can be repeated. */
export function exhume(shelf: Shelf, key: string): void {
  const tombstone = readTombstone(shelf, key);
  if (tombstone !== undefined) dropLease(shelf, tombstone.lease);
  shelf.files.remove(shelf.layout.tombstone(key));
}

/** Exhumes what is due; answers whether there is no tombstone any more. */
export function expire(shelf: Shelf, key: string, olderThanMs: number): boolean {
  const tombstone = readTombstone(shelf, key);
  const age = tombstone && ageOf(tombstone.buried, shelf.clock);
  if (age !== undefined && age < olderThanMs) return false;
  exhume(shelf, key);
  return true;
}

/** A tombstone as the verbs see it. */
export function asTombstone(shelf: Shelf, { lease, buried }: TombstoneRecord): Tombstone {
  return { ...lease, ageMs: ageOf(buried, shelf.clock) };
}
