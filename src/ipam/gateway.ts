/** What IPAM calls the gateway of an address; whether an endpoint uses it is its plugin's to say. Pure. */
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { rangeFor } from './allocate.ts';
import type { Supply } from './config.ts';

/**
 * host-local: that of the range, by default network address + 1; static: the one beside the address. Undefined for an address that
 * the configuration does not give (any more), and for what a plugin or HNS gives.
 */
export function ipamGateway(supply: Supply, { ip }: Cidr): Ip | undefined {
  switch (supply.source) {
    case 'host-local':
      return supply.sets.flatMap((set) => rangeFor(set, ip) ?? [])[0]?.gateway;
    case 'static':
      return supply.addresses.find(({ address }) => address.ip.text === ip.text)?.gateway;
    case 'plugin':
    case 'hns':
      return undefined;
    default:
      return supply satisfies never;
  }
}
