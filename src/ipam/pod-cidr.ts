/** `podCidr`: the subnets that kubelet has for a node's pods, as ranges without the addresses that Windows keeps in each. Pure. */
import { type Cidr, lastOf, networkOf, sizeOf } from '../net/cidr.ts';
import { offset } from '../net/ip.ts';
import {
  asksForSomething,
  type Decoder,
  fail,
  type Json,
  join,
  member,
  refuse,
  required,
  text,
} from '../spec/decode.ts';
import { behindRuntime, block, type Range, type RangeSet } from './ranges.ts';

/** host-local's own keys for the same. */
const INSTEAD = ['subnet', 'ranges', 'rangeStart', 'rangeEnd', 'gateway'] as const;

/** Addresses that HNS or the node has at the start of a subnet: the network's own, the virtual gateway, the host endpoint. */
const KEPT_FIRST = 3;
const KEPT_LAST = 1;

export const hasPodCidr = (section: Json): boolean => member(section, 'podCidr') !== undefined;

/**
 * The sets of the section at `path`, behind those of the runtime: one for each subnet. What is kept is kept on every type of
 * network, so that a node gives the same addresses whichever it has. Throws code 7 with the JSON path.
 */
export function decodePodCidr(section: Json, path: string, runtime: Json): readonly RangeSet[] {
  const at = join(path, 'podCidr');
  const other = INSTEAD.find((key) => asksForSomething(member(section, key)));
  if (other !== undefined) refuse(join(path, other), `${at} says it already, expected one of them`);
  const ranges = required(section, 'podCidr', { path, as: usable });
  return behindRuntime(
    runtime,
    ranges.map((range) => ({ set: [range], path: at })),
  );
}

/** Subnets between commas, as kubelet writes them; a node has at most one of each family. */
const usable: Decoder<readonly Range[]> = (value, path) => {
  const blocks = text(value, path)
    .split(',')
    .map((part) => block(part.trim(), path));
  if (new Set(blocks.map(({ ip }) => ip.family)).size < blocks.length) {
    refuse(path, `it is "${text(value, path)}", expected one subnet of each family at most`);
  }
  return blocks.map((subnet) => rangeOf(subnet, path));
};

function rangeOf(subnet: Cidr, path: string): Range {
  const start = networkOf(subnet);
  if (sizeOf(subnet) <= KEPT_FIRST + KEPT_LAST) {
    fail(path, 'a subnet of at least eight addresses', `${start.text}/${subnet.prefix}`);
  }
  return {
    subnet,
    first: offset(start, KEPT_FIRST),
    last: offset(lastOf(subnet), -KEPT_LAST),
    gateway: offset(start, 1),
  };
}
