/** One command of the minimal plugin as its environment and stdin have it: checked, not yet carried out. */
import { isObject, type Json } from '../../json.ts';
import { VERSIONS } from '../../versions.ts';
import type { Is, Quirk } from '../mutants.ts';
import { Code, Failure } from './failure.ts';
import { array, get, strings, text } from './json.ts';

export type Env = Readonly<Record<string, string>>;

export interface Command {
  readonly verb: string;
  readonly env: Env;
  readonly stdin: Uint8Array;
  readonly conf: Json;
  readonly cniVersion: string;
  readonly network: string;
  readonly containerId: string;
  readonly ifname: string;
  /** CNI_NETNS as given, and the GUID in it; "" when there is none. */
  readonly sandbox: string;
  readonly netns: string;
  /** Addresses that were asked for. */
  readonly wanted: readonly string[];
}

/** SPEC.md 1.1.0 section 2. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
  GC: ['CNI_PATH'],
  STATUS: [],
};
const SINCE: Readonly<Record<string, string>> = { CHECK: '0.4.0', GC: '1.1.0', STATUS: '1.1.0' };
const EARLY: Readonly<Record<string, Quirk>> = {
  CHECK: 'checkInEveryVersion',
  GC: 'gcInEveryVersion',
  STATUS: 'statusInEveryVersion',
};
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const NAME_ANYHOW = /^[A-Za-z0-9_.-]+$/;
const IFNAME_LONG = /^(?!\.{1,2}$)[^/:\s]+$/;
const IFNAME = /^(?!\.{1,2}$)[^/:\s]{1,15}$/;
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `said` is told of the configuration's version before anything else is found wrong with the command. */
export function readCommand(
  env: Env,
  stdin: Uint8Array,
  { is, said }: { is: Is; said: (version: string) => void },
): Command {
  const verb = env['CNI_COMMAND'] ?? '';
  const required = REQUIRED[verb];
  if (required === undefined) {
    const code = is('unknownCommandIsCode7') ? Code.config : Code.environment;
    throw new Failure(code, `Cannot run CNI_COMMAND "${verb}"`);
  }
  requireVariables(verb, { env, is, required: [...required, ...alsoRequired(verb, is)] });
  const args = argumentsOf(env['CNI_ARGS'] ?? '', is);
  const conf = decode(stdin, is);
  const cniVersion = versionOf(conf, verb, is);
  said(cniVersion);
  const sandbox = env['CNI_NETNS'] ?? '';
  return {
    verb,
    env,
    stdin,
    conf,
    cniVersion,
    network: networkOf(conf, is),
    containerId: env['CNI_CONTAINERID'] ?? '',
    ifname: env['CNI_IFNAME'] ?? '',
    sandbox,
    netns: sandbox === '' || !required.includes('CNI_IFNAME') ? '' : guidOf(sandbox, is),
    wanted: wantedAddresses(conf, args),
  };
}

const alsoRequired = (verb: string, is: Is): readonly string[] =>
  verb === 'DEL' && is('delRequiresNetns') ? ['CNI_NETNS'] : [];

interface Needs {
  readonly env: Env;
  readonly required: readonly string[];
  readonly is: Is;
}

function requireVariables(verb: string, { env, required, is }: Needs): void {
  const isMissing = (value: string | undefined): boolean =>
    value === undefined || (value === '' && !is('emptyVariableIsSet'));
  const missing = required.filter((name) => isMissing(env[name]));
  if (missing.length > 0) {
    const named = is('namesOneVariable') ? missing.slice(0, 1) : missing;
    throw new Failure(Code.environment, `Cannot run ${verb}: not set: ${named.join(', ')}`);
  }
  const isRead = required.includes('CNI_IFNAME') || is(READING[verb] ?? 'none');
  for (const [name, rule] of isRead ? rules(is) : []) {
    const value = env[name];
    if (value === undefined || rule.test(value)) continue;
    throw new Failure(Code.environment, `Cannot use ${name}: it is "${value}"`);
  }
}

const READING: Readonly<Record<string, Quirk>> = { STATUS: 'statusReadsVariables', GC: 'gcReadsVariables' };

const rules = (is: Is): readonly (readonly [string, RegExp])[] => [
  ['CNI_CONTAINERID', is('idMayStartAnyhow') ? NAME_ANYHOW : NAME],
  ['CNI_IFNAME', is('longInterfaceName') ? IFNAME_LONG : IFNAME],
];

