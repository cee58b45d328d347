/** The `ipam` section as typed data: who gives the addresses, and from where. Which ones a network keeps for itself is its plugin's. */
import type { Family, Ip } from '../net/ip.ts';
import { badArgument, type CniArguments, NO_ARGUMENTS } from '../spec/arguments.ts';
import {
  type Decoder,
  fail,
  type Json,
  join,
  list,
  member,
  optional,
  record,
  refuse,
  required,
  text,
} from '../spec/decode.ts';
import type { ResultDns } from '../spec/result.ts';
import { isAtLeast, SUPPORTED, UNSTATED } from '../spec/version.ts';
import { decodeSets, type RangeSet } from './ranges.ts';
import { askedIn, assign } from './requested.ts';
import { dnsIn } from './resolv-conf.ts';
import { endpointRoute, type IpamRoute } from './routes.ts';

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
}

/** The executable `type` in CNI_PATH gives them. */
export interface PluginIpam extends Common {
  readonly source: 'plugin';
  readonly type: string;
}

export type IpamConfig = HostLocalIpam | PluginIpam;

/** What of it a store gives addresses from. */
export type Supply = Pick<HostLocalIpam, 'source' | 'sets' | 'wanted'> | Pick<PluginIpam, 'source'>;

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

/** Throws code 7 with the JSON path, code 4 for what CNI_ARGS asks for. */
export function decodeIpam(input: IpamInput): IpamConfig {
  const section = sectionOf(input);
  const type = typeIn(section);
  if (type !== 'host-local') return { source: 'plugin', type, ...nothingOf(input) };
  const runtime = optional(input.config, 'runtimeConfig', { path: '', as: record }) ?? {};
  const sets = decodeSets(section, PATH, runtime);
  const families = sets.flatMap(([range]) => range?.subnet.ip.family ?? []);
  requireExpressible(input.config, families);
  const { args = NO_ARGUMENTS } = input;
  if (args.gateways.length > 0) throw badArgument('GATEWAY is not supported with ipam.type "host-local"');
  const { wanted, refuseRest } = assign(sets, askedIn(input.config, args));
  refuseRest();
  return {
    source: type,
    dataDir: folderOf(section, input.defaultDataDir),
    sets,
    wanted,
    routes: optional(section, 'routes', { path: PATH, as: list(endpointRoute) }) ?? [],
    dns: optional(section, 'resolvConf', { path: PATH, as: dnsIn(input.readText) }) ?? {},
  };
}

/**
 * The same for DEL and GC, which know an attachment's addresses from disk: only source and folder are read, so that a range
 * which an agent has rewritten into nonsense keeps nothing from being freed.
 */
export function decodeIpamForTeardown(input: IpamInput): IpamConfig {
  const section = sectionOf(input);
  const type = typeIn(section);
  if (type !== 'host-local') return { source: 'plugin', type, ...nothingOf(input) };
  return { ...nothingOf(input), source: type, dataDir: folderOf(section, input.defaultDataDir), sets: [], wanted: [] };
}

const PATH = 'ipam';

/** A result before 0.3.0 has room for one address of each family: a second one would be lost without a word. */
function requireExpressible(config: Json, families: readonly Family[]): void {
  const stated = member(config, 'cniVersion');
  const version = SUPPORTED.find((one) => one === stated) ?? UNSTATED;
  if (isAtLeast(version, '0.3.0') || new Set(families).size === families.length) return;
  refuse(PATH, `CNI ${version} has one address of each family, and it asks for more`);
}

const sectionOf = ({ config }: IpamInput): Json => required(config, PATH, { path: '', as: record });

/** SPEC.md 1.1.0 section 1: `ipam.type` is the name of an executable, and no path. */
const PLUGIN = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

function typeIn(section: Json): string {
  const type = required(section, 'type', { path: PATH, as: text });
  return PLUGIN.test(type) ? type : fail(join(PATH, 'type'), 'the name of an IPAM plugin, without a path', type);
}

/**
 * What is known where the section is another plugin's to read. `dataDir`, which several of them have, also says, when it is absolute,
 * where our records of its attachments lie, so that two nodes' worth of state never meet.
 */
function nothingOf(input: IpamInput): Common {
  const section = sectionOf(input);
  const stated = member(section, 'dataDir');
  const isOurs = typeof stated === 'string' && (WITH_DRIVE.test(stated) || ROOTED.test(stated));
  const dataDir = isOurs ? folderOf(section, input.defaultDataDir) : input.defaultDataDir;
  return { dataDir, routes: [], dns: {} };
}

/** `dataDir`, absolute. */
export function folderOf(section: Json, defaultDataDir: string): string {
  const stated = optional(section, 'dataDir', { path: PATH, as: text }) ?? '';
  return stated === '' ? defaultDataDir : absolute(defaultDataDir)(stated, join(PATH, 'dataDir'));
}

const WITH_DRIVE = /^[a-z]:[\\/]/i;
const ROOTED = /^[\\/]/;
const SHARE = /^[\\/]{2}/;

/** An absolute folder; on Windows one without a drive is on the drive of the default, not on that of the current folder. */
const absolute =
  (defaultDataDir: string): Decoder<string> =>
  (value, path) => {
    const folder = text(value, path);
    const windows = WITH_DRIVE.test(defaultDataDir);
    if (windows && (WITH_DRIVE.test(folder) || SHARE.test(folder))) return folder;
    if (!ROOTED.test(folder)) return fail(path, 'an absolute path', folder);
    return windows ? `${defaultDataDir.slice(0, 2)}${folder}` : folder;
  };
