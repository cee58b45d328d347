/** Which addresses a configuration has to give, and which nobody may have. */
import { type Cidr, contains, lastOf, networkOf, parseCidr } from '../../../../src/net/cidr.ts';
import { compareIp, type Ip, offset, parseIp } from '../../../../src/net/ip.ts';
import type { Json } from '../../json.ts';
import type { Is } from '../mutants.ts';
import { Code, Failure } from './failure.ts';
import { array, get, text } from './json.ts';

/** One address is taken from each. */
export interface Range {
  readonly subnet: Cidr;
  readonly first: Ip;
  readonly last: Ip;
  readonly kept: readonly Ip[];
}

/** `ipam.ranges` has a list of lists, of which the first entry counts here; else the section is the one range itself. */
export function rangesOf(conf: Json, is: Is): readonly Range[] {
  const ipam = get(conf, 'ipam');
  const sets = array(get(ipam, 'ranges')).map((set) => array(set)[0]);
  return (sets.length > 0 ? sets : [ipam]).map((entry) => rangeOf(entry, is));
}

function rangeOf(entry: unknown, is: Is): Range {
  const subnet = parseCidr(text(entry, 'subnet'));
  if (subnet === undefined) throw new Failure(Code.config, `Cannot use ipam.subnet "${text(entry, 'subnet')}"`);
  const network = networkOf(subnet);
  const gateway = parseIp(text(entry, 'gateway'));
  return {
    subnet,
    first: parseIp(text(entry, 'rangeStart')) ?? offset(network, 1),
    last: parseIp(text(entry, 'rangeEnd')) ?? lastOf(subnet),
    // .1 is the virtual gateway, .2 the node's own endpoint.
    kept: [
      network,
      offset(network, 1),
      ...(is('hostAddressIsFree') ? [] : [offset(network, 2)]),
      lastOf(subnet),
      ...(gateway === undefined ? [] : [gateway]),
    ],
  };
}

/** The addresses of a range in order, those that pods may have. */
export function* addressesIn({ first, last, kept }: Range): Generator<string> {
  for (let ip = first; compareIp(ip, last) <= 0; ip = offset(ip, 1)) {
    if (!kept.some((one) => compareIp(one, ip) === 0)) yield ip.text;
  }
}

/** The range that an address lies in. */
export const rangeWith = (ranges: readonly Range[], address: string): Range | undefined => {
  const ip = parseIp(address);
  return ip === undefined ? undefined : ranges.find(({ subnet }) => contains(subnet, ip));
};

/** Where win-bridge has the gateway of pods: network address + 2. */
export const gatewayIn = ({ subnet }: Range): string => offset(networkOf(subnet), 2).text;
