/** The routes of a pod's endpoint: the default route of each family, then what the IPAM configuration asks for. Pure. */
import type { IpamRoute } from '../ipam/routes.ts';
import { type Cidr, DEFAULT_ROUTE, formatCidr, parseCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { gatewayOf, statedGateways } from './gateway.ts';
import type { Wanted } from './wanted.ts';

export interface Route {
  readonly dst: Cidr;
  readonly gw: Ip;
}

export function routesOf(wanted: Wanted): readonly Route[] {
  const defaults = defaultGateways(wanted).map((gw) => ({ dst: parseCidr(DEFAULT_ROUTE[gw.family]) as Cidr, gw }));
  const further = furtherOf(wanted).flatMap((route): readonly Route[] => {
    const gw = nextHop(route, wanted);
    return gw === undefined || !hasFamily(route, wanted) ? [] : [{ dst: route.dst, gw }];
  });
  return [...defaults, ...further];
}

/** Sentences on the routes of IPAM that the pod does not get. */
export const routeNotes = (wanted: Wanted): readonly string[] =>
  furtherOf(wanted).flatMap((route) => {
    const what = `ipam.routes: ${formatCidr(route.dst)} is left out, for`;
    if (!hasFamily(route, wanted)) return [`${what} the pod has no IPv${route.dst.ip.family} address`];
    return nextHop(route, wanted) === undefined ? [`${what} it has no gw and HNS chooses the gateway`] : [];
  });

/**
 * What IPAM asks for beside a default route: that one says what is there anyway, with IPAM's gateway, which has its say elsewhere.
 * Without IPAM its routes are those of the network.
 */
const furtherOf = ({ conf: { ipam } }: Wanted): readonly IpamRoute[] =>
  ipam.source === 'hns' ? [] : ipam.routes.filter(({ dst }) => dst.prefix > 0);

const hasFamily = ({ dst }: IpamRoute, { lease }: Wanted): boolean =>
  lease.addresses.some(({ ip }) => ip.family === dst.ip.family);

const nextHop = ({ dst, gw }: IpamRoute, wanted: Wanted): Ip | undefined =>
  gw ?? defaultGateways(wanted).find(({ family }) => family === dst.ip.family);

function defaultGateways(wanted: Wanted): readonly Ip[] {
  const { addresses } = wanted.lease;
  const { conf, ground } = wanted;
  if (conf.ipam.source === 'hns') return statedGateways(conf, ground.profile);
  return addresses.flatMap((address) => gatewayOf(address, wanted) ?? []);
}
