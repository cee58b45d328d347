/** IP addresses of both families as numbers with one canonical text; blocks of them are in cidr.ts. */
import { Address6 } from 'ip-address';
import { ip2long, long2ip } from 'netmask';

export type Family = 4 | 6;

/** An address; `text` is its canonical form (RFC 5952 for IPv6), so equal addresses have equal texts. */
export interface Ip {
  readonly family: Family;
  readonly value: bigint;
  readonly text: string;
}

/** Width of an address in bits. */
export const BITS = { 4: 32, 6: 128 } as const;

/** Four decimal numbers without leading zeros: netmask's own parser also takes "10.1", octal and hexadecimal. */
const DOTTED = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;
/** ip-address also takes zones and prefixes; neither names one address of a pod. */
const COLONS = /^[0-9a-f:.]*:[0-9a-f:.]*$/i;
/** ::ffff:0:0/96 (RFC 4291 2.5.5.2): an IPv4 address in disguise, which would be a second spelling of it. */
const MAPPED = 0xffffn;

/**
 * An address from its text, or undefined when it is none.
 * No shorthand, leading zeros in IPv4, zone, prefix or white space; no IPv4-mapped IPv6.
 */
export function parseIp(text: string): Ip | undefined {
  if (DOTTED.test(text)) return parse4(text);
  return COLONS.test(text) ? parse6(text) : undefined;
}

/** The address with this value. @throws {RangeError} when the family has no such address. */
export function ipFrom(family: Family, value: bigint): Ip {
  if (value < 0n || value >> BigInt(BITS[family]) !== 0n) {
    throw new RangeError(`Cannot make an IPv${family} address: the value is ${value}, expected ${BITS[family]} bits`);
  }
  const text = family === 4 ? long2ip(Number(value)) : Address6.fromBigInt(value).correctForm();
  return { family, value, text };
}

/** The address `distance` further on, or back when negative. @throws {RangeError} outside the family. */
export function offset(ip: Ip, distance: bigint | number): Ip {
  return ipFrom(ip.family, ip.value + BigInt(distance));
}

/** Order for sorting: IPv4 before IPv6, then by value. */
export function compareIp(a: Ip, b: Ip): -1 | 0 | 1 {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}

export function sameIp(a: Ip, b: Ip): boolean {
  return compareIp(a, b) === 0;
}

function parse4(text: string): Ip | undefined {
  if (text.split('.').some((octet) => Number(octet) > 255)) return undefined;
  return { family: 4, value: BigInt(ip2long(text)), text };
}

function parse6(text: string): Ip | undefined {
  const address = readAddress6(text);
  if (address === undefined) return undefined;
  const value = address.bigInt();
  return value >> 32n === MAPPED ? undefined : { family: 6, value, text: address.correctForm() };
}

/** ip-address throws for what it cannot read; here that is an answer. */
function readAddress6(text: string): Address6 | undefined {
  try {
    return new Address6(text);
  } catch {
    return undefined;
  }
}
