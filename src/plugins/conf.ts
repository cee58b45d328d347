/** The network configuration of win-bridge as typed data; what means something but is not supported is refused by name. */
import { decodeIpam, decodeIpamForTeardown, type IpamConfig } from '../ipam/config.ts';
import { decodeLog, type LogConfig } from '../log/log.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { cidr, policies } from '../policy/endpoint-policies.ts';
import type { EndpointPolicy } from '../policy/endpoint-policy.ts';
import { badArgument, type CniArguments } from '../spec/arguments.ts';
import {
  bool,
  type Decoder,
  fail,
  integer,
  isRecord,
  type Json,
  member,
  number,
  oneOf,
  optional,
  record,
  refuse,
  text,
} from '../spec/decode.ts';
import { decodeDns, decodeRuntimeDns, mergeDns } from '../spec/dns.ts';
import type { ResultDns } from '../spec/result.ts';

export interface NetConf {
  readonly name: string;
  readonly ipam: IpamConfig;
  readonly dns: ResultDns;
  readonly policies: readonly EndpointPolicy[];
  /** CIDR whose destinations are not source-translated. */
  readonly ipMasqNetwork: string | undefined;
  readonly loopbackDsr: boolean;
  /** At most one of each family; a family without one takes network address + 2. */
  readonly gateways: readonly Ip[];
  /** For the whole command. */
  readonly timeoutMs: number;
  /** How long address and id of an attachment stay set aside when HNS may still make its endpoint. */
  readonly tombstoneMs: number;
  readonly log: LogConfig;
  /** As it came: only ADD and CHECK read it, so that a broken one keeps no DEL from its work. */
  readonly prevResult: unknown;
  /** Whether an ADD that finds its attachment as it would make it answers with that. */
  readonly reuse: boolean;
}

/** What depends on the platform. */
export interface Defaults {
  readonly dataDir: string;
  readonly logFile: string;
}

const TYPE = 'win-bridge';
const TIMEOUT_SECONDS = 60;
const TOMBSTONE_SECONDS = 600;

/** Keys that the Windows plugins of the field read and this one does not yet. */
const UNSUPPORTED = [
  'AdditionalArgs',
  'additionalRoutes',
  'optionalFlags',
  'delegate',
  'endpointMacPrefix',
  'ipMasq',
  'subnetFile',
] as const;
/** Capabilities of CONVENTIONS.md that would have to change the endpoint. */
const UNSUPPORTED_RUNTIME = ['portMappings', 'bandwidth', 'mac', 'aliases', 'infinibandGUID', 'deviceID'] as const;

/** What a command gives beside its configuration. */
export interface Given {
  /** For the file of `ipam.resolvConf`; absent for verbs that make no endpoint. */
  readonly readText?: ((path: string) => string | undefined) | undefined;
  readonly args?: CniArguments | undefined;
  /** Reads no more than `forTeardown` leaves. */
  readonly isTeardown?: boolean;
}

/** Reads the configuration; throws code 7 naming the JSON path. */
export function decodeConf(whole: Json, defaults: Defaults, given: Given = {}): NetConf {
  const { args, readText, isTeardown = false } = given;
  const config = isTeardown ? forTeardown(whole) : whole;
  refuseUnsupported(config);
  if (args?.mac !== undefined && !isTeardown) throw badArgument('MAC is not supported by this version');
  const input = { config, defaultDataDir: defaults.dataDir, args, readText };
  const ipam = isTeardown ? decodeIpamForTeardown(input) : decodeIpam(input);
  if (ipam.source === 'hns') refuse('ipam.type', 'it is absent, expected a string');
  const at = <T>(key: string, as: Decoder<T>): T | undefined => optional(config, key, { path: '', as });
  const runtime = at('runtimeConfig', record) ?? {};
  const runtimeDns = member(runtime, 'dns');
  return {
    name: text(member(config, 'name'), 'name'),
    ipam,
    dns: mergeDns(
      { ...ipam.dns, ...at('dns', decodeDns) },
      runtimeDns === undefined ? {} : decodeRuntimeDns(runtimeDns, 'runtimeConfig.dns'),
    ),
    policies: at('policies', policies) ?? [],
    ipMasqNetwork: at('ipMasqNetwork', emptyOr(cidr)),
    loopbackDsr: at('loopbackDSR', bool) ?? false,
    gateways: at('gateway', gateways) ?? [],
    timeoutMs: (at('timeoutSeconds', number(0.01, 600)) ?? TIMEOUT_SECONDS) * 1000,
    tombstoneMs: (at('tombstoneSeconds', number(0, 86_400)) ?? TOMBSTONE_SECONDS) * 1000,
    log: decodeLog(config, defaults.logFile),
    prevResult: member(config, 'prevResult'),
    reuse: at('repeatedAdd', oneOf('error', 'reuse')) === 'reuse',
  };
}

/** The keys by which an attachment is found and freed. */
const TEARDOWN = ['name', 'type', 'ipam', 'timeoutSeconds', 'tombstoneSeconds', 'logLevel', 'logFile'];

/**
 * A configuration for DEL and GC: what a pod's endpoint was to be does not matter any more, and an agent may have rewritten the
 * file into something that ADD refuses. Nothing of that may keep what is there from being removed.
 */
function forTeardown(config: Json): Json {
  const needed = TEARDOWN.map((key) => key.toLowerCase());
  return Object.fromEntries(Object.entries(config).filter(([key]) => needed.includes(key.toLowerCase())));
}

function refuseUnsupported(config: Json): void {
  const type = text(member(config, 'type'), 'type');
  if (type !== TYPE) refuse('type', `it is "${type}", expected "${TYPE}"`);
  const apiVersion = optional(config, 'apiVersion', { path: '', as: integer(1, 2) }) ?? 2;
  if (apiVersion !== 2) refuse('apiVersion', 'HNS v1 is not supported, expected 2 (HCN)');
  for (const key of UNSUPPORTED) refuseUsed(config, key, key);
  const runtime = member(config, 'runtimeConfig');
  for (const key of UNSUPPORTED_RUNTIME) {
    if (isRecord(runtime)) refuseUsed(runtime, key, `runtimeConfig.${key}`);
  }
  const args = member(config, 'args');
  const cni = isRecord(args) ? member(args, 'cni') : undefined;
  if (isRecord(cni)) {
    for (const key of Object.keys(cni).filter((one) => one.toLowerCase() !== 'ips'))
      refuseUsed(cni, key, `args.cni.${key}`);
  }
}

/** An empty list or object asks for nothing, so it is let pass: runtimes send those. */
function refuseUsed(object: Json, key: string, path: string): void {
  const value = member(object, key);
  if (value === undefined || value === '' || value === false) return;
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return;
  refuse(path, 'it is not supported by this version');
}

const emptyOr =
  (as: Decoder<string>): Decoder<string | undefined> =>
  (value, path) =>
    value === '' ? undefined : as(value, path);

/** One address or a list of them, each family once. */
const gateways: Decoder<readonly Ip[]> = (value, path) => {
  // Templates leave "" where they have nothing to say, as for the gateway of IPAM.
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
