/** Results of ADD in the form of every version, read into one, and what is wrong with their form. */
import { claim } from './claim.ts';
import { isObject, type Json, objects, textAt } from './json.ts';
import { hasInterfaces } from './versions.ts';

export interface ResultIp {
  readonly address: string;
  readonly gateway: string | undefined;
  readonly interface: number | undefined;
  readonly json: Json;
}

/** A result of any version. */
export interface View {
  /** Empty before 0.3.0, which has none. */
  readonly interfaces: readonly Json[];
  readonly ips: readonly ResultIp[];
  readonly routes: readonly Json[];
  readonly dns: Json;
  readonly json: Json;
}

/** SPEC.md 1.1.0 section 5, and the same section of the older tags. */
export function viewOf(json: Json, version: string): View {
  const dns = isObject(json['dns']) ? json['dns'] : {};
  if (hasInterfaces(version)) {
    const ips = objects(json['ips']).map((ip) => ipOf(ip, textAt(ip, 'address')));
    return { interfaces: objects(json['interfaces']), ips, routes: objects(json['routes']), dns, json };
  }
  const families = [json['ip4'], json['ip6']].filter(isObject);
  return {
    interfaces: [],
    ips: families.map((ip) => ipOf(ip, textAt(ip, 'ip'))),
    routes: families.flatMap((ip) => objects(ip['routes'])),
    dns,
    json,
  };
}

function ipOf(json: Json, address: string): ResultIp {
  const gateway = textAt(json, 'gateway');
  const index = json['interface'];
  return {
    address,
    gateway: gateway === '' ? undefined : gateway,
    interface: typeof index === 'number' ? index : undefined,
    json,
  };
}

/** `10.244.3.7/24` without its prefix. */
export const hostOf = (address: string): string => address.split('/')[0] ?? '';

const TOP = {
  old: ['cniVersion', 'ip4', 'ip6', 'dns'],
  new: ['cniVersion', 'interfaces', 'ips', 'routes', 'dns'],
} as const;
const IP_OLD = ['ip', 'gateway', 'routes'];
const IP_03 = ['version', 'address', 'gateway', 'interface'];
const IP_10 = ['address', 'gateway', 'interface'];
const INTERFACE_03 = ['name', 'mac', 'sandbox'];
const INTERFACE_11 = [...INTERFACE_03, 'mtu', 'socketPath', 'pciID'];
const ROUTE_03 = ['dst', 'gw'];
const ROUTE_11 = [...ROUTE_03, 'mtu', 'advmss', 'priority', 'table', 'scope'];
const DNS = ['nameservers', 'domain', 'search', 'options'];

/** Claims that a result has the keys of its version and no other, each with a value of its kind. */
export function claimForm(json: Json, version: string): void {
  claim(
    json['cniVersion'] === version,
    `cniVersion of the result is "${String(json['cniVersion'])}", not "${version}"`,
  );
  const isNew = hasInterfaces(version);
  onlyKeys(json, isNew ? TOP.new : TOP.old, 'the result');
  const { interfaces, ips, routes, dns } = viewOf(json, version);
  const newest = version === '1.1.0';
  for (const one of interfaces) onlyKeys(one, newest ? INTERFACE_11 : INTERFACE_03, 'an interface');
  for (const one of routes) onlyKeys(one, newest ? ROUTE_11 : ROUTE_03, 'a route');
  for (const { json: ip, address } of ips) {
    const hasFamily = isNew && !version.startsWith('1.');
    onlyKeys(ip, isNew ? (hasFamily ? IP_03 : IP_10) : IP_OLD, 'an address');
    claim(/^[0-9a-f.:]+\/\d+$/i.test(address), `the address "${address}" is no CIDR`);
    if (hasFamily)
      claim(ip['version'] === (address.includes(':') ? '6' : '4'), 'an address lacks its family as version');
  }
  onlyKeys(dns, DNS, 'dns');
  for (const { dst } of routes) claim(/\/\d+$/.test(String(dst)), `the route's dst "${String(dst)}" is no CIDR`);
  claim(ips.length > 0, 'the result has no address');
}

function onlyKeys(object: Json, keys: readonly string[], what: string): void {
  const strange = Object.keys(object).filter((key) => !keys.includes(key));
  claim(strange.length === 0, `${what} has the key "${strange.join('", "')}", which its version does not have`);
}
