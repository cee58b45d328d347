/** What a list of peers asks for, whatever it becomes: an entry for each block, or why there is none. Pure. */
import { type Cidr, contains, formatCidr, overlaps } from '../net/cidr.ts';
import { type Ip, sameIp } from '../net/ip.ts';
import type { Peer } from './peers.ts';

export interface Refusal {
  readonly peer: string;
  readonly destination: Cidr;
  readonly why: string;
}

export interface Wanted<T> {
  readonly entries: readonly T[];
  /** Blocks that cannot be judged or given a way; the others go on. */
  readonly refused: readonly Refusal[];
  /** The names of the peers by the texts of their blocks. */
  readonly peerOf: ReadonlyMap<string, string>;
}

/** What is known of this node. */
export interface Self {
  /** Its name in the list; its addresses tell, too. */
  readonly nodeName: string | undefined;
  /** Of all its adapters. */
  readonly addresses: readonly Ip[];
  /** The blocks of its own pods. */
  readonly blocks: readonly Cidr[];
}

/** `entryFor` answers the entry, why there can be none, or undefined for a block that is nobody's business here. */
export function wantedFor<T extends object>(
  peers: readonly Peer[],
  self: Self,
  entryFor: (peer: Peer, destination: Cidr) => T | string | undefined,
): Wanted<T> {
  const entries: T[] = [];
  const refused: Refusal[] = [];
  const peerOf = new Map<string, string>();
  for (const peer of peers.filter((each) => !isSelf(each, self))) {
    for (const destination of peer.podCidrs) {
      const entry = ownedBy(self, destination) ?? entryFor(peer, destination);
      if (typeof entry === 'string') refused.push({ peer: peer.name, destination, why: entry });
      else if (entry !== undefined) entries.push(entry);
      peerOf.set(formatCidr(destination), peer.name);
    }
  }
  return { entries, refused, peerOf };
}

/** A node needs no way to itself. */
function isSelf({ name, addresses, providerAddress }: Peer, self: Self): boolean {
  if (name === self.nodeName) return true;
  const all = providerAddress === undefined ? addresses : [...addresses, providerAddress];
  return all.some((address) => self.addresses.some((own) => sameIp(own, address)));
}

/** Why a block cannot be another node's. */
function ownedBy({ blocks, addresses }: Self, destination: Cidr): string | undefined {
  const block = blocks.find((each) => overlaps(each, destination));
  if (block !== undefined) return `${formatCidr(block)} is this node's own pod CIDR`;
  const address = addresses.find((each) => contains(destination, each));
  return address === undefined ? undefined : `${address.text} is an address of this node`;
}
