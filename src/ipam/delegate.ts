/** An IPAM plugin of its own executable: found in CNI_PATH, run with the configuration and environment as they came. */
import { decodeConfig } from '../spec/command.ts';
import { readResult } from '../spec/convert.ts';
import { isRecord, refuse } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Result } from '../spec/result.ts';

export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Uint8Array;
  readonly timeoutMs: number;
}

export interface Ended {
  /** Null when a signal or the time limit ended it. */
  readonly status: number | null;
  readonly stdout: string;
}

/** The port to other executables; main.ts fills it. */
export interface Programs {
  /** The first of these paths that is a file. */
  readonly firstFile: (paths: readonly string[]) => string | undefined;
  /** Whether this process runs from that file, under whatever name. */
  readonly isOwn: (path: string) => boolean;
  /** Runs one to its end; its stderr becomes ours (SPEC.md 1.1.0 section 4). */
  readonly run: (program: Program) => Ended;
  readonly windows: boolean;
}

export interface DelegateOptions {
  readonly type: string;
  /** The JSON path that names it: `ipam.type` when absent. */
  readonly path?: string | undefined;
  readonly programs: Programs;
  /** This process's own environment: the delegate gets all of it (SPEC.md 1.1.0 section 4). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Uint8Array;
  readonly remainingMs: () => number;
}

export type DelegateVerb = 'ADD' | 'DEL' | 'CHECK' | 'GC' | 'STATUS';

/** Whose addresses, where that is not the attachment this process was started for. */
export interface Attachment {
  readonly containerId: string;
  readonly ifname: string;
}

export interface Delegate {
  /** Addresses, routes and DNS of a new attachment. */
  readonly add: () => Result;
  /** Throws the delegate's own error. */
  readonly run: (verb: Exclude<DelegateVerb, 'ADD'>, whose?: Attachment) => void;
}

export function createDelegate(options: DelegateOptions): Delegate {
  return {
    add: () => resultIn(runPlugin(options, 'ADD'), options.type),
    run: (verb, whose) => {
      runPlugin(options, verb, whose);
    },
  };
}

/** Runs a plugin in CNI_PATH and answers what it printed; throws its own error. */
export function runPlugin(options: DelegateOptions, verb: DelegateVerb, whose?: Attachment): string {
  const { type, path: key = 'ipam.type', programs, env, stdin, remainingMs } = options;
  const path = programs.firstFile(candidates(options));
  if (path === undefined) {
    throw new CniError(
      Code.InvalidConfig,
      `Cannot use ${key}: none of the folders of CNI_PATH has a plugin "${type}"`,
      { details: `CNI_PATH ${env['CNI_PATH'] ?? ''}` },
    );
  }
  // It would start itself without end: under this name it serves nothing of the kind.
  if (programs.isOwn(path)) refuse(key, `"${path}" is this plugin itself, expected another one`);
  const given = isOwn(env, whose) ? { env, stdin } : inNameOf(whose, { env, stdin });
  const ended = programs.run({
    path,
    env: { ...given.env, CNI_COMMAND: verb },
    stdin: given.stdin,
    timeoutMs: remainingMs(),
  });
  if (ended.status === 0) return ended.stdout;
  throw failure(`${type} ${verb}`, ended);
}

type Given = Pick<Program, 'env' | 'stdin'>;

const isOwn = (env: Given['env'], whose: Attachment | undefined): whose is undefined =>
  whose === undefined || (whose.containerId === env['CNI_CONTAINERID'] && whose.ifname === env['CNI_IFNAME']);

/** For an attachment that this process was not started for: namespace, arguments and prevResult are another one's. */
function inNameOf(whose: Attachment, { env, stdin }: Given): Given {
  const { containerId, ifname } = whose;
  const names = { CNI_CONTAINERID: containerId, CNI_IFNAME: ifname, CNI_NETNS: '', CNI_ARGS: '' };
  const config = Object.entries(decodeConfig(stdin)).filter(([key]) => key.toLowerCase() !== 'prevresult');
  return { env: { ...env, ...names }, stdin: Buffer.from(JSON.stringify(Object.fromEntries(config))) };
}

/** Windows: the name with `.exe`, then without, in each folder in turn (libcni's pkg/invoke/find.go). */
function candidates({ type, programs, env }: DelegateOptions): readonly string[] {
  const folders = (env['CNI_PATH'] ?? '').split(programs.windows ? ';' : ':').filter((folder) => folder !== '');
  const separator = programs.windows ? '\\' : '/';
  const names = programs.windows ? [`${type}.exe`, type] : [type];
  return folders.flatMap((folder) => names.map((name) => `${folder}${separator}${name}`));
}

/** The delegate's error object as ours, its code and details kept; whatever else it printed is quoted. */
function failure(what: string, { status, stdout }: Ended): CniError {
  const value = stdout.trim() === '' ? undefined : tryParse(stdout);
  const { code, msg, details } = isRecord(value) ? value : {};
  if (typeof code === 'number' && typeof msg === 'string') {
    return new CniError(code, `Cannot run ${what}: ${msg}`, typeof details === 'string' ? { details } : {});
  }
  const state = status === null ? 'it did not end in time' : `it ended with status ${status}`;
  const printed = stdout.trim() === '' ? 'nothing' : JSON.stringify(stdout.trim().slice(0, 200));
  return new CniError(
    status === null ? Code.TryAgainLater : Code.Ipam,
    `Cannot run ${what}: ${state}, and printed ${printed}`,
  );
}

/** The result that the plugin `type` printed. @throws code 101 where it is no JSON, code 7 where it is no result. */
export function resultIn(stdout: string, type: string): Result {
  const value = tryParse(stdout);
  if (value !== undefined) return readResult(value, `result of ${type}`);
  throw new CniError(Code.Ipam, `Cannot read what ${type} printed: ${JSON.stringify(stdout.slice(0, 200))}`);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
