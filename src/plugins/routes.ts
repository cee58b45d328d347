/** The routes of a pod's endpoint: the default route of each family, then what the IPAM configuration asks for. Pure. */
import type { NetConf } from '../dialects/net-conf.ts';
import { type Cidr, DEFAULT_ROUTE, parseCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { gatewayOf, statedGateways } from './gateway.ts';
import type { Wanted } from './wanted.ts';

export interface Route {
  readonly dst: Cidr;
  readonly gw: Ip;
}

/** Without IPAM its routes are those of the network. */
const routesOfIpam = ({ ipam }: NetConf): NetConf['ipam']['routes'] => (ipam.source === 'hns' ? [] : ipam.routes);

/** A default route in `ipam.routes` says what is there anyway, with IPAM's gateway, which has its say elsewhere: it is left out. */
export function routesOf(wanted: Wanted): readonly Route[] {
  const defaults = defaultGateways(wanted).map((gw) => ({ dst: parseCidr(DEFAULT_ROUTE[gw.family]) as Cidr, gw }));
  const further = routesOfIpam(wanted.conf).flatMap(({ dst, gw }): readonly Route[] => {
    const via = gw ?? defaults.find((route) => route.dst.ip.family === dst.ip.family)?.gw;
    return dst.prefix === 0 || via === undefined ? [] : [{ dst, gw: via }];
  });
  return [...defaults, ...further];
}

function defaultGateways(wanted: Wanted): readonly Ip[] {
  const { addresses } = wanted.lease;
  if (wanted.conf.ipam.source === 'hns') return statedGateways(wanted.conf, wanted.ground.profile);
  return addresses.flatMap((address) => gatewayOf(address, wanted) ?? []);
}
