/** Which gateway a pod on an L2Bridge network has, and which addresses no pod may have. Pure. */
import { setsOf } from '../ipam/config.ts';
import { type Cidr, lastOf, networkOf } from '../net/cidr.ts';
import { type Ip, offset } from '../net/ip.ts';
import type { NetConf } from './conf.ts';

/**
 * The gateway of an address: the configured one of its family, else network address + 2, where the node's own endpoint
 * sits (10.244.1.2 for 10.244.1.0/24), as win-bridge computes it. What IPAM calls gateway is not used.
 */
export const gatewayOf = (address: Cidr, configured: readonly Ip[]): Ip =>
  configured.find((ip) => ip.family === address.ip.family) ?? offset(networkOf(address), 2);

/**
 * Addresses that no pod on the network may have: of each subnet its own, +1 (the virtual gateway VFP answers for), +2 (the
 * host endpoint) and the last one, and every gateway. A first pod that gets +2 collides with the host endpoint in HNS.
 */
export function reservedAddresses({ ipam, gateways }: Pick<NetConf, 'ipam' | 'gateways'>): readonly Ip[] {
  const ranges = setsOf(ipam).flat();
  const ofSubnets = ranges.flatMap(({ subnet, gateway }) => {
    const network = networkOf(subnet);
    return [network, offset(network, 1), offset(network, 2), lastOf(subnet), gateway];
  });
  return [...new Map([...ofSubnets, ...gateways].map((ip) => [ip.text, ip])).values()];
}
