/** The configuration of flannel's CNI plugin (flannel-io/cni-plugin): what is its own, and the delegate that does the work. */
import {
  asksForSomething,
  type Decoder,
  fail,
  isRecord,
  type Json,
  list,
  member,
  optional,
  record,
  refuse,
  text,
} from '../spec/decode.ts';

export interface FlannelConfig {
  /** Where flanneld leaves what this node has. */
  readonly subnetFile: string;
  /** Where the delegate's configuration of each sandbox is kept. */
  readonly dataDir: string;
  readonly delegate: Json;
  readonly delegateType: string;
  /** Further routes of the pods. */
  readonly routes: readonly Json[];
  /** As it stands there: the delegate reads it. */
  readonly quarantineSeconds: unknown;
}

/** On `drive`, as Go resolves a path without a drive there. */
export interface Places {
  /** "" on Linux, "C:" on Windows. */
  readonly drive: string;
}

const SUBNET_FILE = '/run/flannel/subnet.env';
const DATA_DIR = '/var/lib/cni/flannel';
/** flannel_windows.go. */
const DELEGATE = 'win-bridge';

/** Reads the configuration; throws code 7 naming the JSON path. */
export function decodeFlannel(config: Json, { drive }: Places): FlannelConfig {
  const at = <T>(key: string, as: Decoder<T>): T | undefined => optional(config, key, { path: '', as });
  const delegate = at('delegate', record) ?? {};
  for (const key of ['name', 'ipam']) {
    if (member(delegate, key) !== undefined) refuse(`delegate.${key}`, 'flannel sets it, expected no such key');
  }
  const ipam = at('ipam', record) ?? {};
  const placed = (path: string): string => (/^[\\/](?![\\/])/.test(path) ? `${drive}${path}` : path);
  return {
    subnetFile: placed(at('subnetFile', absolute) ?? SUBNET_FILE),
    dataDir: placed(at('dataDir', absolute) ?? DATA_DIR),
    delegate,
    delegateType: optional(delegate, 'type', { path: 'delegate', as: plugin }) ?? DELEGATE,
    routes: optional(ipam, 'routes', { path: 'ipam', as: list(record) }) ?? [],
    quarantineSeconds: member(ipam, 'quarantineSeconds'),
  };
}

/** Keys of the delegate, which nobody reads beside it. */
const OF_DELEGATE = [
  'policies',
  'dns',
  'loopbackDSR',
  'ipMasq',
  'ipMasqNetwork',
  'apiVersion',
  'endpointMacPrefix',
  'AdditionalArgs',
  'optionalFlags',
  'additionalRoutes',
];

/** For verbs that make or judge an endpoint: a key in the wrong place would be without effect. Throws code 7. */
export function refuseMisplaced(config: Json): void {
  const key = OF_DELEGATE.find((one) => asksForSomething(member(config, one)));
  if (key !== undefined) refuse(key, `flannel does not read it, expected delegate.${key}`);
  const ipam = member(config, 'ipam');
  if (isRecord(ipam) && asksForSomething(member(ipam, 'podCidr'))) {
    refuse('ipam.podCidr', 'flannel takes the subnets from subnetFile, expected no such key');
  }
}

/**
 * The same for DEL and GC: what an agent has rewritten into something that ADD refuses counts as absent, so that it keeps no pod
 * from being taken down.
 */
export function decodeFlannelForTeardown(config: Json, places: Places): FlannelConfig {
  const given = member(config, 'delegate');
  const delegate = isRecord(given) ? usable(given, { type: plugin, name: refused, ipam: refused }) : {};
  return decodeFlannel(
    { ...usable(config, { subnetFile: absolute, dataDir: absolute, ipam: refused }), delegate },
    places,
  );
}

const refused: Decoder<never> = (value, path) => fail(path, 'no such key', value);

/** Without the keys that their decoder refuses. */
function usable(object: Json, decoders: Readonly<Record<string, Decoder<unknown>>>): Json {
  const isUsable = ([name, value]: readonly [string, unknown]): boolean => {
    const key = Object.keys(decoders).find((one) => one.toLowerCase() === name.toLowerCase());
    try {
      if (key !== undefined) decoders[key]?.(value, key);
      return true;
    } catch {
      return false;
    }
  };
  return Object.fromEntries(Object.entries(object).filter(isUsable));
}

const ABSOLUTE = /^(?:[A-Za-z]:[\\/]|[\\/])/;

const absolute: Decoder<string> = (value, path) =>
  ABSOLUTE.test(text(value, path)) ? text(value, path) : fail(path, 'an absolute path', value);

/** SPEC.md 1.1.0 section 1: `type` is the name of an executable, and no path. */
const PLUGIN = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

export const isPlugin = (value: unknown): value is string =>
  typeof value === 'string' && PLUGIN.test(value) && value !== 'flannel';

const plugin: Decoder<string> = (value, path) =>
  isPlugin(value) ? value : fail(path, 'the name of another plugin, without a path', value);
