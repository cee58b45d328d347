/** The routes of a pod's endpoint: the default route of each family, then what the IPAM configuration asks for. Pure. */
import { type Cidr, parseCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { NetConf } from './conf.ts';
import { gatewayOf } from './gateway.ts';

export interface Route {
  readonly dst: Cidr;
  readonly gw: Ip;
}

const DEFAULT = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** A default route in `ipam.routes` says what is there anyway, with IPAM's gateway, which is not used: it is left out. */
export function routesOf({ gateways, ipam }: NetConf, addresses: readonly Cidr[]): readonly Route[] {
  const defaults = addresses.map((address) => ({
    dst: parseCidr(DEFAULT[address.ip.family]) as Cidr,
    gw: gatewayOf(address, gateways),
  }));
  const further = ipam.routes.flatMap(({ dst, gw }): readonly Route[] => {
    const via = gw ?? defaults.find((route) => route.dst.ip.family === dst.ip.family)?.gw;
    return dst.prefix === 0 || via === undefined ? [] : [{ dst, gw: via }];
  });
  return [...defaults, ...further];
}
