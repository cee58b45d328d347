/** The keys that every dialect reads in the same way, and the refusal of those that mean something and are not read. */
import { decodeIpam, decodeIpamForTeardown } from '../ipam/config.ts';
import { decodeLog } from '../log/log.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import { aclDefault } from '../policy/acl-default.ts';
import { bandwidth } from '../policy/bandwidth.ts';
import { cidr } from '../policy/fields.ts';
import { portMappings } from '../policy/port-mappings.ts';
import {
  asksForSomething,
  type Decoder,
  fail,
  integer,
  isRecord,
  type Json,
  list,
  member,
  number,
  oneOf,
  optional,
  record,
  refuse,
  text,
} from '../spec/decode.ts';
import { decodeDns, decodeRuntimeDns, mergeDns } from '../spec/dns.ts';
import { decodeCluster } from './cluster.ts';
import type { Context, NetConf } from './net-conf.ts';

const TIMEOUT_SECONDS = 60;
const TOMBSTONE_SECONDS = 600;

/** All but what a dialect says of networks and policies. */
export type Shared = Omit<
  NetConf,
  | 'profiles'
  | 'newNetwork'
  | 'policies'
  | 'policyOrder'
  | 'exceptions'
  | 'loopbackDsr'
  | 'apiVersion'
  | 'localRoutedPorts'
  | 'allowsMappedPorts'
  | 'notes'
>;

/** Reads the shared keys; throws code 7 naming the JSON path. */
export function decodeShared(config: Json, context: Context): Shared {
  const { defaults, args, readText } = context;
  const input = { config, defaultDataDir: defaults.dataDir, args, readText };
  const ipam = context.isTeardown ? decodeIpamForTeardown(input) : decodeIpam(input);
  // What says how to take a pod down, and not which one, is no reason to leave it.
  const unlessTeardown = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (failure) {
      if (context.isTeardown) return undefined;
      throw failure;
    }
  };
  const at = <T>(key: string, as: Decoder<T>): T | undefined =>
    unlessTeardown(() => optional(config, key, { path: '', as }));
  const runtime = at('runtimeConfig', record) ?? {};
  const runtimeDns = member(runtime, 'dns');
  return {
    name: text(member(config, 'name'), 'name'),
    ipam,
    dns: mergeDns(
      { ...ipam.dns, ...at('dns', decodeDns) },
      runtimeDns === undefined ? {} : decodeRuntimeDns(runtimeDns, 'runtimeConfig.dns'),
    ),
    portMappings: optional(runtime, 'portMappings', { path: 'runtimeConfig', as: portMappings }) ?? [],
    bandwidth: optional(runtime, 'bandwidth', { path: 'runtimeConfig', as: bandwidth }),
    aclDefault: at('aclDefault', aclDefault) ?? 'allow',
    cluster: decodeCluster(config),
    mac: optional(runtime, 'mac', { path: 'runtimeConfig', as: mac }) ?? parseMac(args.mac ?? ''),
    gateways: at('gateway', gateways) ?? [],
    timeoutMs: (at('timeoutSeconds', number(0.01, 600)) ?? TIMEOUT_SECONDS) * 1000,
    tombstoneMs: (at('tombstoneSeconds', number(0, 86_400)) ?? TOMBSTONE_SECONDS) * 1000,
    log: unlessTeardown(() => decodeLog(config, defaults.logFile)) ?? { level: 'off', file: defaults.logFile },
    prevResult: member(config, 'prevResult'),
    reuse: at('repeatedAdd', oneOf('error', 'reuse')) === 'reuse',
  };
}

/** `apiVersion` of win-bridge and win-overlay. */
export const apiVersion = (config: Json): 1 | 2 | undefined =>
  optional(config, 'apiVersion', { path: '', as: integer(1, 2) }) as 1 | 2 | undefined;

/** The keys by which an attachment is found and freed. */
const TEARDOWN = ['name', 'type', 'ipam', 'timeoutSeconds', 'tombstoneSeconds', 'logLevel', 'logFile'];

/**
 * A configuration for DEL and GC: what a pod's endpoint was to be does not matter any more, and an agent may have rewritten the
 * file into something that ADD refuses. Nothing of that may keep what is there from being removed.
 */
export function forTeardown(config: Json): Json {
  const needed = TEARDOWN.map((key) => key.toLowerCase());
  return Object.fromEntries(Object.entries(config).filter(([key]) => needed.includes(key.toLowerCase())));
}

/** Capabilities of CONVENTIONS.md that would have to change the endpoint and have no meaning on Windows. */
const UNSUPPORTED_RUNTIME = ['aliases', 'infinibandGUID', 'deviceID'] as const;

/** Refuses keys that another plugin of the field reads and the one at hand does not, and capabilities that nobody serves. */
export function refuseUnsupported(config: Json, keys: readonly string[]): void {
  for (const key of keys) refuseUsed(config, key, key);
  const runtime = member(config, 'runtimeConfig');
  for (const key of UNSUPPORTED_RUNTIME) {
    if (isRecord(runtime)) refuseUsed(runtime, key, `runtimeConfig.${key}`);
  }
  const args = member(config, 'args');
  const cni = isRecord(args) ? member(args, 'cni') : undefined;
  if (isRecord(cni))
    for (const key of Object.keys(cni)) {
      if (key.toLowerCase() !== 'ips') refuseUsed(cni, key, `args.cni.${key}`);
    }
}

function refuseUsed(object: Json, key: string, path: string): void {
  if (asksForSomething(member(object, key))) refuse(path, 'it is not supported by this version');
}

/** Templates leave "" where they have nothing to say. */
export const emptyOr =
  <T>(as: Decoder<T>): Decoder<T | undefined> =>
  (value, path) =>
    value === '' ? undefined : as(value, path);

const mac: Decoder<Mac> = (value, path) =>
  (typeof value === 'string' ? parseMac(value) : undefined) ??
  fail(path, 'a MAC address such as "00-15-5D-52-C0-01"', value);

/** One CIDR, or a list of them as flannel has for several networks. */
export const blocks: Decoder<readonly string[]> = (value, path) => {
  if (value === '') return [];
  return Array.isArray(value) ? list(cidr)(value, path) : [cidr(value, path)];
};

/** One address or a list of them, each family once. */
const gateways: Decoder<readonly Ip[]> = (value, path) => {
  if (value === '') return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const found = values.map((item, index) => {
    const ip = typeof item === 'string' ? parseIp(item) : undefined;
    return ip ?? fail(Array.isArray(value) ? `${path}[${index}]` : path, 'an IP address', item);
  });
  if (new Set(found.map((ip) => ip.family)).size < found.length)
    refuse(path, 'a family has two gateways, expected one');
  return found;
};
