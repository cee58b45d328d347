/** Which address is next: round robin through a set of ranges, past what may not be given. Pure. */
import { contains } from '../net/cidr.ts';
import { compareIp, type Ip, offset, sameIp } from '../net/ip.ts';
import type { Range, RangeSet } from './ranges.ts';

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
  const start = positionAfter(set, after);
  for (let step = 0n; step < size && step < most; step++) {
    const choice = at(set, (start + step) % size);
    if (choice === undefined || sameIp(choice.ip, choice.range.gateway)) continue;
    if (!ruledOut.has(choice.ip.text) && !isTaken(choice.ip)) return choice;
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

const lengthOf = ({ first, last }: Range): bigint => last.value - first.value + 1n;
const sizeOf = (set: RangeSet): bigint => set.reduce((sum, range) => sum + lengthOf(range), 0n);

/** The place after an address, counted through all ranges of the set; 0 when no range has it. */
function positionAfter(set: RangeSet, after: Ip | undefined): bigint {
  let before = 0n;
  for (const range of set) {
    if (after !== undefined && isWithin(range, after)) return before + after.value - range.first.value + 1n;
    before += lengthOf(range);
  }
  return 0n;
}

/** The address at a place, counted through all ranges of the set. */
function at(set: RangeSet, place: bigint): Choice | undefined {
  let left = place;
  for (const range of set) {
    if (left < lengthOf(range)) return { ip: offset(range.first, left), range };
    left -= lengthOf(range);
  }
  return undefined;
}
