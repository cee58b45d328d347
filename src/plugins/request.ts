/** The endpoint as it is asked of HNS, and whether one that is there is what would be asked for. Pure. */
import { type Endpoint, type EndpointRequest, SCHEMA, type WireDns, type WirePolicy } from '../hns/wire.ts';
import type { Lease } from '../ipam/lease.ts';
import { formatCidr } from '../net/cidr.ts';
import type { ResultDns } from '../spec/result.ts';
import type { NetConf } from './conf.ts';
import { policiesOf } from './policies.ts';
import { routesOf } from './routes.ts';

/** The document HNS gets, key by key what win-bridge sends for the same configuration. */
export function requestOf(conf: NetConf, lease: Lease): EndpointRequest {
  const policies = policiesOf(conf, lease.addresses);
  return {
    Name: lease.endpointName,
    HostComputeNetwork: lease.hnsNetworkId,
    ...(policies.length === 0 ? {} : { Policies: policies }),
    IpConfigurations: lease.addresses.map((address) => ({ IpAddress: address.ip.text })),
    Dns: wireDns(conf.dns),
    Routes: routesOf(conf, lease.addresses).map(({ dst, gw }) => ({
      NextHop: gw.text,
      DestinationPrefix: formatCidr(dst),
    })),
    SchemaVersion: SCHEMA,
  };
}

const wireDns = ({ domain, search, nameservers, options }: ResultDns): WireDns => ({
  ...(domain === undefined ? {} : { Domain: domain }),
  ...(search === undefined ? {} : { Search: search }),
  ...(nameservers === undefined ? {} : { ServerList: nameservers }),
  ...(options === undefined ? {} : { Options: options }),
});

/** Policies of other types are put on endpoints by agents; these come from the configuration alone. */
const CONFIGURED = ['OutBoundNAT', 'SDNRoute'];

/**
 * Whether policies, routes and DNS of an endpoint are those of a request; HNS may add settings, and a DNS where none is
 * asked for. Namespace and addresses are `mismatches`'s to compare.
 */
export function isAsRequested(endpoint: Endpoint, { Policies = [], Routes, Dns }: EndpointRequest): boolean {
  const policies = endpoint.policies.filter(({ Type }) => CONFIGURED.includes(Type));
  const routes = endpoint.routes.map(routeText);
  return (
    policies.length === Policies.length &&
    Policies.every((wanted) => policies.some((policy) => includesPolicy(policy, wanted))) &&
    routes.length === Routes.length &&
    Routes.every((wanted) => routes.includes(routeText(wanted))) &&
    Object.entries(Dns).every(([key, value]) => isSame(endpoint.dns[key as keyof WireDns], value))
  );
}

const routeText = ({ NextHop, DestinationPrefix }: EndpointRequest['Routes'][number]): string =>
  `${DestinationPrefix} ${NextHop}`.toLowerCase();

const includesPolicy = (policy: WirePolicy, wanted: WirePolicy): boolean =>
  policy.Type === wanted.Type &&
  Object.entries(wanted.Settings ?? {}).every(([key, value]) => isSame(policy.Settings?.[key], value));

const isSame = (has: unknown, wanted: unknown): boolean => JSON.stringify(has) === JSON.stringify(wanted);
