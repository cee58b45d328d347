/** Results: read from any version, written in the one asked for. */
import { isObject, type Json, objects, textAt } from '../../json.ts';
import { hasInterfaces } from '../../versions.ts';
import type { Is } from '../mutants.ts';
import type { Context } from './context.ts';

/** The shape of 1.x; entries keep keys that nobody here knows. */
export interface Result {
  readonly interfaces: readonly Json[];
  readonly ips: readonly Json[];
  readonly routes: readonly Json[];
  readonly dns: Json;
}

export function readResult(value: unknown): Result {
  const object = isObject(value) ? value : {};
  const old = [object['ip4'], object['ip6']].filter(isObject);
  const gateway = (ip: Json): Json => (ip['gateway'] === undefined ? {} : { gateway: ip['gateway'] });
  return {
    interfaces: objects(object['interfaces']),
    ips: Array.isArray(object['ips'])
      ? objects(object['ips']).map(plain)
      : old.map((ip) => ({ address: ip['ip'], ...gateway(ip) })),
    routes: [...old.flatMap((ip) => objects(ip['routes'])), ...objects(object['routes'])],
    dns: isObject(object['dns']) ? object['dns'] : {},
  };
}

const plain = ({ version: _, ...ip }: Json): Json => ip;

const NOTHING: Result = { interfaces: [], ips: [], routes: [], dns: {} };

const withoutMacs = (result: Result): Result => ({
  ...result,
  interfaces: result.interfaces.map(({ mac: _, ...rest }) => rest),
});

/** Ours behind what was there: a plugin of a chain passes on what it was given (SPEC.md 1.1.0 section 2 "ADD"). */
export function appended(before: Result, own: Result, { is, command }: Pick<Context, 'is' | 'command'>): Result {
  const previous = is('dropsPrevResult') ? NOTHING : is('rewritesPrevResult') ? withoutMacs(before) : before;
  const by = previous.interfaces.length + (is('indexFromName') ? Number(/\d?$/.exec(command.ifname)) : 0);
  const moved = own.ips.map((ip) => ({ ...ip, interface: by }));
  return {
    interfaces: [...previous.interfaces, ...(is('listsNoInterface') ? [] : own.interfaces)],
    ips: [...previous.ips, ...moved],
    routes: [...previous.routes, ...own.routes],
    dns: Object.keys(own.dns).length > 0 && !is('resultWithoutDns') ? own.dns : previous.dns,
  };
}

export function written({ interfaces, ips, routes, dns }: Result, cniVersion: string, is: Is): Json {
  const named = { ...(routes.length > 0 ? { routes } : {}), ...(Object.keys(dns).length > 0 ? { dns } : {}) };
  if (!hasInterfaces(cniVersion)) {
    return {
      cniVersion,
      ...family('ip4', ips, routes),
      ...family('ip6', ips, routes),
      ...(is('minorLosesDns') && cniVersion === '0.2.0' ? {} : { dns }),
    };
  }
  const isNew = cniVersion.startsWith('1.') || is('addressesWithoutVersion');
  const versioned = ips.map((ip) => ({ version: isSix(ip, 'address') ? '6' : '4', ...ip }));
  return { cniVersion, interfaces, ips: isNew ? ips : versioned, ...named };
}

const isSix = (entry: Json, key: string): boolean => textAt(entry, key).includes(':');

function family(key: 'ip4' | 'ip6', ips: readonly Json[], routes: readonly Json[]): Json {
  const six = key === 'ip6';
  const ip = ips.find((one) => isSix(one, 'address') === six);
  if (ip === undefined) return {};
  const own = routes.filter((route) => isSix(route, 'dst') === six);
  const gateway = ip['gateway'] === undefined ? {} : { gateway: ip['gateway'] };
  return { [key]: { ip: ip['address'], ...gateway, ...(own.length > 0 ? { routes: own } : {}) } };
}
