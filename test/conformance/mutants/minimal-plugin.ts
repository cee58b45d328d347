/** The minimal plugin as a subject of the suite: a whole CNI plugin in this process, unbroken or broken as quirks say. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Reply, Request } from '../../../native/simulator/call.ts';
import { Killed } from '../../../native/simulator/faults.ts';
import type { Ended, Subject, Surroundings } from '../subject.ts';
import { VERSIONS } from '../versions.ts';
import { add } from './minimal/add.ts';
import { check, status } from './minimal/check.ts';
import { type Command, decode, type Env, readCommand } from './minimal/command.ts';
import type { Context } from './minimal/context.ts';
import { del, gc } from './minimal/del.ts';
import { createDelegate } from './minimal/delegate.ts';
import { Code, Failure } from './minimal/failure.ts';
import { type Call, createHns } from './minimal/hns.ts';
import { get, text } from './minimal/json.ts';
import { type Result, written } from './minimal/result.ts';
import { NO_STORE, openStore, type Store } from './minimal/store.ts';
import type { Is, Quirk } from './mutants.ts';

export function minimalPlugin(...quirks: readonly Quirk[]): Subject {
  const is: Is = (quirk) => quirks.includes(quirk);
  const memories = new WeakMap<object, Map<string, string>>();
  return {
    name: ['minimal plugin', ...quirks].join(', '),
    system: 'linux',
    run: (env, stdin, surroundings) => {
      const { simulator } = surroundings;
      const memory = memories.get(simulator) ?? new Map<string, string>();
      memories.set(simulator, memory);
      return runProcess({ env, stdin, is, memory }, surroundings);
    },
    path: (unixPath) => unixPath,
    reboot: () => Promise.resolve(),
    end: () => Promise.resolve(),
  };
}

interface Given {
  readonly env: Env;
  readonly stdin: Uint8Array;
  readonly is: Is;
  /** What a plugin must not keep from one command to the next, a node's own; only quirks use it. */
  readonly memory: Map<string, string>;
}

interface Machine {
  readonly call: Call;
  readonly boot: string;
}

const NEVER = new Promise<never>(() => undefined);

/** One process: once it is killed, nothing of it goes on. */
function runProcess(given: Given, { simulator, kill }: Surroundings): Promise<Ended> {
  const process = randomUUID();
  const { processes } = simulator.hns;
  return new Promise((resolve, reject) => {
    // Widened: what sets it runs between two looks at it.
    let isDead = false as boolean;
    const die = (): void => {
      isDead = true;
      processes.end(process, 'killed');
      resolve({ code: 137, stdout: '', stderr: '' });
    };
    if (kill.aborted) die();
    kill.addEventListener('abort', die);
    const call: Call = async (name, args) => {
      const reply = isDead ? undefined : await dispatchOr(die, simulator, { process, function: name, args });
      return reply === undefined || isDead ? NEVER : reply;
    };
    carryOut(given, { call, boot: simulator.hns.bootId() }).then((ended) => {
      kill.removeEventListener('abort', die);
      if (!isDead) processes.end(process, 'ended');
      resolve(ended);
    }, reject);
  });
}

/** The answer to a call; undefined, after `die`, when a fault ended the process in it. */
async function dispatchOr(
  die: () => void,
  { dispatcher }: Surroundings['simulator'],
  request: Request,
): Promise<Reply | undefined> {
  try {
    return await dispatcher.dispatch(request);
  } catch (failure) {
    if (!(failure instanceof Killed)) throw failure;
    die();
    return undefined;
  }
}

const NEWEST = VERSIONS.at(-1) ?? '';
const VERBS: Readonly<Record<string, (context: Context) => Promise<Result | undefined>>> = {
  ADD: add,
  DEL: (context) => del(context).then(() => undefined),
  CHECK: (context) => check(context).then(() => undefined),
  GC: (context) => gc(context).then(() => undefined),
  STATUS: (context) => status(context).then(() => undefined),
};

async function carryOut(given: Given, machine: Machine): Promise<Ended> {
  const { env, stdin, is } = given;
  let cniVersion = NEWEST;
  let stderr = '';
  const say = (words: string): void => {
    stderr += words;
  };
  if (env['CNI_COMMAND'] === undefined)
    return { code: 0, stdout: '', stderr: `A CNI plugin for ${VERSIONS.join(', ')}\n` };
  try {
    if (env['CNI_COMMAND'] === 'VERSION')
      return { code: 0, stdout: `${JSON.stringify(versions(given))}${is('versionChats') ? ' ready' : ''}`, stderr };
    const said = (version: string): void => {
      cniVersion = version;
    };
    const command = readCommand(env, stdin, { is, said });
    const result = await VERBS[command.verb]?.(contextOf(command, { ...machine, ...given, say }));
    return { code: 0, stdout: outputOf(command, result, is), stderr };
  } catch (thrown) {
    return { code: is('failureExitsWithZero') ? 0 : 1, stdout: errorText(thrown, cniVersion, is), stderr };
  }
}

const SILENT: Readonly<Record<string, Quirk>> = { DEL: 'delPrints', CHECK: 'checkPrints', GC: 'gcPrints' };

function outputOf({ verb, cniVersion }: Command, result: Result | undefined, is: Is): string {
  if (result === undefined) return is(SILENT[verb] ?? 'none') ? JSON.stringify({ cniVersion }) : '';
  const text = JSON.stringify(written(result, cniVersion, is));
  if (is('addPrintsNothing')) return '';
  return is('resultIsNoJson') ? `result: ${text}` : text;
}

interface Versions {
  readonly cniVersion: string;
  readonly supportedVersions: readonly string[];
}

function versions({ stdin, is }: Given): Versions {
  const stated = stdin.length === 0 ? '' : text(decode(stdin, is), 'cniVersion');
  const supportedVersions = is('listsUnknownVersion') ? [...VERSIONS, '1.9.0'] : VERSIONS;
  return { cniVersion: stated === '' || is('versionIsNewest') ? NEWEST : stated, supportedVersions };
}

function errorText(thrown: unknown, cniVersion: string, is: Is): string {
  if (is('failsSilently')) return '';
  const failure = thrown instanceof Failure ? thrown : new Failure(Code.bug, String(thrown));
  const details = failure.details === '' ? {} : { details: failure.details };
  const code = is('ownCodeIsLow') && failure.code >= Code.hns ? 20 : failure.code;
  const version = is('errorWithoutVersion') ? {} : { cniVersion };
  return JSON.stringify({ ...version, code, msg: failure.message, ...details });
}

function contextOf(
  command: Command,
  { call, boot, is, memory, say }: Machine & Given & { readonly say: (words: string) => void },
): Context {
  const type = text(get(command.conf, 'ipam'), 'type');
  const own = type === 'host-local';
  return {
    command,
    is,
    boot,
    memory,
    hns: createHns(call, is, memory),
    store: own ? storeOf(command, boot, is) : NO_STORE,
    delegate: own ? undefined : createDelegate(type, command, { is, stderr: say }),
  };
}

function storeOf(command: Command, boot: string, is: Is): Store {
  const stated = text(get(command.conf, 'ipam'), 'dataDir');
  const dataDir = is('asciiFolders') ? stated.replaceAll(/[^ -~]/g, '?') : stated;
  if (dataDir === '') throw new Failure(Code.config, 'Cannot keep reservations without ipam.dataDir');
  return openStore(join(dataDir, command.network), boot, is);
}
