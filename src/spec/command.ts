/** Environment and stdin become one validated Command, or a CNI error that names every variable at fault. */
import { type CniArguments, parseArguments } from './arguments.ts';
import { isRecord, isTooDeep, type Json, MAX_LEVELS, member, optional, refuse, show, text } from './decode.ts';
import { CniError, Code } from './error.ts';
import { parseNetns } from './netns.ts';
import { requireVerb, requireVersion, UNSTATED, type Version } from './version.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One attachment: the container's interface. `netns` is CNI_NETNS in its one spelling (netns.ts), `sandbox` what it said. */
export interface Target {
  readonly containerId: string;
  readonly ifname: string;
  readonly netns: string;
  readonly sandbox: string;
  readonly args: CniArguments;
}

/** DEL may come without a namespace (SPEC.md 1.1.0 section 2 "DEL"). */
export type DelTarget = Omit<Target, 'netns' | 'sandbox'> & { readonly netns: string | undefined };

/** What every command that works on the network has. */
interface Configured {
  readonly cniVersion: Version;
  readonly config: Json;
  /** stdin as it came: what a delegated plugin is given. */
  readonly stdin: Uint8Array;
}

export type Command =
  | { readonly verb: 'VERSION'; readonly cniVersion: string | undefined }
  | (Configured & { readonly verb: 'ADD' | 'CHECK'; readonly target: Target })
  | (Configured & { readonly verb: 'DEL'; readonly target: DelTarget })
  | (Configured & { readonly verb: 'GC' | 'STATUS' });

/** A command that comes with a configuration. */
export type ConfiguredCommand = Exclude<Command, { verb: 'VERSION' }>;

/**
 * Which variables each verb must be given (SPEC.md 1.1.0 section 2); an empty one counts as unset. libcni's skeleton wants
 * CNI_PATH for STATUS too, the specification does not.
 */
const REQUIRED = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_PATH'],
  GC: ['CNI_PATH'],
  STATUS: [],
} as const satisfies Record<string, readonly string[]>;
type Verb = keyof typeof REQUIRED;

/** SPEC.md 1.1.0 sections 2 and 3: container ids and network names start alphanumeric. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
/**
 * libcni's pkg/utils/utils.go ValidateInterfaceName: at most 15, no "/", ":" or white space, not "." or "..". Half a character
 * of UTF-16 could be written to no file, and control characters are nobody's.
 */
const IFNAME = /^(?!\.{1,2}$)[^/:\s\p{Cc}\p{Cs}]{1,15}$/u;

/**
 * Reads one command. `stdin` is only asked for when the verb takes a configuration.
 * Throws codes 1, 4, 6 and 7 as SPEC.md 1.1.0 section 5 "Error" has them.
 */
export function readCommand(env: Environment, stdin: () => Uint8Array): Command {
  const verb = env['CNI_COMMAND'];
  if (verb === 'VERSION') return { verb, cniVersion: statedVersion(stdin()) };
  if (!isVerb(verb)) throw unknownVerb(verb);
  requireVariables(verb, env);
  const args = parseArguments(env['CNI_ARGS'] ?? '');
  const bytes = stdin();
  const config = decodeConfig(bytes);
  const cniVersion = requireVersion(optional(config, 'cniVersion', { path: '', as: text }) ?? UNSTATED);
  requireVerb(verb, cniVersion);
  requireName(config);
  const configured = { cniVersion, config, stdin: bytes };
  if (verb === 'GC' || verb === 'STATUS') return { verb, ...configured };
  const name = { containerId: env['CNI_CONTAINERID'] ?? '', ifname: env['CNI_IFNAME'] ?? '' };
  const sandbox = env['CNI_NETNS'] ?? '';
  if (verb === 'DEL') {
    return { verb, ...configured, target: { ...name, netns: netnsOf(sandbox, name.containerId), args } };
  }
  return { verb, ...configured, target: { ...name, netns: parseNetns(sandbox, name.containerId), sandbox, args } };
}

