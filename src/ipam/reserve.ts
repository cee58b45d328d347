/** Reserving: the steps under the lock, from "does it exist" to files that a crash at any instant leaves explicable. */
import type { Cidr } from '../net/cidr.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Source } from './config.ts';
import { contentOf } from './layout.ts';
import type { Lease, Reservation, ReserveRequest } from './lease.ts';
import { pickAddresses } from './pick.ts';
import { claimPorts, clashOf, withPorts } from './ports.ts';
import { type LeaseRecord, stampNow } from './record.ts';
import { asTombstone, dropLease, dropUnder } from './release.ts';
import { addressesHeldBy, filed, isComplete, readLease, readTombstone, writeLease } from './shelf.ts';
import type { OpenStock } from './stock.ts';

/** The addresses that the configuration gives, or why not. The record is on disk before any address file is. */
export async function reserve(stock: OpenStock, request: ReserveRequest): Promise<Reservation> {
  const tombstone = readTombstone(stock, request.key);
  if (tombstone !== undefined) return { kind: 'buried', tombstone: asTombstone(stock, tombstone) };
  const record = readLease(stock, request.key);
  if (record !== undefined && isComplete(stock, record.lease)) return { kind: 'exists', lease: record.lease };
  const held = addressesHeldBy(stock, stock.index.get(), request);
  const named = new Set(record && filed(record.lease).map(({ text }) => text));
  // Another program has given the container addresses since, perhaps one of the record's among them: it is none of ours to take.
  if (held.some(({ text }) => !named.has(text))) return { kind: 'foreign', addresses: held };
  if (record !== undefined) await dropLease(stock, record.lease);

  const picked = pickAddresses(stock, request);
  if (picked.kind !== 'picked') return picked;
  const lease = pendingLease(request, stock.supply.source, picked.addresses);
  return withPorts(stock, lease.ports, () => {
    const clash = clashOf(stock, lease);
    if (clash !== undefined) return { kind: 'port', ...clash };
    take(stock, { lease, made: stampNow(stock.clock) }, request);
    return { kind: 'reserved', lease };
  });
}

function pendingLease(request: ReserveRequest, source: Source, addresses: readonly Cidr[]): Lease {
  return {
    key: request.key,
    containerId: request.containerId,
    ifname: request.ifname,
    network: request.network,
    hnsNetworkId: request.hnsNetworkId,
    endpointId: request.endpointId,
    endpointName: request.endpointName,
    netns: request.netns,
    ports: request.ports,
    source,
    addresses,
    state: 'pending',
    inFlight: false,
  };
}

/** Record, ports, address files, place in the round: in this order (see store.ts); what an error cuts short is taken back. */
function take(stock: OpenStock, made: LeaseRecord, { podNamespace, podName }: ReserveRequest): void {
  const { files, layout } = stock;
  const { lease } = made;
  const { network, key, containerId, ifname, ports } = lease;
  try {
    writeLease(stock, made);
    claimPorts(stock, { network, key, containerId, ifname, podNamespace, podName }, ports);
    for (const ip of filed(lease)) {
      if (files.createExclusive(layout.address(ip), contentOf(lease))) {
        stock.index.get().take(ip, contentOf(lease));
        continue;
      }
      throw new CniError(
        Code.Ipam,
        `Cannot reserve ${ip.text}: its file has just appeared, expected no writer beside the lock`,
      );
    }
    for (const [index, ip] of filed(lease).entries()) files.write(layout.lastReserved(index), ip.text);
  } catch (failure) {
    takeBack(stock, lease);
    throw failure;
  }
}

/** Best effort: the failure that led here is the one to report, and DEL finishes what is left. */
function takeBack(stock: OpenStock, lease: Lease): void {
  try {
    dropUnder(stock, lease);
  } catch {
    // See above.
  }
}
