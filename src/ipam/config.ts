/** The `ipam` section as typed data: who gives the addresses, and from where. Which ones a network keeps for itself is its plugin's. */
import type { Cidr } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';
import { badArgument, type CniArguments, NO_ARGUMENTS } from '../spec/arguments.ts';
import { fail, type Json, join, list, member, number, optional, record, refuse, text } from '../spec/decode.ts';
import { decodeDns } from '../spec/dns.ts';
import type { ResultDns } from '../spec/result.ts';
import { isAtLeast, SUPPORTED, UNSTATED } from '../spec/version.ts';
import { folderOf, ourFolderOf } from './data-dir.ts';
import { decodePodCidr, hasPodCidr } from './pod-cidr.ts';
import { cidr, decodeSets, type RangeSet } from './ranges.ts';
import { askedIn, assign } from './requested.ts';
import { dnsIn } from './resolv-conf.ts';
import { endpointRoute, type IpamRoute, networkRoute } from './routes.ts';
import { decodeStatic, type StaticAddress } from './static.ts';

interface Common {
  readonly dataDir: string;
  readonly routes: readonly IpamRoute[];
  /** What IPAM says of DNS; the `dns` of the configuration comes before it. */
  readonly dns: ResultDns;
}

/** Addresses are given here, on host-local's files. */
export interface HostLocalIpam extends Common {
  readonly source: 'host-local';
  /** An attachment gets one address from each. */
  readonly sets: readonly RangeSet[];
  /** For each set the address that is asked for, where one is. */
  readonly wanted: readonly (Ip | undefined)[];
  /** How long a freed address is kept from being given again while others are free: kube-proxy's remote endpoints catch up. */
  readonly quarantineMs: number;
}

/** An attachment gets all of these; no file says who has them. */
export interface StaticIpam extends Common {
  readonly source: 'static';
  readonly addresses: readonly StaticAddress[];
}

/** The executable `type` in CNI_PATH gives them. */
export interface PluginIpam extends Common {
  readonly source: 'plugin';
  readonly type: string;
}

/** No section, or one without `type`: HNS gives them. What it says is of the network. */
export interface HnsIpam extends Common {
  readonly source: 'hns';
  /** As written, host bits kept. */
  readonly subnet: Cidr | undefined;
}

export type IpamConfig = HostLocalIpam | StaticIpam | PluginIpam | HnsIpam;
export type Source = IpamConfig['source'];

/** What of it a store gives addresses from. */
export type Supply =
  | Pick<HostLocalIpam, 'source' | 'sets' | 'wanted' | 'quarantineMs'>
  | Pick<StaticIpam, 'source' | 'addresses'>
  | Pick<PluginIpam | HnsIpam, 'source'>;

export const setsOf = (supply: Supply): readonly RangeSet[] => (supply.source === 'host-local' ? supply.sets : []);

export interface IpamInput {
  /** The whole network configuration: the runtime's part of it counts, too. */
  readonly config: Json;
  /** Absolute. */
  readonly defaultDataDir: string;
  /** Of CNI_ARGS; they count beside the configuration. */
  readonly args?: CniArguments | undefined;
  /** Reads the file of `resolvConf`, undefined when there is none; absent for verbs to which DNS does not matter. */
  readonly readText?: ((path: string) => string | undefined) | undefined;
}

const PATH = 'ipam';

/** Throws code 7 with the JSON path, code 4 for what CNI_ARGS asks for. */
export function decodeIpam(input: IpamInput): IpamConfig {
  const section = sectionOf(input);
  const type = typeIn(section);
  if (type === 'host-local') return decodeHostLocal(section, input);
  if (type === 'static') return decodeStaticIpam(section, input);
  return type === undefined ? decodeHns(section, input) : decodeIpamForTeardown(input);
}

/**
 * The same for DEL and GC, which know an attachment's addresses from disk: only source and folder are read, so that a range
 * which an agent has rewritten into nonsense keeps nothing from being freed.
 */
export function decodeIpamForTeardown({ config, defaultDataDir }: IpamInput): IpamConfig {
  const section = sectionOf({ config });
  const nothing = { routes: [], dns: {} };
  const type = typeIn(section);
  if (type === 'host-local') {
    const dataDir = folderOf(section, defaultDataDir);
    return { source: type, dataDir, ...nothing, sets: [], wanted: [], quarantineMs: 0 };
  }
  const dataDir = ourFolderOf(section, defaultDataDir);
  if (type === 'static') return { source: type, dataDir, ...nothing, addresses: [] };
  if (type === undefined) return { source: 'hns', dataDir, ...nothing, subnet: undefined };
  return { source: 'plugin', type, dataDir, ...nothing };
}

const sectionOf = ({ config }: Pick<IpamInput, 'config'>): Json =>
  optional(config, PATH, { path: '', as: record }) ?? {};

