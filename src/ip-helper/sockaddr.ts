/** SOCKADDR_INET (ws2ipdef.h): an address as Windows has it in memory. Ports and zones are left at zero. */
import { type Family, type Ip, ipFrom } from '../net/ip.ts';

/** Bytes of the union; an IPv4 address fills 16 of them. */
export const SOCKADDR_SIZE = 28;

/** AF_INET and AF_INET6 (winsock2.h); the latter is another number than on Linux. */
export const ADDRESS_FAMILY = { 4: 2, 6: 23 } as const;
/** AF_UNSPEC: both families. */
export const UNSPECIFIED = 0;

const V4 = 4;
const V6 = 8;

/** The family of a number of ADDRESS_FAMILY; undefined for any other. */
export const familyOf = (number: number): Family | undefined =>
  number === ADDRESS_FAMILY[4] ? 4 : number === ADDRESS_FAMILY[6] ? 6 : undefined;

export function encodeAddress(ip: Ip): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_SIZE);
  bytes.writeUInt16LE(ADDRESS_FAMILY[ip.family], 0);
  if (ip.family === 4) bytes.writeUInt32BE(Number(ip.value), V4);
  else bytes.write(ip.value.toString(16).padStart(32, '0'), V6, 'hex');
  return bytes;
}

/** The address at `at`; undefined when it is of neither family, as one that is not set. */
export function decodeAddress(bytes: Buffer, at = 0): Ip | undefined {
  const family = familyOf(bytes.readUInt16LE(at));
  if (family === undefined) return undefined;
  const value =
    family === 4 ? BigInt(bytes.readUInt32BE(at + V4)) : BigInt(`0x${bytes.toString('hex', at + V6, at + V6 + 16)}`);
  return ipFrom(family, value);
}
