/** Ranges of addresses by host-local's rules: where one begins and ends, and which of them may stand beside each other. Pure. */
import { type Cidr, contains, lastOf, networkOf, parseCidr } from '../net/cidr.ts';
import { BITS, compareIp, type Ip, offset, parseIp } from '../net/ip.ts';
import {
  type Decoder,
  fail,
  type Json,
  join,
  list,
  member,
  optional,
  record,
  refuse,
  required,
  text,
} from '../spec/decode.ts';

/** Addresses of one subnet, both ends included. Network and broadcast address are outside unless the user put them in. */
export interface Range {
  readonly subnet: Cidr;
  readonly first: Ip;
  readonly last: Ip;
  /** Network address + 1 where none is configured; may lie outside the subnet. The range itself never gives it. */
  readonly gateway: Ip;
}

/** Ranges of one family, tried in order: an attachment gets one address from all of them together. */
export type RangeSet = readonly Range[];

/** A set and where it stands. */
export interface Placed {
  readonly set: RangeSet;
  readonly path: string;
}

/**
 * The sets of the `ipam` section at `path` in host-local's order, by which `last_reserved_ip.N` are numbered: what the
 * runtime gives (capability `ipRanges`), the range at the top, then `ranges`. Throws code 7 with the JSON path.
 */
export function decodeSets(section: Json, path: string, runtime: Json): readonly RangeSet[] {
  const top = member(section, 'subnet') === undefined ? [] : [{ set: [range(section, path)], path }];
  const sets = behindRuntime(runtime, [...top, ...setsIn(section, 'ranges', path)]);
  return sets.length > 0 ? sets : fail(join(path, 'ranges'), `${path}.subnet or one range`, undefined);
}

/** What the runtime gives, then the sets of the configuration; no two may share an address. Throws code 7 with the JSON path. */
export function behindRuntime(runtime: Json, own: readonly Placed[]): readonly RangeSet[] {
  const placed = [...setsIn(runtime, 'ipRanges', 'runtimeConfig'), ...own];
  for (const [index, { set, path: at }] of placed.entries()) {
    const other = placed.slice(0, index).find((before) => before.set.some((a) => set.some((b) => overlap(a, b))));
    if (other !== undefined) refuse(at, `its addresses overlap with those of ${other.path}`);
  }
  return placed.map(({ set }) => set);
}

function setsIn(object: Json, key: string, path: string): readonly Placed[] {
  const sets = optional(object, key, { path, as: list(rangeSet) }) ?? [];
  return sets.map((set, index) => ({ set, path: `${join(path, key)}[${index}]` }));
}

const rangeSet: Decoder<RangeSet> = (value, path) => {
  const set = list(range)(value, path);
  const [first] = set;
  if (first === undefined) return fail(path, 'at least one range', value);
  for (const [index, one] of set.entries()) {
    const at = `${path}[${index}]`;
    if (one.first.family !== first.first.family) refuse(at, 'the set has ranges of both families, expected one');
    const before = set.slice(0, index).findIndex((other) => overlap(one, other));
    if (before >= 0) refuse(at, `its addresses overlap with those of ${path}[${before}]`);
  }
  return set;
};

/** Whether two ranges share an address. */
const overlap = (a: Range, b: Range): boolean =>
  a.first.family === b.first.family && compareIp(a.first, b.last) <= 0 && compareIp(b.first, a.last) <= 0;

/** Defaults as host-local's: from network address + 1 to the last address, for IPv4 the last before broadcast. */
const range: Decoder<Range> = (value, path) => {
  const object = record(value, path);
  const subnet = required(object, 'subnet', { path, as: network });
  const inside: Decoder<Ip | undefined> = (item, at) => {
    const ip = addressOrNone(item, at);
    if (ip === undefined || contains(subnet, ip)) return ip;
    return fail(at, `an address in ${networkOf(subnet).text}/${subnet.prefix}`, item);
  };
  const first = optional(object, 'rangeStart', { path, as: inside }) ?? offset(networkOf(subnet), 1);
  const last =
    optional(object, 'rangeEnd', { path, as: inside }) ?? offset(lastOf(subnet), subnet.ip.family === 4 ? -1 : 0);
  if (compareIp(first, last) > 0) {
    fail(join(path, 'rangeStart'), `an address not after the range's end ${last.text}`, first.text);
  }
  const gateway = optional(object, 'gateway', { path, as: addressOrNone }) ?? offset(networkOf(subnet), 1);
  if (gateway.family !== subnet.ip.family) {
    fail(join(path, 'gateway'), `an IPv${subnet.ip.family} address`, gateway.text);
  }
  return { subnet, first, last, gateway };
};

/** A subnet as host-local takes it: no host bits, and room for two addresses beside the first and the last. */
const network: Decoder<Cidr> = (value, path) => {
  const found = block(value, path);
  if (BITS[found.ip.family] - found.prefix < 2) fail(path, `a subnet of at least four addresses`, value);
  return found;
};

/** A subnet without host bits: with them it is one pod's address rather than a subnet. */
export const block: Decoder<Cidr> = (value, path) => {
  const found = cidr(value, path);
  const start = networkOf(found);
  if (compareIp(start, found.ip) !== 0)
    fail(path, `a subnet without host bits: "${start.text}/${found.prefix}"`, value);
  return found;
};

/** A block or an address with its prefix length. */
export const cidr: Decoder<Cidr> = (value, path) =>
  parseCidr(text(value, path)) ?? fail(path, 'a subnet in CIDR form, such as "10.244.3.0/24"', value);

export const address: Decoder<Ip> = (value, path) => parseIp(text(value, path)) ?? fail(path, 'an IP address', value);

/** Templates leave "" where they have nothing to say; Go's net.IP reads that as none. */
export const addressOrNone: Decoder<Ip | undefined> = (value, path) =>
  value === '' ? undefined : address(value, path);
