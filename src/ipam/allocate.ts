/** Which address is next: round robin through a set of ranges, past what may not be given. Pure. */
import { contains } from '../net/cidr.ts';
import { compareIp, type Ip, sameIp } from '../net/ip.ts';
import type { Range, RangeSet } from './ranges.ts';
import { addressAt, placeAfter, sizeOf } from './spans.ts';

export interface Question {
  readonly set: RangeSet;
  /** The address given last; another set's or none starts at the beginning. */
  readonly after: Ip | undefined;
  readonly isTaken: (ip: Ip) => boolean;
  /** At most how many addresses are taken: bounds the search in a range of 2^64. */
  readonly takenAtMost: number;
  /** Never given, beside each range's own gateway: reserved on the network, or refused by HNS in this command. */
  readonly never: readonly Ip[];
}

export interface Choice {
  readonly ip: Ip;
  readonly range: Range;
}

/** The first address after the last given one, wrapping once, that is neither taken nor ruled out. */
export function nextAddress({ set, after, isTaken, takenAtMost, never }: Question): Choice | undefined {
  const ruledOut = new Set(never.map((ip) => ip.text));
  const most = BigInt(takenAtMost + ruledOut.size + set.length + 1);
  const size = sizeOf(set);
  const start = placeAfter(set, after);
  for (let step = 0n; step < size && step < most; step++) {
    const ip = addressAt(set, (start + step) % size);
    const range = rangeFor(set, ip);
    if (range === undefined || sameIp(ip, range.gateway)) continue;
    if (!ruledOut.has(ip.text) && !isTaken(ip)) return { ip, range };
  }
  return undefined;
}

/** The range of the set that gives this address, were it free; its own gateway's address counts. */
export const rangeFor = (set: RangeSet, ip: Ip): Range | undefined => set.find((range) => isWithin(range, ip));

/** The addresses of a set that are never given: each range's own gateway, and those reserved on the network. */
export function keptIn(set: RangeSet, reserved: readonly Ip[]): ReadonlySet<string> {
  const gateways = set.filter((range) => isWithin(range, range.gateway)).map(({ gateway }) => gateway);
  return new Set([...gateways, ...reserved.filter((ip) => rangeFor(set, ip))].map((ip) => ip.text));
}

/** How many addresses a set can give at all. */
export const capacityOf = (set: RangeSet, reserved: readonly Ip[]): bigint =>
  sizeOf(set) - BigInt(keptIn(set, reserved).size);

/** Whether the address lies between the range's ends. */
export function isWithin(range: Range, ip: Ip): boolean {
  return contains(range.subnet, ip) && compareIp(range.first, ip) <= 0 && compareIp(ip, range.last) <= 0;
}
