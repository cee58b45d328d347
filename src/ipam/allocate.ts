/** Which address is next: round robin through a range, past what may not be given. Pure. */
import { contains } from '../net/cidr.ts';
import { compareIp, type Ip, ipFrom } from '../net/ip.ts';
import type { Range } from './config.ts';

export interface Question {
  readonly range: Range;
  /** The address given last; another range's or none starts at the beginning. */
  readonly after: Ip | undefined;
  readonly isTaken: (ip: Ip) => boolean;
  /** At most how many addresses are taken: bounds the search in a range of 2^64. */
  readonly takenAtMost: number;
  /** Never given: reserved on the network, or refused by HNS in this command. */
  readonly never: readonly Ip[];
}

/** The first address after the last given one, wrapping once, that is neither taken nor ruled out. */
export function nextAddress({ range, after, isTaken, takenAtMost, never }: Question): Ip | undefined {
  const { first, last } = range;
  const size = last.value - first.value + 1n;
  const start = after !== undefined && isWithin(range, after) ? after.value - first.value + 1n : 0n;
  const ruledOut = new Set(never.map((ip) => ip.text));
  const most = BigInt(takenAtMost + ruledOut.size + 1);
  for (let step = 0n; step < size && step < most; step++) {
    const ip = ipFrom(first.family, first.value + ((start + step) % size));
    if (!ruledOut.has(ip.text) && !isTaken(ip)) return ip;
  }
  return undefined;
}

/** How many addresses a range can give at all, the reserved ones left out. */
export function capacityOf(range: Range, reserved: readonly Ip[]): bigint {
  const inside = new Set(reserved.filter((ip) => isWithin(range, ip)).map((ip) => ip.text));
  return range.last.value - range.first.value + 1n - BigInt(inside.size);
}

/** Whether the range gives this address, were it free. */
export function isWithin(range: Range, ip: Ip): boolean {
  return contains(range.subnet, ip) && compareIp(range.first, ip) <= 0 && compareIp(ip, range.last) <= 0;
}
