/** Routes of an `ipam` section. Pure. */
import { type Cidr, DEFAULT_ROUTE, parseCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { type Decoder, fail, join, member, optional, record, refuse } from '../spec/decode.ts';
import { addressOrNone, cidr } from './ranges.ts';

export interface IpamRoute {
  readonly dst: Cidr;
  readonly gw?: Ip;
}

/** Keys of a route that CNI 1.1.0 knows (SPEC.md section 5, Success) and no HNS route carries. */
export const ROUTE_KEYS = ['mtu', 'advmss', 'priority', 'table', 'scope'] as const;

/** A route of an endpoint: what HNS has no place for is refused by name. */
export const endpointRoute: Decoder<IpamRoute> = (value, path) => {
  const object = record(value, path);
  for (const key of ROUTE_KEYS) {
    if (member(object, key) !== undefined) refuse(join(path, key), 'HNS routes have no such property');
  }
  return route(object, path);
};

/** A route with a gateway alone, as sdnbridge and nat have it, is the default route of that family. */
export const route: Decoder<IpamRoute> = (value, path) => withGateway(value, path, 'gw');

/** A route of a network that may have to be made: the shipped sample of nat spells the key out. */
export const networkRoute: Decoder<IpamRoute> = (value, path) => {
  const isSpeltOut = member(record(value, path), 'gateway') !== undefined;
  return withGateway(value, path, isSpeltOut ? 'gateway' : 'gw');
};

function withGateway(value: unknown, path: string, key: 'gw' | 'gateway'): IpamRoute {
  const object = record(value, path);
  const gw = optional(object, key, { path, as: addressOrNone });
  const dst = optional(object, 'dst', { path, as: cidr }) ?? (gw && parseCidr(DEFAULT_ROUTE[gw.family]));
  if (dst === undefined) return fail(join(path, 'dst'), 'a subnet in CIDR form, such as "10.244.3.0/24"', undefined);
  return gw === undefined ? { dst } : { dst, gw };
}
