/** The endpoint as it is asked of HNS, and whether one that is there is what would be asked for. Pure. */
import { type Endpoint, type EndpointRequest, SCHEMA, type WireDns, type WirePolicy } from '../hns/wire.ts';
import { formatCidr } from '../net/cidr.ts';
import { formatMacDashes } from '../net/mac.ts';
import type { ResultDns } from '../spec/result.ts';
import { policiesOf } from './policies.ts';
import { routesOf } from './routes.ts';
import type { Wanted } from './wanted.ts';

/** The document HNS gets, key by key what the peer of the dialect sends for the same configuration. */
export function requestOf(wanted: Wanted): EndpointRequest {
  const { conf, lease } = wanted;
  const { policies } = policiesOf(wanted);
  const routes = routesOf(wanted).map(({ dst, gw }) => ({ NextHop: gw.text, DestinationPrefix: formatCidr(dst) }));
  const mac = macOf(wanted);
  return {
    Name: lease.endpointName,
    HostComputeNetwork: lease.hnsNetworkId,
    ...(policies.length === 0 ? {} : { Policies: policies }),
    ...(lease.addresses.length === 0
      ? {}
      : { IpConfigurations: lease.addresses.map((address) => ({ IpAddress: address.ip.text })) }),
    Dns: wireDns(conf.dns),
    ...(routes.length === 0 ? {} : { Routes: routes }),
    ...(mac === undefined ? {} : { MacAddress: mac }),
    SchemaVersion: SCHEMA,
  };
}

/** The one asked for; on an overlay network else the prefix before the IPv4 address, spelled as win-overlay does. */
function macOf({ conf, ground, lease }: Wanted): string | undefined {
  if (conf.mac !== undefined) return formatMacDashes(conf.mac);
  const { macPrefix } = ground.profile;
  const v4 = lease.addresses.find(({ ip }) => ip.family === 4)?.ip;
  if (macPrefix === undefined || v4 === undefined) return undefined;
  const octets = v4.text.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return [macPrefix, ...octets].join('-');
}

export const wireDns = ({ domain, search, nameservers, options }: ResultDns): WireDns => ({
  ...(domain === undefined ? {} : { Domain: domain }),
  ...(search === undefined ? {} : { Search: search }),
  ...(nameservers === undefined ? {} : { ServerList: nameservers }),
  ...(options === undefined ? {} : { Options: options }),
});

/** HNS puts these on endpoints by itself. */
const OF_HNS: readonly string[] = ['L2Driver', 'EncapOverhead', 'PortName'];

/**
 * Whether policies, routes and DNS of an endpoint are those of a request; HNS may add settings, and a DNS and routes where none
 * are asked for. Namespace and addresses are `mismatches`'s to compare.
 */
export function isAsRequested(endpoint: Endpoint, { Policies = [], Routes, Dns }: EndpointRequest): boolean {
  const policies = endpoint.policies.filter(({ Type }) => !OF_HNS.includes(Type));
  const routes = endpoint.routes.map(routeText);
  return (
    policies.length === Policies.length &&
    Policies.every((wanted) => policies.some((policy) => includesPolicy(policy, wanted))) &&
    (Routes === undefined ||
      (routes.length === Routes.length && Routes.every((one) => routes.includes(routeText(one))))) &&
    Object.entries(Dns).every(([key, value]) => isSame(endpoint.dns[key as keyof WireDns], value))
  );
}

const routeText = ({ NextHop, DestinationPrefix }: Endpoint['routes'][number]): string =>
  `${DestinationPrefix} ${NextHop}`.toLowerCase();

const includesPolicy = (policy: WirePolicy, wanted: WirePolicy): boolean =>
  policy.Type === wanted.Type &&
  Object.entries(wanted.Settings ?? {}).every(([key, value]) => isSame(policy.Settings?.[key], value));

const isSame = (has: unknown, wanted: unknown): boolean => JSON.stringify(has) === JSON.stringify(wanted);
