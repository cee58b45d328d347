/** Which gateway a pod has on its network, and which addresses no pod may have. Pure. */
import type { NetConf, Profile } from '../dialects/net-conf.ts';
import type { Network } from '../hns/wire.ts';
import { setsOf } from '../ipam/config.ts';
import { type Cidr, contains, lastOf, networkOf, parseCidr } from '../net/cidr.ts';
import { type Family, type Ip, offset, parseIp } from '../net/ip.ts';
import type { Wanted } from './wanted.ts';

/** Where the node's own endpoint sits on an L2Bridge: 10.244.1.2 for 10.244.1.0/24 (win-bridge_windows.go). */
const hostEndpoint = (address: Cidr): Ip => offset(networkOf(address), 2);

/** The gateway of an address; undefined leaves it to HNS. A configured one of its family comes before every rule. */
export function gatewayOf(address: Cidr, wanted: Pick<Wanted, 'conf' | 'ground' | 'ipamGateways'>): Ip | undefined {
  const { conf, ground, ipamGateways } = wanted;
  const { family } = address.ip;
  const { gateway: rule } = ground.profile;
  const configured = ofFamily(conf.gateways, family);
  if (configured !== undefined) return configured;
  switch (rule.kind) {
    case 'host-endpoint':
      return hostEndpoint(address);
    case 'network':
      return networkGateway(ground.network, address);
    case 'ipam':
      return rule.forced ? hostEndpoint(address) : (ofFamily(rule.stated, family) ?? ofFamily(ipamGateways, family));
    default:
      return rule satisfies never;
  }
}

const ofFamily = (ips: readonly Ip[], family: Family): Ip | undefined => ips.find((ip) => ip.family === family);

function networkGateway({ subnets }: Network, { ip }: Cidr): Ip | undefined {
  const own = subnets.find(({ prefix }) => {
    const subnet = parseCidr(prefix);
    return subnet !== undefined && contains(subnet, ip);
  });
  return parseIp(own?.gateway ?? '');
}

/**
 * Addresses that no pod on the network may have: of each subnet its own, +1 (the virtual gateway VFP answers for), on an
 * L2Bridge or L2Tunnel +2 (the host endpoint), the last one, and every gateway. A first pod that gets +2 collides with the
 * host endpoint in HNS.
 */
export function reservedAddresses(
  { ipam, gateways }: Pick<NetConf, 'ipam' | 'gateways'>,
  network: Pick<Network, 'type' | 'subnets'>,
): readonly Ip[] {
  const hasHost = /^l2(bridge|tunnel)$/i.test(network.type);
  const ranges = setsOf(ipam).flat();
  const ofSubnets = ranges.flatMap(({ subnet, gateway }) => {
    const first = networkOf(subnet);
    return [first, offset(first, 1), ...(hasHost ? [offset(first, 2)] : []), lastOf(subnet), gateway];
  });
  const hops = network.subnets.flatMap(({ gateway }) => parseIp(gateway ?? '') ?? []);
  return [...new Map([...ofSubnets, ...gateways, ...hops].map((ip) => [ip.text, ip])).values()];
}

/** Sentences on configured gateways that are not those of the HNS network: they count, and their traffic may go nowhere. */
export const gatewayNotes = ({ conf: { gateways }, ground: { network }, lease }: Wanted): readonly string[] =>
  lease.addresses.flatMap((address) => {
    const configured = ofFamily(gateways, address.ip.family);
    const own = networkGateway(network, address);
    return configured === undefined || own === undefined || configured.text === own.text
      ? []
      : [`gateway: ${configured.text} is configured, and HNS network "${network.name}" has ${own.text}`];
  });

/** Gateways that are stated whatever the addresses are, IPv4 first: those of endpoints whose addresses HNS chooses. */
export function statedGateways(conf: NetConf, { gateway: rule }: Profile): readonly Ip[] {
  const stated = rule.kind === 'ipam' && !rule.forced ? rule.stated : [];
  const all = [...conf.gateways, ...stated.filter(({ family }) => ofFamily(conf.gateways, family) === undefined)];
  return all.toSorted((a, b) => a.family - b.family);
}
