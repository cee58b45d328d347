/** Leases that an earlier boot left: a few are looked at by each ADD, and go when HNS has no endpoint for them. */
import type { Ip } from '../net/ip.ts';
import { CniError, Code } from '../spec/error.ts';
import { peekIndex } from './index-file.ts';
import type { Lease } from './lease.ts';
import { ageOf } from './record.ts';
import { dropLease } from './release.ts';
import { filed, readLease, readTombstone } from './shelf.ts';
import { indexedBy, type OpenStock, type Stock } from './stock.ts';

export interface SuspectQuestion {
  readonly limit: number;
  /** The name of a holder's record. */
  readonly keyOf: (holder: Pick<Lease, 'containerId' | 'ifname'>) => string;
}

/** Whether there are any, told without the lock: the usual node has none. */
export const mayHaveSuspects = (stock: Stock): boolean =>
  peekIndex(indexedBy(stock), (index) => index.old(1).length > 0) ?? false;

/** Leases that were made before this boot; whose are not, or not ours, are asked for once only. */
export function suspects(stock: OpenStock, { limit, keyOf }: SuspectQuestion): readonly Lease[] {
  const index = stock.index.get();
  const found = new Map<string, Lease>();
  for (const ip of index.old(limit)) {
    const lease = deadPerhaps(stock, ip, keyOf);
    if (lease === undefined) index.spare(ip);
    else found.set(lease.key, lease);
  }
  return [...found.values()];
}

/** HNS has its endpoint. */
export function spare(stock: OpenStock, key: string): void {
  const record = readLease(stock, key);
  if (record === undefined) return;
  const index = stock.index.get();
  for (const ip of filed(record.lease)) index.spare(ip);
}

/** Frees it if it is of an earlier boot by now: another command may have made it anew. */
export async function reclaim(stock: OpenStock, key: string): Promise<boolean> {
  const record = readTombstone(stock, key) === undefined ? readLease(stock, key) : undefined;
  if (record === undefined || ageOf(record.made, stock.clock) !== undefined) return false;
  await dropLease(stock, record.lease);
  return true;
}

function deadPerhaps(stock: OpenStock, ip: Ip, keyOf: SuspectQuestion['keyOf']): Lease | undefined {
  const [containerId, ifname] = stock.files.readText(stock.layout.address(ip))?.trim().split(/\r?\n/) ?? [];
  if (containerId === undefined || ifname === undefined) return undefined;
  try {
    const key = keyOf({ containerId, ifname });
    const record = readTombstone(stock, key) === undefined ? readLease(stock, key) : undefined;
    const isOld = record !== undefined && ageOf(record.made, stock.clock) === undefined;
    return isOld && filed(record.lease).some(({ text }) => text === ip.text) ? record.lease : undefined;
  } catch (failure) {
    if (!(failure instanceof CniError) || failure.code !== Code.Ipam) throw failure;
    stock.onUnreadable(failure);
    return undefined;
  }
}
