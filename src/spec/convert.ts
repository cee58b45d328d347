/** Results of every CNI version: written in the one asked for, read back from whichever one they are in. Pure. */
import { type Json, join, list, member, optional, record, text } from './decode.ts';
import { decodeDns } from './dns.ts';
import type { Result, ResultInterface, ResultIp, ResultRoute } from './result.ts';
import { isAtLeast, type Version } from './version.ts';

/**
 * The JSON of a result: 0.1 and 0.2 know one `ip4` and one `ip6`, 0.3 and 0.4 put the family into each of `ips`, 1.x has
 * neither (SPEC.md of each version; libcni's pkg/types/020 and 040).
 */
export function writeResult(result: Result, cniVersion: Version): Json {
  // Before 1.0.0 the reference types print "dns" always; readers of that age may rely on it.
  const needsDns = !isAtLeast(cniVersion, '1.0.0');
  const dns = result.dns === undefined && !needsDns ? {} : { dns: result.dns ?? {} };
  if (!isAtLeast(cniVersion, '0.3.0')) return { cniVersion, ...families(result), ...dns };
  const ips = isAtLeast(cniVersion, '1.0.0')
    ? result.ips
    : result.ips.map((ip) => ({ version: familyOf(ip.address), ...ip }));
  const routes = result.routes === undefined ? {} : { routes: result.routes };
  return { cniVersion, interfaces: result.interfaces, ips, ...routes, ...dns };
}

/** What a 0.2 result can say: the first address of each family, with the routes of that family. */
function families({ ips, routes = [] }: Result): Json {
  const entries = (['4', '6'] as const).flatMap((family) => {
    const first = ips.find((ip) => familyOf(ip.address) === family);
    if (first === undefined) return [];
    const own = routes.filter((route) => familyOf(route.dst) === family);
    const gateway = first.gateway === undefined ? {} : { gateway: first.gateway };
    return [[`ip${family}`, { ip: first.address, ...gateway, ...(own.length === 0 ? {} : { routes: own }) }] as const];
  });
  return Object.fromEntries(entries);
}

const familyOf = (address: string): '4' | '6' => (address.includes(':') ? '6' : '4');

/** Reads a result of any version at `path`, such as `prevResult` or what an IPAM plugin printed; throws code 7 with the path. */
export function readResult(value: unknown, path: string): Result {
  const object = record(value, path);
  const dns = optional(object, 'dns', { path, as: decodeDns });
  const interfaces = optional(object, 'interfaces', { path, as: list(networkInterface) }) ?? [];
  const stated = optional(object, 'routes', { path, as: list(route) }) ?? [];
  const old = (['ip4', 'ip6'] as const).flatMap((key) => optional(object, key, { path, as: oldAddress }) ?? []);
  const told = optional(object, 'ips', { path, as: list(ip) }) ?? [];
  const ips = [...old.map((one) => one.ip), ...told.map((one) => withIndexIn(one, interfaces))];
  const routes = [...old.flatMap((one) => one.routes), ...stated];
  return {
    interfaces,
    ips,
    ...(routes.length === 0 ? {} : { routes }),
    ...(dns === undefined || Object.keys(dns).length === 0 ? {} : { dns }),
  };
}

/** An index that points at nothing is left out: behind it our own interface would take its place. */
function withIndexIn({ interface: index, ...rest }: ResultIp, interfaces: readonly ResultInterface[]): ResultIp {
  return index === undefined || index >= interfaces.length ? rest : { ...rest, interface: index };
}

/** What else stands there is passed on as it came. What is read is not: null counts as absent, and keys come in any case. */
const beside = (object: Json, keys: readonly string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !keys.includes(name.toLowerCase())));

function networkInterface(value: unknown, path: string): ResultInterface {
  const object = record(value, path);
  const mac = optional(object, 'mac', { path, as: text });
  const sandbox = optional(object, 'sandbox', { path, as: text });
  return {
    ...beside(object, ['name', 'mac', 'sandbox']),
    name: text(member(object, 'name'), join(path, 'name')),
    ...(mac === undefined ? {} : { mac }),
    ...(sandbox === undefined ? {} : { sandbox }),
  };
}

function ip(value: unknown, path: string): ResultIp {
  const object = record(value, path);
  const gateway = optional(object, 'gateway', { path, as: text });
  const index = member(object, 'interface');
  return {
    address: text(member(object, 'address'), join(path, 'address')),
    ...(gateway === undefined || gateway === '' ? {} : { gateway }),
    ...(typeof index === 'number' && Number.isInteger(index) && index >= 0 ? { interface: index } : {}),
  };
}

function route(value: unknown, path: string): ResultRoute {
  const object = record(value, path);
  const gw = optional(object, 'gw', { path, as: text });
  const dst = text(member(object, 'dst'), join(path, 'dst'));
  return { ...beside(object, ['dst', 'gw']), dst, ...(gw === undefined || gw === '' ? {} : { gw }) };
}

function oldAddress(value: unknown, path: string): { readonly ip: ResultIp; readonly routes: readonly ResultRoute[] } {
  const object = record(value, path);
  const gateway = optional(object, 'gateway', { path, as: text });
  return {
    ip: {
      address: text(member(object, 'ip'), join(path, 'ip')),
      ...(gateway === undefined || gateway === '' ? {} : { gateway }),
    },
    routes: optional(object, 'routes', { path, as: list(route) }) ?? [],
  };
}

/**
 * Our result behind that of the plugins before us in the chain: theirs is passed on, ours added, indices moved on
 * (SPEC.md 1.1.0 section 2 "ADD").
 */
export function appendResult(previous: Result, own: Result): Result {
  const by = previous.interfaces.length;
  const moved = own.ips.map((one) => (one.interface === undefined ? one : { ...one, interface: one.interface + by }));
  const routes = [...(previous.routes ?? []), ...(own.routes ?? [])];
  const dns = own.dns ?? previous.dns;
  return {
    interfaces: [...previous.interfaces, ...own.interfaces],
    ips: [...previous.ips, ...moved],
    ...(routes.length === 0 ? {} : { routes }),
    ...(dns === undefined ? {} : { dns }),
  };
}