/** SPEC.md 1.1.0 section 1: `ipam.type` is the name of an executable, and no path. */
const PLUGIN = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** `podCidr` says it as well: only host-local has that key. Whether it can be read does not matter here, so that DEL finds the same. */
function typeIn(section: Json): string | undefined {
  const type = optional(section, 'type', { path: PATH, as: text }) ?? '';
  if (type === '') return hasPodCidr(section) ? 'host-local' : undefined;
  return PLUGIN.test(type) ? type : fail(join(PATH, 'type'), 'the name of an IPAM plugin, without a path', type);
}

const QUARANTINE_SECONDS = 60;

function decodeHostLocal(section: Json, input: IpamInput): HostLocalIpam {
  const { config, args = NO_ARGUMENTS } = input;
  const runtime = optional(config, 'runtimeConfig', { path: '', as: record }) ?? {};
  const sets = (hasPodCidr(section) ? decodePodCidr : decodeSets)(section, PATH, runtime);
  requireExpressible(
    config,
    sets.flatMap(([range]) => range?.subnet.ip.family ?? []),
  );
  if (args.gateways.length > 0) throw badArgument('GATEWAY is not supported with ipam.type "host-local"');
  const { wanted, refuseRest } = assign(sets, askedIn(config, args));
  refuseRest();
  return {
    source: 'host-local',
    dataDir: folderOf(section, input.defaultDataDir),
    sets,
    wanted,
    quarantineMs:
      1000 * (optional(section, 'quarantineSeconds', { path: PATH, as: number(0, 86_400) }) ?? QUARANTINE_SECONDS),
    routes: optional(section, 'routes', { path: PATH, as: list(endpointRoute) }) ?? [],
    dns: optional(section, 'resolvConf', { path: PATH, as: dnsIn(input.readText) }) ?? {},
  };
}

/** Keys that host-local's own section does not have: nobody writes them for another plugin. */
const OF_HOST_LOCAL = ['podCidr', 'quarantineSeconds'] as const;

function decodeStaticIpam(section: Json, { config, args = NO_ARGUMENTS, defaultDataDir }: IpamInput): StaticIpam {
  refuseRanges(config, 'ipam.type is "static", expected "host-local" for ranges');
  for (const key of OF_HOST_LOCAL) {
    if (member(section, key) !== undefined)
      refuse(join(PATH, key), 'ipam.type is "static", expected "host-local" for it');
  }
  const addresses = decodeStatic(section, PATH, { places: askedIn(config, args), args });
  requireExpressible(
    config,
    addresses.map(({ address }) => address.ip.family),
  );
  return {
    source: 'static',
    dataDir: ourFolderOf(section, defaultDataDir),
    addresses,
    routes: optional(section, 'routes', { path: PATH, as: list(endpointRoute) }) ?? [],
    dns: optional(section, 'dns', { path: PATH, as: decodeDns }) ?? {},
  };
}

/** Keys that say which addresses to give, and when: without a type that would do so they would say nothing. */
const GIVING = ['ranges', 'rangeStart', 'rangeEnd', 'addresses', 'quarantineSeconds'] as const;
const BY_HNS = 'without ipam.type HNS gives the addresses';

function decodeHns(section: Json, { config, args = NO_ARGUMENTS, defaultDataDir }: IpamInput): HnsIpam {
  for (const key of GIVING) if (member(section, key) !== undefined) refuse(join(PATH, key), BY_HNS);
  refuseRanges(config, BY_HNS);
  askedIn(config, args).flat()[0]?.refuse(`none: ${BY_HNS}`);
  if (args.gateways.length > 0) throw badArgument(`GATEWAY is not supported: ${BY_HNS}`);
  return {
    source: 'hns',
    dataDir: ourFolderOf(section, defaultDataDir),
    subnet: optional(section, 'subnet', { path: PATH, as: cidr }),
    routes: optional(section, 'routes', { path: PATH, as: list(networkRoute) }) ?? [],
    dns: {},
  };
}

function refuseRanges(config: Json, why: string): void {
  const runtime = optional(config, 'runtimeConfig', { path: '', as: record }) ?? {};
  const ranges = optional(runtime, 'ipRanges', { path: 'runtimeConfig', as: list((item) => item) }) ?? [];
  if (ranges.length > 0) refuse('runtimeConfig.ipRanges', why);
}

/** A result before 0.3.0 has room for one address of each family: a second one would be lost without a word. */
export function requireExpressible(config: Json, families: readonly Family[]): void {
  const stated = member(config, 'cniVersion');
  const version = SUPPORTED.find((one) => one === stated) ?? UNSTATED;
  if (isAtLeast(version, '0.3.0') || new Set(families).size === families.length) return;
  refuse(PATH, `CNI ${version} has one address of each family, and it asks for more`);
}
