/** What is configured on an adapter, before HNS moves it to another one and after: noted, written as JSON, compared. Pure. */
import { type Adapter, INFINITE, Origin, Protocol, type RouteRow } from '../ip-helper/ip-helper.ts';
import { type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { type Ip, parseIp, sameIp } from '../net/ip.ts';
import { bool, type Decoder, fail, integer, type Json, list, record, required, text } from '../spec/decode.ts';

export interface NotedAddress {
  readonly cidr: Cidr;
  /** Made by hand; the others are DHCP's to give again. */
  readonly manual: boolean;
}

export interface NotedRoute {
  readonly destination: Cidr;
  readonly nextHop: Ip;
  readonly metric: number;
  readonly protocol: number;
}

export interface Snapshot {
  /** The alias of the NIC, whatever has its addresses. */
  readonly nic: string;
  /** ISO 8601. */
  readonly since: string;
  readonly addresses: readonly NotedAddress[];
  readonly routes: readonly NotedRoute[];
  readonly dnsServers: readonly Ip[];
  readonly dnsSuffix: string;
}

export type Losses = Pick<Snapshot, 'addresses' | 'routes' | 'dnsServers' | 'dnsSuffix'>;

/** NL_ROUTE_ORIGIN (nldef.h) of router advertisements, whose routes come again by themselves. */
const ADVERTISED = 3;

/** Link-local and advertised addresses, and routes that follow from addresses, come by themselves and are not noted. */
export function snapshotOf(adapter: Adapter, routes: readonly RouteRow[]): Losses {
  const addresses = adapter.addresses.filter(
    ({ prefixOrigin }) => prefixOrigin === Origin.Manual || prefixOrigin === Origin.Dhcp,
  );
  const own = routes.filter(
    ({ luid, protocol, origin, validLifetime }) =>
      luid === adapter.luid && protocol !== Protocol.Local && origin !== ADVERTISED && validLifetime === INFINITE,
  );
  return {
    addresses: addresses.map(({ cidr, prefixOrigin }) => ({ cidr, manual: prefixOrigin === Origin.Manual })),
    routes: own.map(({ destination, nextHop, metric, protocol }) => ({ destination, nextHop, metric, protocol })),
    dnsServers: adapter.dnsServers,
    dnsSuffix: adapter.dnsSuffix,
  };
}

/** What was noted and is not there now; what has been added since is nobody's loss. */
export function lossesOf(noted: Losses, now: Losses): Losses {
  const isSame = (a: Cidr, b: Cidr): boolean => formatCidr(a) === formatCidr(b);
  return {
    addresses: noted.addresses.filter(({ cidr }) => now.addresses.every((other) => !sameIp(other.cidr.ip, cidr.ip))),
    routes: noted.routes.filter(({ destination, nextHop }) =>
      now.routes.every((other) => !isSame(other.destination, destination) || !sameIp(other.nextHop, nextHop)),
    ),
    dnsServers: noted.dnsServers.filter((ip) => now.dnsServers.every((other) => !sameIp(other, ip))),
    dnsSuffix: noted.dnsSuffix === now.dnsSuffix ? '' : noted.dnsSuffix,
  };
}

export const isNothing = ({ addresses, routes, dnsServers, dnsSuffix }: Losses): boolean =>
  addresses.length + routes.length + dnsServers.length === 0 && dnsSuffix === '';

export const encodeSnapshot = ({ addresses, routes, dnsServers, ...rest }: Snapshot): Json => ({
  ...rest,
  addresses: addresses.map(({ cidr, manual }) => ({ address: formatCidr(cidr), manual })),
  routes: routes.map(({ destination, nextHop, ...route }) => ({
    destination: formatCidr(destination),
    nextHop: nextHop.text,
    ...route,
  })),
  dnsServers: dnsServers.map((ip) => ip.text),
});

const cidr: Decoder<Cidr> = (value, path) =>
  parseCidr(text(value, path)) ?? fail(path, 'an address and a length', value);
const ip: Decoder<Ip> = (value, path) => parseIp(text(value, path)) ?? fail(path, 'an IP address', value);
const U32 = integer(0, 0xffff_ffff);

export const decodeSnapshot: Decoder<Snapshot> = (value, path) => {
  const object = record(value, path);
  const at = { path };
  return {
    nic: required(object, 'nic', { ...at, as: text }),
    since: required(object, 'since', { ...at, as: text }),
    addresses: required(object, 'addresses', { ...at, as: list(address) }),
    routes: required(object, 'routes', { ...at, as: list(route) }),
    dnsServers: required(object, 'dnsServers', { ...at, as: list(ip) }),
    dnsSuffix: required(object, 'dnsSuffix', { ...at, as: text }),
  };
};

const address: Decoder<NotedAddress> = (value, path) => {
  const object = record(value, path);
  return {
    cidr: required(object, 'address', { path, as: cidr }),
    manual: required(object, 'manual', { path, as: bool }),
  };
};

const route: Decoder<NotedRoute> = (value, path) => {
  const object = record(value, path);
  return {
    destination: required(object, 'destination', { path, as: cidr }),
    nextHop: required(object, 'nextHop', { path, as: ip }),
    metric: required(object, 'metric', { path, as: U32 }),
    protocol: required(object, 'protocol', { path, as: U32 }),
  };
};
