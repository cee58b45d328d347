/** Blocks of addresses: a prefix and an address inside it; which of them are handed out is ipam's. */
import { BITS, compareIp, type Ip, ipFrom, parseIp } from './ip.ts';

/** An address with its prefix length. The host bits are kept, as in a pod's `10.244.3.7/24`; see `networkOf`. */
export interface Cidr {
  readonly ip: Ip;
  readonly prefix: number;
}

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** `address/prefix` (RFC 4632 3.1), or undefined when it is not that; a prefix is decimal, without leading zeros. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...more] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || more.length > 0 || !PREFIX.test(length)) return undefined;
  const prefix = Number(length);
  return prefix > BITS[ip.family] ? undefined : { ip, prefix };
}

/** The text of a block, host bits included. */
export function formatCidr(cidr: Cidr): string {
  return `${cidr.ip.text}/${cidr.prefix}`;
}

/** The first address of the block: all host bits zero. */
export function networkOf(cidr: Cidr): Ip {
  return ipFrom(cidr.ip.family, first(cidr));
}

/** The last address of the block: all host bits one. For IPv4 that is the broadcast address. */
export function lastOf(cidr: Cidr): Ip {
  return ipFrom(cidr.ip.family, first(cidr) + sizeOf(cidr) - 1n);
}

/** How many addresses the block has, the first and the last included. */
export function sizeOf(cidr: Cidr): bigint {
  return 1n << BigInt(BITS[cidr.ip.family] - cidr.prefix);
}

/** Whether the address lies in the block; never for another family. */
export function contains(cidr: Cidr, ip: Ip): boolean {
  if (ip.family !== cidr.ip.family) return false;
  const distance = ip.value - first(cidr);
  return distance >= 0n && distance < sizeOf(cidr);
}

/** Whether two blocks share an address: then one holds the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, networkOf(b)) || contains(b, networkOf(a));
}

/** Order for sorting: by the first address, and of those that begin at the same one the larger block first. */
export function compareCidr(a: Cidr, b: Cidr): number {
  return compareIp(networkOf(a), networkOf(b)) || a.prefix - b.prefix;
}

function first(cidr: Cidr): bigint {
  const host = BigInt(BITS[cidr.ip.family] - cidr.prefix);
  return (cidr.ip.value >> host) << host;
}

/** The block of all addresses of a family, in text: what a default route leads to. */
export const DEFAULT_ROUTE = { 4: '0.0.0.0/0', 6: '::/0' } as const;
