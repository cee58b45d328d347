/** MIB_IPFORWARD_ROW2 (netioapi.h): a row of the route table as bytes. Offsets are those of 64-bit Windows. */
import { ipFrom } from '../net/ip.ts';
import { INFINITE, type Route, type RouteRow } from './ip-helper.ts';
import { decodeAddress, encodeAddress } from './sockaddr.ts';

export const FORWARD_ROW_SIZE = 104;

const AT = {
  luid: 0,
  index: 8,
  prefix: 12,
  prefixLength: 40,
  nextHop: 44,
  sitePrefixLength: 72,
  validLifetime: 76,
  preferredLifetime: 80,
  metric: 84,
  protocol: 88,
  loopback: 92,
  autoconfigureAddress: 93,
  publish: 94,
  immortal: 95,
  age: 96,
  origin: 100,
} as const;

/** As InitializeIpForwardEntry leaves them. It sets a site prefix length of 255 too, which Create refuses; ours is 0. */
const INITIAL = {
  index: 0,
  validLifetime: INFINITE,
  preferredLifetime: INFINITE,
  loopback: true,
  autoconfigureAddress: true,
  publish: true,
  immortal: true,
  age: 0,
  origin: 0,
} as const;

/** The row of a route to be written; its interface is named by the LUID alone. */
export const encodeRoute = (route: Route): Buffer => encodeRouteRow({ ...INITIAL, ...route });

export function encodeRouteRow(row: RouteRow): Buffer {
  const bytes = Buffer.alloc(FORWARD_ROW_SIZE);
  bytes.writeBigUInt64LE(row.luid, AT.luid);
  bytes.writeUInt32LE(row.index, AT.index);
  encodeAddress(row.destination.ip).copy(bytes, AT.prefix);
  bytes.writeUInt8(row.destination.prefix, AT.prefixLength);
  encodeAddress(row.nextHop).copy(bytes, AT.nextHop);
  bytes.writeUInt32LE(row.validLifetime, AT.validLifetime);
  bytes.writeUInt32LE(row.preferredLifetime, AT.preferredLifetime);
  bytes.writeUInt32LE(row.metric, AT.metric);
  bytes.writeInt32LE(row.protocol, AT.protocol);
  for (const flag of ['loopback', 'autoconfigureAddress', 'publish', 'immortal'] as const) {
    bytes.writeUInt8(Number(row[flag]), AT[flag]);
  }
  bytes.writeUInt32LE(row.age, AT.age);
  bytes.writeInt32LE(row.origin, AT.origin);
  return bytes;
}

/** @throws {RangeError} when the destination is of neither family. */
export function decodeRouteRow(bytes: Buffer, at = 0): RouteRow {
  const row = bytes.subarray(at, at + FORWARD_ROW_SIZE);
  const prefix = decodeAddress(row, AT.prefix);
  if (prefix === undefined) throw new RangeError(`Cannot read a route: its family is ${row.readUInt16LE(AT.prefix)}`);
  return {
    luid: row.readBigUInt64LE(AT.luid),
    index: row.readUInt32LE(AT.index),
    destination: { ip: prefix, prefix: row.readUInt8(AT.prefixLength) },
    // A next hop that is not set means what a zero one does: on link.
    nextHop: decodeAddress(row, AT.nextHop) ?? ipFrom(prefix.family, 0n),
    validLifetime: row.readUInt32LE(AT.validLifetime),
    preferredLifetime: row.readUInt32LE(AT.preferredLifetime),
    metric: row.readUInt32LE(AT.metric),
    protocol: row.readInt32LE(AT.protocol),
    loopback: row.readUInt8(AT.loopback) !== 0,
    autoconfigureAddress: row.readUInt8(AT.autoconfigureAddress) !== 0,
    publish: row.readUInt8(AT.publish) !== 0,
    immortal: row.readUInt8(AT.immortal) !== 0,
    age: row.readUInt32LE(AT.age),
    origin: row.readInt32LE(AT.origin),
  };
}
