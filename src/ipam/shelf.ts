/** The files of one network as records and holders: single reads and writes, each whole in itself; their order is not decided here. */
import { dirname } from 'node:path';
import type { Files } from '../disk/files.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { CniError, Code } from '../spec/error.ts';
import { contentOf, type Layout } from './layout.ts';
import type { Clock, Holder, Lease } from './lease.ts';
import {
  decodeLease,
  decodeTombstone,
  encodeLease,
  encodeTombstone,
  type LeaseRecord,
  type TombstoneRecord,
} from './record.ts';

/** A network's folder. */
export interface Folder {
  readonly files: Files;
  readonly layout: Layout;
}

/** What the steps of the store work on. */
export interface Shelf extends Folder {
  readonly clock: Clock;
}

/**
 * Whether the folder is there. Throws code 5 where one of ours is a link: it was put there by somebody else, since whoever
 * wants the state elsewhere says so by `dataDir`, and would send what is written to any place.
 */
export function refuseLinks({ files, layout }: Folder): boolean {
  const { folder, records, attachments, tombstones, ports } = layout;
  const isThere = files.isLink(folder);
  const link =
    isThere === true
      ? folder
      : [records, attachments, tombstones, dirname(ports), ports].find((path) => files.isLink(path) === true);
  if (link !== undefined) throw new CniError(Code.Io, `Cannot use "${link}": it is a link, expected a folder`);
  return isThere !== undefined;
}

/** Whom an address file names. */
export type Named = Pick<Holder, 'containerId' | 'ifname'>;

export function readLease({ files, layout }: Shelf, key: string): LeaseRecord | undefined {
  const path = layout.attachment(key);
  const content = files.readText(path);
  return content === undefined ? undefined : decodeLease(content, path);
}

/** The addresses that a lease has files for. */
export const filed = ({ source, addresses }: Pick<Lease, 'source' | 'addresses'>): readonly Ip[] =>
  source === 'host-local' ? addresses.map(({ ip }) => ip) : [];

/**
 * The record of a living attachment. One with a tombstone is dead, whatever a crash left beside it. One without its
 * address files was never answered by `reserve`, or is half released, or host-local has released it: its addresses may
 * be another's by now, so it counts as none.
 */
export function readLiving(shelf: Shelf, key: string): LeaseRecord | undefined {
  const record = readTombstone(shelf, key) === undefined ? readLease(shelf, key) : undefined;
  return record !== undefined && isComplete(shelf, record.lease) ? record : undefined;
}

/** Whether all addresses of a lease are still its own. */
export const isComplete = (shelf: Shelf, lease: Lease): boolean =>
  filed(lease).every((ip) => isHeldBy(shelf, ip, lease));

export function writeLease({ files, layout }: Shelf, made: LeaseRecord): void {
  files.writeFlushed(layout.attachment(made.lease.key), encodeLease(made));
}

export function readTombstone({ files, layout }: Shelf, key: string): TombstoneRecord | undefined {
  const path = layout.tombstone(key);
  const content = files.readText(path);
  return content === undefined ? undefined : decodeTombstone(content, path);
}

export function writeTombstone({ files, layout }: Shelf, made: TombstoneRecord): void {
  files.writeFlushed(layout.tombstone(made.lease.key), encodeTombstone(made));
}

/** The address given last from a range set; what cannot be read as one counts as none, as with host-local. */
export function readLastReserved({ files, layout }: Folder, set: number): Ip | undefined {
  return parseIp(files.readText(layout.lastReserved(set))?.trim() ?? '');
}

/** Removes an address's file if it is the holder's, and what a crash left of writing it; false where another one's stays. */
export function freeAddress({ files, layout }: Folder, ip: Ip, holder: Named): boolean {
  const path = layout.address(ip);
  const content = files.readText(path)?.trim();
  const isFree = content === undefined || content === contentOf(holder);
  if (isFree) files.remove(path);
  return isFree;
}

/** Whether an address's file names this holder. */
export function isHeldBy({ files, layout }: Shelf, ip: Ip, holder: Holder): boolean {
  return files.readText(layout.address(ip))?.trim() === contentOf(holder);
}

/**
 * The addresses that host-local's files give to this holder. Files of versions of host-local that knew no interface hold the id
 * alone; they count when there is no other.
 */
export function addressesHeldBy({ files, layout }: Folder, index: Holders, holder: Named): readonly Ip[] {
  const named = (content: string): readonly Ip[] =>
    index.mayHold(content).filter((ip) => files.readText(layout.address(ip))?.trim() === content);
  const exact = named(contentOf(holder));
  return exact.length > 0 ? exact : named(holder.containerId);
}

/** Addresses that may have this content in their files, and all of those that have. */
export interface Holders {
  readonly mayHold: (content: string) => readonly Ip[];
}
