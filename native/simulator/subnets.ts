/** Subnets of a new network: those its document names, or what HNS makes of it when it names none. */
import { type Cidr, networkOf, overlaps, parseCidr } from '../../src/net/cidr.ts';
import { offset, parseIp, sameIp } from '../../src/net/ip.ts';
import { Code, refuse, refuseBy } from './errors.ts';
import { count, type Doc, doc, docs, text } from './json.ts';
import type { NetworkType, Node, Subnet } from './node.ts';
import { routeOf } from './routes.ts';

/** The lowest VSID an overlay subnet may have (HNS reserves those below), which is also that of one that names none. */
const FIRST_VSID = 4096;
/** Types whose endpoints HNS addresses or routes, so that it must know the subnet. */
const ADDRESSED: readonly NetworkType[] = ['L2Bridge', 'L2Tunnel', 'Overlay'];
/** Types whose prefixes the host translates or routes itself. */
const TRANSLATED: readonly NetworkType[] = ['NAT', 'ICS'];

export function subnetsFor(node: Node, settings: Doc, type: NetworkType): readonly Subnet[] {
  const named = (docs(settings, 'Ipams') ?? []).flatMap((ipam) => docs(ipam, 'Subnets') ?? []);
  if (named.length > 0) return named.map((subnet) => ({ id: node.newGuid(), ...subnetOf(subnet, type) }));
  if (type === 'NAT') return [defaultSubnet(node)];
  return ADDRESSED.includes(type) ? refuse(Code.InvalidNetwork) : [];
}

function defaultSubnet(node: Node): Subnet {
  const prefix = parseCidr(node.switches.natPrefix) ?? refuse(Code.InvalidPrefix);
  const gateway = offset(networkOf(prefix), 1);
  return {
    id: node.newGuid(),
    prefix,
    routes: [{ NextHop: gateway.text, DestinationPrefix: '0.0.0.0/0' }],
    flags: 0,
  };
}

function subnetOf(subnet: Doc, type: NetworkType): Omit<Subnet, 'id'> {
  const prefix = parseCidr(text(subnet, 'IpAddressPrefix') ?? '') ?? refuse(Code.InvalidPrefix);
  if (type === 'NAT' && !sameIp(prefix.ip, networkOf(prefix))) refuse(Code.InvalidJson);
  const policies = docs(subnet, 'Policies');
  if (type === 'Overlay' && vsidOf(policies) < FIRST_VSID) refuse(Code.InvalidPolicy);
  const routes = (docs(subnet, 'Routes') ?? []).map(routeOf);
  return {
    prefix,
    routes: routes.map((route) => (parseIp(route.NextHop) === undefined ? refuse(Code.InvalidNetwork) : route)),
    flags: count(subnet, 'Flags') ?? 0,
    ...(policies === undefined ? {} : { policies }),
  };
}

function vsidOf(policies: readonly Doc[] = []): number {
  const vsid = policies.find((each) => text(each, 'Type') === 'VSID');
  return vsid === undefined ? FIRST_VSID : (count(doc(vsid, 'Settings') ?? {}, 'IsolationId') ?? 0);
}

/** What the subnets of a new network must not have in common with those of the networks that are there. */
export function checkSubnets(node: Node, type: NetworkType, subnets: readonly Subnet[]): void {
  const others = [...node.networks.values()].filter((other) => isRival(type, other.type));
  const taken = others.flatMap((other) => other.subnets);
  if (type === 'Overlay') {
    if (subnets.some(sharesVsid(taken))) refuseBy(node.switches.sharedVsid);
  } else if (subnets.some(({ prefix }) => taken.some(overlapping(prefix)))) {
    refuseBy(node.switches.overlappingPrefix);
  }
}

const isRival = (type: NetworkType, other: NetworkType): boolean =>
  type === 'Overlay' ? other === type : TRANSLATED.includes(type) && TRANSLATED.includes(other);

const sharesVsid =
  (taken: readonly Subnet[]) =>
  ({ policies }: Subnet): boolean =>
    taken.some((other) => vsidOf(other.policies) === vsidOf(policies));

const overlapping =
  (prefix: Cidr) =>
  (other: Subnet): boolean =>
    overlaps(prefix, other.prefix);
