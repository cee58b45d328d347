/** All that decides what an endpoint is to be, once its network is found and its addresses are reserved. */
import type { NetConf } from '../dialects/net-conf.ts';
import type { Place } from '../hns/places.ts';
import type { Lease } from '../ipam/lease.ts';
import type { Ip } from '../net/ip.ts';
import type { Ground } from './network.ts';

export interface Wanted {
  /** With what IPAM said of routes and DNS. */
  readonly conf: NetConf;
  readonly ground: Ground;
  readonly lease: Lease;
  readonly place: Place;
  /** What IPAM calls the gateways of its addresses. */
  readonly ipamGateways: readonly Ip[];
  /** The node's own, where an endpoint is told it. */
  readonly nodeAddress: string | undefined;
}
