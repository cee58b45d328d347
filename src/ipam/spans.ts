/** Sets of ranges as places in a row, counted from 0 through all of them. Pure. */
import { compareIp, type Ip, offset } from '../net/ip.ts';

/** Addresses of one family, both ends included. */
export interface Span {
  readonly first: Ip;
  readonly last: Ip;
}

export type Spans = readonly Span[];

const lengthOf = ({ first, last }: Span): bigint => last.value - first.value + 1n;

export const sizeOf = (spans: Spans): bigint => spans.reduce((sum, span) => sum + lengthOf(span), 0n);

export const spanOf = <T extends Span>(spans: readonly T[], ip: Ip): T | undefined =>
  spans.find(({ first, last }) => compareIp(first, ip) <= 0 && compareIp(ip, last) <= 0);

/** The place after an address; 0 when no range has it, or when it is the last. */
export function placeAfter(spans: Spans, ip: Ip | undefined): bigint {
  const own = ip && spanOf(spans, ip);
  if (ip === undefined || own === undefined) return 0n;
  const before = sizeOf(spans.slice(0, spans.indexOf(own)));
  return (before + ip.value - own.first.value + 1n) % sizeOf(spans);
}

/** The address at a place. @throws {RangeError} where there is none. */
export function addressAt(spans: Spans, place: bigint): Ip {
  let left = place;
  for (const span of spans) {
    if (left < lengthOf(span)) return offset(span.first, left);
    left -= lengthOf(span);
  }
  throw new RangeError(`Cannot tell the address at ${place}: there are ${sizeOf(spans)}`);
}
