/** The `ipam` section as typed data, by host-local's rules; which addresses a network keeps for itself is its plugin's. */
import { type Cidr, contains, lastOf, networkOf, parseCidr } from '../net/cidr.ts';
import { BITS, compareIp, type Ip, offset, parseIp } from '../net/ip.ts';
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

/** Addresses of one subnet, both ends included. Network and broadcast address are outside unless the user put them in. */
export interface Range {
  readonly subnet: Cidr;
  readonly first: Ip;
  readonly last: Ip;
  /** As configured; host-local's default (network address + 1) is not filled in. */
  readonly gateway: Ip | undefined;
}

export interface IpamRoute {
  readonly dst: Cidr;
  readonly gw?: Ip;
}

export interface IpamConfig {
  readonly dataDir: string;
  /** An attachment gets one address from each. */
  readonly ranges: readonly Range[];
  readonly routes: readonly IpamRoute[];
  /** The plugin in CNI_PATH that gives the addresses; none when they are given here, from `ranges`. */
  readonly delegate: string | undefined;
}

const NOT_YET = 'it is not supported yet';
/** Keys of a route that CNI 1.1.0 knows (SPEC.md section 5, Success) and no HNS route carries. */
const ROUTE_KEYS_REFUSED = ['mtu', 'advmss', 'priority', 'table', 'scope'] as const;

/** Reads the `ipam` section at `path`; throws code 7 with the JSON path. `defaultDataDir` is absolute. */
export function decodeIpam(value: unknown, path: string, defaultDataDir: string): IpamConfig {
  const section = record(value, path);
  const type = required(section, 'type', { path, as: text });
  if (type !== 'host-local') return delegated(section, { type, path, defaultDataDir });
  if (member(section, 'resolvConf') !== undefined) refuse(join(path, 'resolvConf'), NOT_YET);
  return {
    dataDir: folderOf(section, { path, defaultDataDir }),
    ranges: [soleRange(section, path)],
    routes: optional(section, 'routes', { path, as: list(route) }) ?? [],
    delegate: undefined,
  };
}

/** SPEC.md 1.1.0 section 1: `ipam.type` is the name of an executable, and no path. */
const PLUGIN = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/**
 * Its other keys are the plugin's to read; `dataDir`, which several of them have, also says, when it is absolute, where our records of its
 * attachments lie, so that two nodes' worth of state never meet.
 */
function delegated(section: Json, { type, path, defaultDataDir }: Delegated): IpamConfig {
  if (!PLUGIN.test(type)) fail(join(path, 'type'), 'the name of an IPAM plugin, without a path', type);
  const stated = member(section, 'dataDir');
  const isOurs = typeof stated === 'string' && (WITH_DRIVE.test(stated) || ROOTED.test(stated));
  const dataDir = isOurs ? folderOf(section, { path, defaultDataDir }) : defaultDataDir;
  return { dataDir, ranges: [], routes: [], delegate: type };
}

interface Delegated {
  readonly type: string;
  readonly path: string;
  readonly defaultDataDir: string;
}

/** `dataDir`, absolute. */
function folderOf(section: Json, { path, defaultDataDir }: { path: string; defaultDataDir: string }): string {
  const stated = optional(section, 'dataDir', { path, as: text }) ?? '';
  return stated === '' ? defaultDataDir : absolute(stated, { path: join(path, 'dataDir'), defaultDataDir });
}

/** One range, at the top of the section or alone in `ranges`; the peer would take an address for each of several. */
function soleRange(section: Json, path: string): Range {
  const setsPath = join(path, 'ranges');
  const sets = optional(section, 'ranges', { path, as: list(list((item) => item)) }) ?? [];
  const top = member(section, 'subnet') !== undefined;
  if (sets.length === 0) return top ? range(section, path) : fail(setsPath, `${path}.subnet or one range`, undefined);
  if (sets.length > 1 || top) refuse(setsPath, `more than one range set ${NOT_YET.slice(3)}`);
  const [members = []] = sets;
  if (members.length > 1) refuse(`${setsPath}[0]`, `more than one range in a set ${NOT_YET.slice(3)}`);
  return range(members[0], `${setsPath}[0][0]`);
}

/** Defaults as host-local's: from network address + 1 to the last address, for IPv4 the last before broadcast. */
const range: Decoder<Range> = (value, path) => {
  const object = record(value, path);
  const subnet = required(object, 'subnet', { path, as: network });
  const inside: Decoder<Ip> = (item, at) => {
    const ip = address(item, at);
    return contains(subnet, ip) ? ip : fail(at, `an address in ${networkOf(subnet).text}/${subnet.prefix}`, item);
  };
  const first = optional(object, 'rangeStart', { path, as: inside }) ?? offset(networkOf(subnet), 1);
  const last =
    optional(object, 'rangeEnd', { path, as: inside }) ?? offset(lastOf(subnet), subnet.ip.family === 4 ? -1 : 0);
  if (compareIp(first, last) > 0) {
    fail(join(path, 'rangeStart'), `an address not after the range's end ${last.text}`, first.text);
  }
  return { subnet, first, last, gateway: optional(object, 'gateway', { path, as: emptyOr(address) }) };
};

/** A subnet as host-local takes it: no host bits, and room for two addresses beside the first and the last. */
const network: Decoder<Cidr> = (value, path) => {
  const found = cidr(value, path);
  const start = networkOf(found);
  if (compareIp(start, found.ip) !== 0)
    fail(path, `a subnet without host bits: "${start.text}/${found.prefix}"`, value);
  if (BITS[found.ip.family] - found.prefix < 2) fail(path, `a subnet of at least four addresses`, value);
  return found;
};

const route: Decoder<IpamRoute> = (value, path) => {
  const object = record(value, path);
  for (const key of ROUTE_KEYS_REFUSED) {
    if (member(object, key) !== undefined) refuse(join(path, key), 'HNS routes have no such property');
  }
  const dst = required(object, 'dst', { path, as: cidr });
  const gw = optional(object, 'gw', { path, as: emptyOr(address) });
  return gw === undefined ? { dst } : { dst, gw };
};

const cidr: Decoder<Cidr> = (value, path) =>
  parseCidr(text(value, path)) ?? fail(path, 'a subnet in CIDR form, such as "10.244.3.0/24"', value);

const address: Decoder<Ip> = (value, path) => parseIp(text(value, path)) ?? fail(path, 'an IP address', value);

/** Templates leave "" where they have nothing to say; Go's net.IP reads that as none. */
const emptyOr =
  (as: Decoder<Ip>): Decoder<Ip | undefined> =>
  (value, path) =>
    value === '' ? undefined : as(value, path);

const WITH_DRIVE = /^[a-z]:[\\/]/i;
const ROOTED = /^[\\/]/;
const SHARE = /^[\\/]{2}/;

/** An absolute folder; on Windows one without a drive is on the drive of the default, not on that of the current folder. */
function absolute(folder: string, { path, defaultDataDir }: { path: string; defaultDataDir: string }): string {
  const windows = WITH_DRIVE.test(defaultDataDir);
  if (windows && (WITH_DRIVE.test(folder) || SHARE.test(folder))) return folder;
  if (!ROOTED.test(folder)) return fail(path, 'an absolute path', folder);
  return windows ? `${defaultDataDir.slice(0, 2)}${folder}` : folder;
}
