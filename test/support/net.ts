/** Addresses for tests: from literals, and as arbitraries that favour the edges. */
import fc from 'fast-check';
import { type Cidr, parseCidr } from '../../src/net/cidr.ts';
import { BITS, type Family, type Ip, parseIp } from '../../src/net/ip.ts';

/** The address of a literal; a wrong literal is a fault of the test. */
export function ip(text: string): Ip {
  const read = parseIp(text);
  if (read === undefined) throw new Error(`Cannot read the address "${text}"`);
  return read;
}

/** The block of a literal. */
export function cidr(text: string): Cidr {
  const read = parseCidr(text);
  if (read === undefined) throw new Error(`Cannot read the block "${text}"`);
  return read;
}

export const family: fc.Arbitrary<Family> = fc.constantFrom<Family>(4, 6);

/** Any value of a family, with runs of zero groups as often as not: they are what text forms differ in. */
export function ipValue(only?: Family): fc.Arbitrary<{ readonly family: Family; readonly value: bigint }> {
  return (only === undefined ? family : fc.constant(only)).chain((f) => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), {
      minLength: BITS[f] / 16,
      maxLength: BITS[f] / 16,
    });
    return groups.map((all) => ({ family: f, value: all.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n) }));
  });
}
