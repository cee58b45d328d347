/** What the verbs see of IPAM: leases, what became of them, and the ports the store is built on. */
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { Source } from './config.ts';
import type { SuspectQuestion } from './reclaim.ts';

/** Who holds an address: one interface of one container on one network. */
export interface Holder {
  /** Name-based GUID over network, container and interface: the record's file name. */
  readonly key: string;
  readonly containerId: string;
  readonly ifname: string;
}

/**
 * `pending`: the runtime has not been told of it, so the endpoint may exist, may still come, or may never;
 * `ready`: ADD printed its result.
 */
export type LeaseState = 'pending' | 'ready';

/** A port of the node that leads to the attachment. */
export interface HostPort {
  /** IANA's number: 6 is TCP, 17 UDP. */
  readonly protocol: number;
  readonly hostPort: number;
  /** The node's address it is for; undefined, and each spelling of "any", for all of them. */
  readonly hostIp: string | undefined;
}

/** Who has a host port. */
export interface PortHolder extends Holder {
  readonly network: string;
  readonly podNamespace: string | undefined;
  readonly podName: string | undefined;
}

export interface Lease extends Holder {
  readonly state: LeaseState;
  /** An HNS call on its endpoint was given up on: HNS may still carry it out. */
  readonly inFlight: boolean;
  /** Who gives the addresses. Only those of host-local are in files. */
  readonly source: Source;
  /** Host bits kept; the prefix is the IPAM subnet's. What a plugin or HNS gave is here from `commit` on. */
  readonly addresses: readonly Cidr[];
  readonly network: string;
  readonly hnsNetworkId: string;
  readonly endpointId: string;
  readonly endpointName: string;
  /** GUID of the HCN namespace, lower case. */
  readonly netns: string;
  readonly ports: readonly HostPort[];
}

/** A lease whose attachment is gone while HNS may still make its endpoint; address and id stay set aside. */
export interface Tombstone extends Lease {
  /** Milliseconds since it was buried, by a clock that only runs within one boot; undefined when that was another boot. */
  readonly ageMs: number | undefined;
}

export interface ReserveRequest extends Omit<Lease, 'state' | 'inFlight' | 'source' | 'addresses'> {
  /** Addresses HNS refused in this command: not to be tried again. */
  readonly exclude: readonly Ip[];
  /** Takes an address in quarantine where no other is left. */
  readonly ignoresQuarantine: boolean;
  /** Addresses the network keeps for itself, which its type decides: never handed out, also where a range holds them. */
  readonly reserved: readonly Ip[];
  /** As far as the runtime says: for whoever asks for the same host port. */
  readonly podNamespace: string | undefined;
  readonly podName: string | undefined;
}

export type Reservation =
  | { readonly kind: 'reserved'; readonly lease: Lease }
  /** The attachment has a record already. */
  | { readonly kind: 'exists'; readonly lease: Lease }
  | { readonly kind: 'buried'; readonly tombstone: Tombstone }
  /** Another program's reservation of this container and interface, on host-local's files. */
  | { readonly kind: 'foreign'; readonly addresses: readonly Ip[] }
  /** An address that was asked for cannot be given. */
  | { readonly kind: 'unavailable'; readonly address: Ip; readonly why: string }
  /** Another attachment of the node, on whichever network, has a host port that was asked for. */
  | { readonly kind: 'port'; readonly port: HostPort; readonly holder: PortHolder }
  | ({ readonly kind: 'full' } & Fullness);

/** How a set of ranges stands, addresses that the network keeps for itself left out. */
export interface Fullness {
  /** Addresses that somebody has, or that are set aside. */
  readonly used: number;
  readonly total: bigint;
  /** Of the used ones: left by an earlier boot, or set aside by a tombstone. */
  readonly leaked: number;
  /** Free ones that were given back a moment ago. */
  readonly quarantined: number;
}

/** Everything that is reserved on a network, whoever reserved it: what GC goes through. Reads every file there is. */
export interface Inventory {
  /** `ofThisBoot` tells whether it was reserved since the node started. */
  readonly leases: readonly { readonly lease: Lease; readonly ofThisBoot: boolean }[];
  readonly tombstones: readonly Tombstone[];
  /** Holders that host-local's files name and no record of ours does. */
  readonly others: readonly Pick<Holder, 'containerId' | 'ifname'>[];
}

