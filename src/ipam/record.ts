/** Our records as JSON: leases and tombstones with the boot they were made in. What is unreadable is an error, never absence. */
import { type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import {
  bool,
  type Decoder,
  fail,
  integer,
  type Json,
  list,
  oneOf,
  optional,
  record,
  required,
  text,
} from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Source } from './config.ts';
import type { Clock, HostPort, Lease } from './lease.ts';

/** A moment that is comparable within one boot. */
export interface Stamp {
  readonly bootId: string;
  /** Milliseconds since that boot. */
  readonly uptimeMs: number;
}

/** What lies in `attachments`: the lease, stamped when it was reserved. */
export interface LeaseRecord {
  readonly lease: Lease;
  readonly made: Stamp;
}

/** What lies in `tombstones`: the record as it was, stamped when it was buried. */
export interface TombstoneRecord extends LeaseRecord {
  readonly buried: Stamp;
  /** Somebody was about to delete its endpoint at that time. */
  readonly claimed: boolean;
}

const VERSION = 2;
/** It had no source: then a record with addresses was host-local's, one without was that of a plugin. */
const OLDEST = 1;
const SOURCES: readonly Source[] = ['host-local', 'static', 'plugin', 'hns'];

export function stampNow(clock: Clock): Stamp {
  return { bootId: clock.bootId(), uptimeMs: Math.floor(clock.uptimeMs()) };
}

/** Milliseconds since the stamp, or undefined when it is from another boot: then it is older than this one. */
export function ageOf(stamp: Stamp, clock: Clock): number | undefined {
  return stamp.bootId === clock.bootId() ? Math.max(0, clock.uptimeMs() - stamp.uptimeMs) : undefined;
}

export function encodeLease({ lease, made }: LeaseRecord): string {
  return `${JSON.stringify(leaseJson({ lease, made }))}\n`;
}

export function encodeTombstone({ lease, made, buried, claimed }: TombstoneRecord): string {
  return `${JSON.stringify({ ...leaseJson({ lease, made }), buried, claimed })}\n`;
}

/** The record in the file at `path`. @throws code 101 naming the path: an unknown version, or not what we wrote. */
export function decodeLease(content: string, path: string): LeaseRecord {
  return decode(content, path, leaseRecord);
}

/** The same for a tombstone. */
export function decodeTombstone(content: string, path: string): TombstoneRecord {
  return decode(content, path, (value, at) => ({
    ...leaseRecord(value, at),
    buried: required(record(value, at), 'buried', { path: at, as: stamp }),
    claimed: required(record(value, at), 'claimed', { path: at, as: bool }),
  }));
}

function leaseJson({ lease, made }: LeaseRecord): Json {
  return { version: VERSION, ...lease, addresses: lease.addresses.map(formatCidr), ...made };
}

function decode<T>(content: string, path: string, as: Decoder<T>): T {
  try {
    const value = record(JSON.parse(content), '');
    required(value, 'version', { path: '', as: integer(OLDEST, VERSION) });
    return as(value, '');
  } catch (cause) {
    // Of what is no JSON, and so not ours, nothing is quoted.
    const reason = cause instanceof CniError ? cause.message : 'it is no JSON';
    throw new CniError(
      Code.Ipam,
      `Cannot read the lease record "${path}": it is unreadable, expected version ${OLDEST} to ${VERSION}`,
      {
        details: `${reason}; the file is left as it is`,
        cause,
      },
    );
  }
}

const sourceOf = (addresses: readonly Cidr[]): Source => (addresses.length === 0 ? 'plugin' : 'host-local');

const cidr: Decoder<Cidr> = (value, path) => parseCidr(text(value, path)) ?? fail(path, 'a CIDR', value);

const hostPort: Decoder<HostPort> = (value, path) => {
  const object = record(value, path);
  return {
    protocol: required(object, 'protocol', { path, as: integer(0, 255) }),
    hostPort: required(object, 'hostPort', { path, as: integer(0, 65_535) }),
    hostIp: optional(object, 'hostIp', { path, as: text }),
  };
};

const stamp: Decoder<Stamp> = (value, path) => {
  const object = record(value, path);
  return {
    bootId: required(object, 'bootId', { path, as: text }),
    uptimeMs: required(object, 'uptimeMs', { path, as: integer(0, Number.MAX_SAFE_INTEGER) }),
  };
};

const leaseRecord: Decoder<LeaseRecord> = (value, path) => {
  const object = record(value, path);
  const at = <T>(key: string, as: Decoder<T>): T => required(object, key, { path, as });
  const addresses = at('addresses', list(cidr));
  const lease: Lease = {
    key: at('key', text),
    containerId: at('containerId', text),
    ifname: at('ifname', text),
    network: at('network', text),
    hnsNetworkId: at('hnsNetworkId', text),
    endpointId: at('endpointId', text),
    endpointName: at('endpointName', text),
    netns: at('netns', text),
    ports: optional(object, 'ports', { path, as: list(hostPort) }) ?? [],
    source: object['version'] === OLDEST ? sourceOf(addresses) : at('source', oneOf(...SOURCES)),
    addresses,
    state: at('state', oneOf('pending', 'ready')),
    inFlight: at('inFlight', bool),
  };
  return { lease, made: stamp(value, path) };
};
