/** What the node's network is to be: read from JSON or from options of the command line, each error with where it stands. */

import { type Cidr, formatCidr, networkOf, parseCidr } from '../net/cidr.ts';
import { BITS, type Ip, parseIp, sameIp } from '../net/ip.ts';
import { bool, type Decoder, fail, integer, type Json, member, oneOf, record, refuse, text } from '../spec/decode.ts';

/** How the adapter of the node is found. */
export type AdapterRule =
  | { readonly by: 'default route' }
  | { readonly by: 'address'; readonly address: Ip }
  | { readonly by: 'name'; readonly name: string }
  /** With * and ?, in any case. */
  | { readonly by: 'pattern'; readonly pattern: string };

const TYPES = ['L2Bridge', 'Overlay', 'L2Tunnel', 'NAT'] as const;
export type NodeNetworkType = (typeof TYPES)[number];

export interface NodeConfig {
  readonly name: string;
  readonly type: NodeNetworkType;
  /** One of each family at the most, without host bits; none: HNS chooses, on a NAT network. */
  readonly podCidrs: readonly Cidr[];
  readonly adapter: AdapterRule;
  /** Of an overlay network. */
  readonly vsid: number;
  /** UDP, of an overlay network. */
  readonly port: number;
  /** The name of the tiny network that is made first; undefined: none. */
  readonly externalNetwork: string | undefined;
  /** How long the node's address on the network, and the adapter, may take. */
  readonly timeoutMs: number;
}

/** VSIDs below are HNS's own; the id has 24 bits in VXLAN (RFC 7348, section 5). */
const [FIRST_VSID, LAST_VSID] = [4096, 0xff_ffff];
/** IANA's port of VXLAN, which HNS takes when it is told none. */
export const VXLAN_PORT = 4789;
export const DEFAULT_TIMEOUT_MS = 60_000;
const EXTERNAL = 'External';

const KEYS = ['name', 'type', 'podCidr', 'adapter', 'vsid', 'port', 'externalNetwork', 'timeoutSeconds'] as const;
export type NodeKey = (typeof KEYS)[number];

const OVERLAY_ONLY = ['vsid', 'port'] as const;
/** What a network of a type cannot be given. */
const UNFIT: Readonly<Record<NodeNetworkType, readonly NodeKey[]>> = {
  L2Bridge: OVERLAY_ONLY,
  L2Tunnel: OVERLAY_ONLY,
  Overlay: [],
  NAT: [...OVERLAY_ONLY, 'adapter', 'externalNetwork'],
};

/** Throws code 7; `pathOf` says where the value of a key stands. */
export function decodeNodeConfig(given: Json, pathOf: (key: NodeKey) => string = (key) => key): NodeConfig {
  refuseUnknown(given);
  const at = <T>(key: NodeKey, as: Decoder<T>): T | undefined => {
    const value = member(given, key);
    return value === undefined ? undefined : as(value, pathOf(key));
  };
  const must = <T>(key: NodeKey, as: Decoder<T>): T => as(member(given, key), pathOf(key));
  const type = must('type', oneOf(...TYPES));
  for (const key of UNFIT[type]) at(key, () => refuse(pathOf(key), `a network of type "${type}" has none`));
  return {
    name: must('name', word),
    type,
    podCidrs: (type === 'NAT' ? at('podCidr', blocks) : must('podCidr', blocks)) ?? [],
    adapter: at('adapter', adapterRule) ?? { by: 'default route' },
    vsid: at('vsid', integer(FIRST_VSID, LAST_VSID)) ?? FIRST_VSID,
    port: at('port', integer(1, 0xffff)) ?? VXLAN_PORT,
    externalNetwork: at('externalNetwork', external),
    timeoutMs: at('timeoutSeconds', timeout) ?? DEFAULT_TIMEOUT_MS,
  };
}

/** A key that is misspelled would change nothing, and nobody would know. */
function refuseUnknown(given: Json): void {
  const isKnown = (key: string): boolean => KEYS.some((known) => known.toLowerCase() === key.toLowerCase());
  const unknown = Object.keys(given).find((key) => !isKnown(key));
  if (unknown !== undefined) refuse(unknown, `there is no such key, expected some of ${KEYS.join(', ')}`);
}

/** Seconds, as milliseconds. */
export const timeout: Decoder<number> = (value, path) => integer(1, 3600)(value, path) * 1000;

const word: Decoder<string> = (value, path) =>
  text(value, path) === '' ? fail(path, 'a name that is not empty', value) : text(value, path);

/** Room for the gateway and the host's own endpoint. */
const HOST_BITS = 2;

const block: Decoder<Cidr> = (value, path) => {
  const cidr = parseCidr(text(value, path)) ?? fail(path, 'a block of addresses such as "10.244.3.0/24"', value);
  const network = networkOf(cidr);
  if (!sameIp(network, cidr.ip))
    fail(path, `a block without host bits: "${formatCidr({ ...cidr, ip: network })}"`, value);
  if (cidr.prefix > BITS[cidr.ip.family] - HOST_BITS) fail(path, 'a block of at least four addresses', value);
  return cidr;
};

const blocks: Decoder<readonly Cidr[]> = (value, path) => {
  const cidrs = Array.isArray(value)
    ? value.map((one, index) => block(one, `${path}[${index}]`))
    : [block(value, path)];
  const families = cidrs.map(({ ip }) => ip.family);
  const isGood = cidrs.length > 0 && new Set(families).size === families.length;
  return isGood ? cidrs : fail(path, 'one block of each family at the most, and one at least', value);
};

const external: Decoder<string | undefined> = (value, path) => {
  if (typeof value === 'string') return word(value, path);
  return bool(value, path) ? EXTERNAL : undefined;
};

const ADAPTER = '"default route", or an object with one of "name", "address", "pattern"';

const adapterRule: Decoder<AdapterRule> = (value, path) => {
  if (value === 'default route') return { by: value };
  if (typeof value === 'string') return fail(path, ADAPTER, value);
  const object = record(value, path);
  const [key, ...more] = Object.keys(object);
  if (key === undefined || more.length > 0) return fail(path, ADAPTER, value);
  const stated = word(object[key], `${path}.${key}`);
  if (key === 'name') return { by: key, name: stated };
  if (key === 'pattern') return { by: key, pattern: stated };
  if (key !== 'address') return fail(path, ADAPTER, value);
  return { by: key, address: parseIp(stated) ?? fail(`${path}.address`, 'an IP address', stated) };
};