const netnsOf = (sandbox: string, containerId: string): string | undefined =>
  sandbox === '' ? undefined : parseNetns(sandbox, containerId);

const isVerb = (verb: string | undefined): verb is Verb => verb !== undefined && Object.hasOwn(REQUIRED, verb);

function unknownVerb(verb: string | undefined): CniError {
  return new CniError(
    Code.InvalidEnvironment,
    `Cannot use CNI_COMMAND: it is "${verb ?? ''}", expected ${Object.keys(REQUIRED).join(', ')} or VERSION`,
    { details: 'variable CNI_COMMAND' },
  );
}

/** All variables at fault are named together, not just the first (libcni's pkg/skel/skel_test.go). */
function requireVariables(verb: Verb, env: Environment): void {
  const needed: readonly string[] = REQUIRED[verb];
  const missing = needed.filter((name) => (env[name] ?? '') === '');
  if (missing.length > 0) {
    throw new CniError(Code.InvalidEnvironment, `Cannot run ${verb}: ${missing.join(', ')} not set`, {
      details: `variables ${missing.join(', ')}`,
    });
  }
  const rules: readonly (readonly [string, RegExp])[] = [
    ['CNI_CONTAINERID', NAME],
    ['CNI_IFNAME', IFNAME],
  ];
  for (const [name, rule] of rules) {
    const value = env[name] ?? '';
    if (!needed.includes(name) || rule.test(value)) continue;
    throw new CniError(Code.InvalidEnvironment, `Cannot use ${name}: it is "${value}", expected ${String(rule)}`, {
      details: `variable ${name}`,
    });
  }
}

/** Far more than a configuration ever has, and little enough that the worst of it costs neither time nor memory. */
export const MAX_STDIN_BYTES = 1024 * 1024;

/** What is read, in the words of an error, and how long it may be. */
export interface Source {
  readonly what: string;
  readonly maxBytes: number;
}
const STDIN: Source = { what: 'the network configuration on stdin', maxBytes: MAX_STDIN_BYTES };

/** UTF-8 with or without BOM, UTF-16 with BOM: PowerShell writes both. Anything else is code 6. */
export function decodeConfig(bytes: Uint8Array, { what, maxBytes }: Source = STDIN): Json {
  const refuse: Refuse = (why, cause) => {
    throw new CniError(Code.Decode, `Cannot read ${what}: ${why}`, { cause });
  };
  if (bytes.length > maxBytes) return refuse(`it is longer than ${maxBytes} bytes`);
  const value = parse(decodeText(bytes, refuse), refuse);
  if (!isRecord(value)) return refuse('it is no JSON object');
  return isTooDeep(value) ? refuse(`its objects and lists are more than ${MAX_LEVELS} levels deep`) : value;
}

type Refuse = (why: string, cause?: unknown) => never;

function decodeText(bytes: Uint8Array, refuse: Refuse): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    return refuse('it is not valid UTF-8 or UTF-16', cause);
  }
}

function parse(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    return refuse((cause as Error).message, cause);
  }
}

/** The version VERSION is asked in; the Go skeleton sends no stdin here, so none is fine. */
function statedVersion(bytes: Uint8Array): string | undefined {
  const version = bytes.length === 0 ? undefined : member(decodeConfig(bytes), 'cniVersion');
  return typeof version === 'string' ? version : undefined;
}

/** The version of what came on stdin, for an error object; undefined when there is none that is spoken here. */
export function versionIn(bytes: Uint8Array): Version | undefined {
  try {
    return requireVersion(statedVersion(bytes) ?? '');
  } catch {
    return undefined;
  }
}

/** Devices of Windows, which no extension makes a folder (docs "Naming Files, Paths, and Namespaces", Win32). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/** SPEC.md 1.1.0 section 1: `name` is required; it becomes a folder name, so Windows' reserved names are out as well. */
function requireName(config: Json): void {
  const name = member(config, 'name');
  if (typeof name === 'string' && NAME.test(name) && !name.endsWith('.') && !DEVICE.test(name)) return;
  refuse('name', `${show(name)}, expected a network name (${String(NAME)})`);
}