/** The set that has no address left, else the first. */
export interface Usage extends Fullness {
  /** Whether the next ADD may free an address although none is free now: a tombstone is due, or a lease is of an earlier boot. */
  readonly canReclaim: boolean;
}

export interface UsageQuestion {
  /** A tombstone older than that counts as free. */
  readonly tombstoneMs: number;
  /** As in a reservation. */
  readonly reserved: readonly Ip[];
}

/** The leases of one network; each function takes the lock, does its files, and gives the lock back. */
export interface LeaseStore {
  /** The record is on disk, flushed, before this answers. */
  readonly reserve: (request: ReserveRequest) => Promise<Reservation>;
  readonly find: (key: string) => Promise<Lease | undefined>;
  /** The tombstone of this attachment, when it has one. */
  readonly buried: (key: string) => Promise<Tombstone | undefined>;
  /**
   * Addresses that this holder has: by its record, and where they are host-local's, by their files, too. Without a record the
   * folder is read, whoever wrote there: that is not the usual path.
   */
  readonly addressesOf: (holder: Holder) => Promise<readonly Ip[]>;
  /** `pending` becomes `ready`, with the addresses that a plugin or HNS gave: what is reserved here keeps those it has. */
  readonly commit: (key: string, given?: readonly Cidr[]) => Promise<void>;
  readonly markInFlight: (key: string) => Promise<void>;
  /**
   * Frees the holder's addresses, also those without a record of ours, and its host ports, then drops the record; idempotent.
   * Does nothing while the attachment has a tombstone: its addresses wait for `exhume`.
   */
  readonly release: (holder: Holder) => Promise<void>;
  /** The record becomes a tombstone; its addresses stay taken. */
  readonly bury: (key: string) => Promise<void>;
  /** At most `limit` tombstones, those not looked at for the longest time first. */
  readonly tombstones: (limit: number) => Promise<readonly Tombstone[]>;
  /**
   * For who is about to delete a tombstone's late endpoint: true for one process at a time, and the tombstone is as new
   * again. Without it, two sweeps may both see the endpoint, and the slower one deletes what the next ADD made under that id.
   */
  readonly claim: (key: string) => Promise<boolean>;
  readonly inventory: () => Promise<Inventory>;
  /** From the index, or the names of the folder, without the lock; a full one has its tombstones read. Only of addresses in ranges. */
  readonly usage: (question: UsageQuestion) => Promise<Usage>;
  /**
   * Exhumes the tombstone if it is older than that, or of another boot, by now: another process may have claimed it since it
   * was looked at. Answers whether there is none any more.
   */
  readonly expire: (key: string, olderThanMs: number) => Promise<boolean>;
  /** Whether there is a record under this key, told without the lock: `find` has nothing to say of others. */
  readonly isKnown: (key: string) => Promise<boolean>;
  /**
   * Leases of earlier boots, a few of them; HNS tells which of them are dead. Where there are none, a store that has used its
   * index knows; otherwise it is one look, without the lock.
   */
  readonly suspects: (question: SuspectQuestion) => Promise<readonly Lease[]>;
  /** A suspect whose endpoint is there: it is not asked for again in this boot. */
  readonly spare: (key: string) => Promise<void>;
  /** A suspect whose endpoint is not there: frees what it has, if it is of an earlier boot still; answers whether it was. */
  readonly reclaim: (key: string) => Promise<boolean>;
  /** Frees a tombstone's addresses and host ports, then drops it; for who has claimed it. */
  readonly exhume: (key: string) => Promise<void>;
}

/** An exclusive lock on a file that ends with the process; the answer releases it. Throws code 11 at the deadline. */
export interface Lock {
  readonly acquire: (path: string, deadlineMs: number) => Promise<() => void>;
}

/** Time that wall-clock changes do not move. */
export interface Clock {
  /** Another value after each boot. */
  readonly bootId: () => string;
  /** Milliseconds since boot. */
  readonly uptimeMs: () => number;
}
