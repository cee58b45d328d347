/** What is wrong with how one command ended, whatever it was asked: its exit code, its output, its time and its memory. */
import { NEWEST, SUPPORTED, UNSTATED } from '../../src/spec/version.ts';
import { isObject, type Json, objects, parseOne } from '../conformance/json.ts';
import { claimForm } from '../conformance/result.ts';

export interface Asked {
  /** CNI_COMMAND. */
  readonly verb: string | undefined;
  /** stdin as JSON; undefined when it is none. */
  readonly config: unknown;
  /** host-local's results have no interfaces. */
  readonly isHostLocal: boolean;
  /** Another plugin's, which flannel passes on. */
  readonly isForeign?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Of processor time: a machine that is busy otherwise makes no case wrong. */
  readonly ms: number;
  readonly megabytes: number;
}

export const LIMIT_MS = 2000;
export const LIMIT_MEGABYTES = 300;

/** The first thing that is wrong, or undefined. */
export function wrongOf(asked: Asked, { code, stdout, ms, megabytes }: Ended): string | undefined {
  if (ms > LIMIT_MS) return `it took ${Math.round(ms)} ms`;
  if (megabytes > LIMIT_MEGABYTES) return `it took ${Math.round(megabytes)} MB`;
  if (code === 1) return wrongError(asked, stdout);
  if (code === 0) return wrongSuccess(asked, stdout);
  return `it ended with ${code ?? 'no exit code'}`;
}

/** What a stack trace, or a value that was never meant to be read, looks like. */
const LEAKED = /\n\s*at |\bat \S+ \(|\bat (?:file|node):|\.[cm]?[jt]s:\d|\[object |\bundefined\b/;
const KEYS = ['cniVersion', 'code', 'msg', 'details'];

function wrongError({ config }: Asked, stdout: string): string | undefined {
  const object = onlyObject(stdout);
  if (object === undefined) return 'what it printed is not one JSON object on a line';
  const { cniVersion, code, msg, details = 'none' } = object;
  const strange = Object.keys(object).find((key) => !KEYS.includes(key));
  if (strange !== undefined) return `the error has a member "${strange}"`;
  if (!isText(msg) || !isText(details)) return 'msg or details is no text';
  if (typeof code !== 'number' || !Number.isInteger(code) || code <= 0) return `code is ${String(code)}`;
  if (code === 999) return 'the error is a fault of the plugin';
  if (cniVersion !== versionOfError(config)) return `cniVersion of the error is ${String(cniVersion)}`;
  const leaked = LEAKED.exec(withoutQuoted(`${msg} ${details}`));
  return leaked === null ? undefined : `the error leaks ${JSON.stringify(leaked[0])}`;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What stands between quotes is what was asked, and may be anything. */
const withoutQuoted = (text: string): string => text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""');

const versionIn = (config: unknown): unknown => {
  const entries = isObject(config) ? Object.entries(config) : [];
  const [, stated] =
    entries.find(([key, value]) => key === 'cniVersion' && value !== null) ??
    entries.find(([key, value]) => key.toLowerCase() === 'cniversion' && value !== null) ??
    [];
  return stated;
};

function versionOfError(config: unknown): string {
  const stated = versionIn(config);
  return SUPPORTED.find((version) => version === stated) ?? NEWEST;
}

function wrongSuccess(asked: Asked, stdout: string): string | undefined {
  const { verb } = asked;
  if (verb !== 'ADD' && verb !== 'VERSION') return stdout === '' ? undefined : `${verb ?? ''} printed something`;
  const object = onlyObject(stdout);
  if (object === undefined) return 'what it printed is not one JSON object on a line';
  if (verb === 'ADD') return wrongResult(asked, object);
  return Array.isArray(object['supportedVersions']) ? undefined : 'no supportedVersions';
}

function wrongResult({ config, isHostLocal, isForeign }: Asked, result: Json): string | undefined {
  const stated = versionIn(config);
  const version = typeof stated === 'string' ? stated : UNSTATED;
  if (isForeign === true) return wrongVersion(result, version);
  if (isHostLocal) return wrongForm(result, version);
  if (isObject(config) && hasPrevious(config)) return wrongChained(result, version);
  const hasPlace = version < '0.3.0' || Array.isArray(result['interfaces']);
  return hasPlace ? wrongForm(result, version) : 'the result has no interfaces';
}

function wrongForm(result: Json, version: string): string | undefined {
  try {
    claimForm(result, version);
    return undefined;
  } catch (failure) {
    return (failure as Error).message;
  }
}

const hasPrevious = (config: Json): boolean =>
  Object.entries(config).some(([key, value]) => key.toLowerCase() === 'prevresult' && value !== null);

const wrongVersion = ({ cniVersion }: Json, version: string): string | undefined =>
  cniVersion === version ? undefined : `cniVersion of the result is ${String(cniVersion)}`;

/** Behind another plugin the result has what that one said, too: its members are not ours to judge, their places are. */
function wrongChained(result: Json, version: string): string | undefined {
  const wrong = wrongVersion(result, version);
  if (wrong !== undefined) return wrong;
  if (version < '0.3.0') return isObject(result['ip4'] ?? result['ip6']) ? undefined : 'the result has no address';
  const { interfaces, ips } = result;
  if (!Array.isArray(interfaces) || !Array.isArray(ips)) return 'the result has no lists';
  const dangling = objects(ips).find((ip) => Number(ip['interface'] ?? 0) >= interfaces.length);
  return dangling === undefined ? undefined : 'an address points at no interface';
}

function onlyObject(stdout: string): Json | undefined {
  const value = /^[^\n]+\n$/.test(stdout) ? parseOne(stdout) : undefined;
  return isObject(value) ? value : undefined;
}
