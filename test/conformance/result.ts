/** Results of ADD in the form of every version, read into one, and what is wrong with their form. */
import { brief, claim } from './claim.ts';
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

/** The keys that a version knows. */
interface Form {
  readonly top: readonly string[];
  readonly interface: readonly string[];
  readonly ip: readonly string[];
  readonly route: readonly string[];
}

const DNS = ['nameservers', 'domain', 'search', 'options'];
const LISTS = ['cniVersion', 'interfaces', 'ips', 'routes', 'dns'];
const INTERFACE = ['name', 'mac', 'sandbox'];
const ROUTE = ['dst', 'gw'];

function formOf(version: string): Form {
  if (!hasInterfaces(version)) {
    return { top: ['cniVersion', 'ip4', 'ip6', 'dns'], interface: [], ip: ['ip', 'gateway', 'routes'], route: ROUTE };
  }
  const ip = ['address', 'gateway', 'interface'];
  if (version === '1.0.0') return { top: LISTS, interface: INTERFACE, ip, route: ROUTE };
  if (version !== '1.1.0') return { top: LISTS, interface: INTERFACE, ip: ['version', ...ip], route: ROUTE };
  return {
    top: LISTS,
    interface: [...INTERFACE, 'mtu', 'socketPath', 'pciID'],
    ip,
    route: [...ROUTE, 'mtu', 'advmss', 'priority', 'table', 'scope'],
  };
}

/** Claims that a result has the keys of its version and no other, each with a value of its kind. */
export function claimForm(json: Json, version: string): void {
  claim(
    json['cniVersion'] === version,
    `cniVersion of the result is "${String(json['cniVersion'])}", not "${version}"`,
  );
  const form = formOf(version);
  const { interfaces, ips, routes, dns } = viewOf(json, version);
  onlyKeys([json], form.top, 'the result');
  onlyKeys(interfaces, form.interface, 'an interface');
  onlyKeys(
    ips.map((ip) => ip.json),
    form.ip,
    'an address',
  );
  onlyKeys(routes, form.route, 'a route');
  onlyKeys([dns], DNS, 'dns');
  claim(ips.length > 0, 'the result has no address');
  for (const ip of ips) claimAddress(ip, form.ip.includes('version'));
  for (const { dst } of routes) claim(/\/\d+$/.test(String(dst)), `the route's dst "${String(dst)}" is no CIDR`);
}

function claimAddress({ address, json }: ResultIp, hasFamily: boolean): void {
  claim(/^[0-9a-f.:]+\/\d+$/i.test(address), `the address "${address}" is no CIDR`);
  if (!hasFamily) return;
  const family = address.includes(':') ? '6' : '4';
  claim(json['version'] === family, `version of an address is ${brief(json['version'])}, expected "${family}"`);
}

function onlyKeys(all: readonly Json[], keys: readonly string[], what: string): void {
  const strange = all.flatMap(Object.keys).filter((key) => !keys.includes(key));
  claim(strange.length === 0, `${what} has the key "${strange.join('", "')}", which its version does not have`);
}