/** CNI_ARGS; CONVENTIONS.md names IgnoreUnknown and IP, containerd sends K8S_*. */
function argumentsOf(written: string, is: Is): ReadonlyMap<string, string> {
  const pairs = written === '' ? [] : written.split(';');
  const bad = pairs.find((pair) => pair.indexOf('=') < 1);
  if (bad !== undefined) throw new Failure(Code.environment, `Cannot use CNI_ARGS: "${bad}" is no pair`);
  const map = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  const lenient = ['1', 'true'].includes((map.get('IgnoreUnknown') ?? '').toLowerCase());
  const stranger = [...map.keys()].find((key) => !/^(?:IgnoreUnknown|IP|K8S_[A-Z_]+)$/.test(key));
  if (stranger !== undefined && !lenient && !is('anyArgument'))
    throw new Failure(Code.environment, `Cannot use CNI_ARGS: unknown key "${stranger}"`);
  return map;
}

function wantedAddresses(conf: Json, args: ReadonlyMap<string, string>): readonly string[] {
  const lists = [get(get(get(conf, 'args'), 'cni'), 'ips'), get(get(conf, 'runtimeConfig'), 'ips')].map(strings);
  const single = args.get('IP') ?? '';
  const [first = []] = [...lists, single === '' ? [] : [single]].filter((list) => list.length > 0);
  return first.map((each) => each.replace(/\/\d+$/, ''));
}

export function decode(stdin: Uint8Array, is: Is): Json {
  try {
    const [first, second] = stdin;
    if (is('noByteOrderMark') && (first ?? 0) > 0x7f) throw new RangeError('not plain');
    const wide = first === 0xff && second === 0xfe ? 'utf-16le' : 'utf-16be';
    const label = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) ? wide : 'utf-8';
    const value: unknown = JSON.parse(new TextDecoder(label, { fatal: true }).decode(stdin));
    if (isObject(value)) return value;
  } catch {
    // Told below, as for JSON that is no object.
  }
  throw new Failure(is('badJsonIsCode7') ? Code.config : Code.decode, 'Cannot read the configuration on stdin as JSON');
}

function versionOf(conf: Json, verb: string, is: Is): string {
  const stated = text(conf, 'cniVersion') || '0.1.0';
  const known: readonly string[] = VERSIONS;
  const at = known.indexOf(stated);
  const since = is(EARLY[verb] ?? 'none') ? '0.1.0' : (SINCE[verb] ?? '0.1.0');
  if (at < 0 || at < known.indexOf(since)) {
    const details = `configuration: ${stated}, plugin: ${known.join(', ')}`;
    throw new Failure(Code.version, `Cannot run ${verb} for cniVersion "${stated}"`, details);
  }
  return stated;
}

/** The network's name, and the names of plugins, which must not lead out of CNI_PATH. */
function networkOf(conf: Json, is: Is): string {
  const name = text(conf, 'name');
  if (!NAME.test(name) || ((name.endsWith('.') || DEVICE.test(name)) && !is('anyFileName'))) {
    throw new Failure(Code.config, `Cannot use the network name "${name}"`);
  }
  for (const type of [text(conf, 'type'), text(get(conf, 'ipam'), 'type')]) {
    if (!NAME.test(type) && !is('typeMayBePath'))
      throw new Failure(Code.config, `Cannot use the plugin type "${type}"`);
  }
  return name;
}

/** The GUID of an HCN namespace: bare, in braces, or last in a path. */
function guidOf(sandbox: string, is: Is): string {
  const last = sandbox.split(/[\\/]/).at(-1) ?? '';
  const bare = /^\{.*\}$/.test(last) && !is('noBraces') ? last.slice(1, -1) : last;
  if (!GUID.test(bare)) throw new Failure(Code.environment, `Cannot use CNI_NETNS: "${sandbox}" has no GUID`);
  return bare.toLowerCase();
}

/** `cni.dev/valid-attachments` or its older spelling as "id ifname"; undefined when the runtime sent none. */
export function validAttachments(conf: Json): ReadonlySet<string> | undefined {
  const list = get(conf, 'cni.dev/valid-attachments') ?? get(conf, 'cni.dev/attachments');
  if (list === undefined) return undefined;
  return new Set(array(list).map((each) => `${text(each, 'containerID')} ${text(each, 'ifname')}`));
}
