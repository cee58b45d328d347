/** Addresses of an endpoint: what may be asked for, and what HNS takes when nothing is asked. */
import { type Cidr, contains, lastOf, networkOf, sizeOf } from '../../src/net/cidr.ts';
import { BITS, type Family, type Ip, offset, parseIp, sameIp } from '../../src/net/ip.ts';
import { Code, refuse } from './errors.ts';
import { count, type Doc, docs, text } from './json.ts';
import { type Endpoint, GATEWAY_FREE, type Network, type Node, REMOTE, type Subnet } from './node.ts';

export interface Address {
  readonly ip: Ip;
  readonly prefix: number;
}

/** The addresses an endpoint gets for its settings: those it names, else the lowest free one of each family. */
export function addressesFor(node: Node, network: Network, settings: Doc): readonly Address[] {
  const named = (docs(settings, 'IpConfigurations') ?? []).filter((each) => (text(each, 'IpAddress') ?? '') !== '');
  const remote = isRemote(settings);
  if (named.length === 0) return remote ? [] : chosen(node, network);
  const addresses = named.map((each) => (remote ? remoteAddress(each) : local(node, network, each)));
  const families = new Set(addresses.map(({ ip }) => ip.family));
  if (families.size < addresses.length) refuse(node.switches.twoAddressesOfFamily);
  return addresses;
}

export const isRemote = (settings: Doc): boolean => ((count(settings, 'Flags') ?? 0) & REMOTE) !== 0;

/** The subnet that the address lies in, or undefined. */
export const subnetOf = (network: Network, ip: Ip): Subnet | undefined =>
  network.subnets.find((subnet) => contains(subnet.prefix, ip));

function remoteAddress(wish: Doc): Address {
  const ip = parseIp(text(wish, 'IpAddress') ?? '') ?? refuse(Code.InvalidIp);
  return { ip, prefix: count(wish, 'PrefixLength') ?? BITS[ip.family] };
}

function local(node: Node, network: Network, wish: Doc): Address {
  const ip = parseIp(text(wish, 'IpAddress') ?? '') ?? refuse(Code.InvalidIp);
  const subnet = subnetOf(network, ip);
  // A network that leaves addresses to the LAN knows no subnets, so none is outside of them.
  if (subnet === undefined && network.subnets.length > 0) refuse(node.switches.addressOutside);
  if (subnet !== undefined && isReserved(subnet, ip)) refuse(node.switches.reservedAddress);
  if (isTaken(node, network, ip)) refuse(Code.AlreadyExists);
  return { ip, prefix: count(wish, 'PrefixLength') ?? subnet?.prefix.prefix ?? BITS[ip.family] };
}

function chosen(node: Node, network: Network): readonly Address[] {
  const families: readonly Family[] = [4, 6];
  return families.flatMap((family) => {
    const subnets = network.subnets.filter(({ prefix }) => prefix.ip.family === family);
    if (subnets.length === 0) return [];
    for (const subnet of subnets) {
      const ip = lowestFree(node, network, subnet);
      if (ip !== undefined) return [{ ip, prefix: subnet.prefix.prefix }];
    }
    return refuse(Code.AddressReserved);
  });
}

function lowestFree(node: Node, network: Network, subnet: Subnet): Ip | undefined {
  const first = networkOf(subnet.prefix);
  const size = sizeOf(subnet.prefix);
  for (let distance = 0n; distance < size; distance += 1n) {
    const ip = offset(first, distance);
    if (!isReserved(subnet, ip) && !isTaken(node, network, ip)) return ip;
  }
  return undefined;
}

/** Network, broadcast and gateway address; the ends of /31, /32 and their like are ordinary addresses. */
function isReserved(subnet: Subnet, ip: Ip): boolean {
  if ((subnet.flags & GATEWAY_FREE) === 0 && subnet.routes.some(({ NextHop }) => isSame(NextHop, ip))) return true;
  return sizeOf(subnet.prefix) > 2n && isEnd(subnet.prefix, ip);
}

function isEnd(prefix: Cidr, ip: Ip): boolean {
  return sameIp(ip, networkOf(prefix)) || (ip.family === 4 && sameIp(ip, lastOf(prefix)));
}

function isSame(written: string, ip: Ip): boolean {
  const other = parseIp(written);
  return other !== undefined && sameIp(other, ip);
}

/** A remote endpoint may share its address with a local one. */
function isTaken(node: Node, network: Network, ip: Ip): boolean {
  return localEndpoints(node, network).some(({ addresses }) => addresses.some((other) => sameIp(other.ip, ip)));
}

const localEndpoints = (node: Node, network: Network): readonly Endpoint[] =>
  [...node.endpoints.values()].filter((each) => each.network === network && (each.flags & REMOTE) === 0);
