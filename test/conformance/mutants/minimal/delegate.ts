/** The IPAM plugin of its own executable: found in CNI_PATH, run with what this command was given. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, parseOne } from '../../json.ts';
import type { Is } from '../mutants.ts';
import type { Command, Env } from './command.ts';
import { Code, Failure } from './failure.ts';
import { text } from './json.ts';
import { type Result, readResult } from './result.ts';

/** Runs it for a verb; throws its own error. */
export type Delegate = (verb: string) => Promise<Result>;

export interface Surroundings {
  readonly is: Is;
  readonly stderr: (text: string) => void;
}

export const createDelegate =
  (type: string, command: Command, { is, stderr }: Surroundings): Delegate =>
  async (verb) => {
    const path = find(type, command.env, is);
    if (path === undefined && is('missingDelegateIsFine')) return NOTHING;
    if (path === undefined) throw new Failure(Code.config, `Cannot run "${type}": no folder of CNI_PATH has it`);
    const ended = await start(path, { ...command.env, CNI_COMMAND: verb }, inputFor(verb, command, is));
    if (!is('delegateIsSilenced')) stderr(ended.stderr);
    const value = parseOne(ended.stdout);
    const result = readResult(value);
    if (ended.code === 0 || (is('addressesAreSuccess') && result.ips.length > 0)) return result;
    throw failureOf(`${type} ${verb}`, ended.code, value);
  };

function find(type: string, env: Env, is: Is): string | undefined {
  const folders = (env['CNI_PATH'] ?? '').split(':');
  const searched = is('firstFolderOnly') ? folders.slice(0, 1) : folders;
  return searched.map((folder) => join(folder, type)).find(isFile);
}

/** The delegate's own error when it printed one. */
function failureOf(what: string, exitCode: number | null, printed: unknown): Failure {
  const { code, msg } = isObject(printed) ? printed : {};
  const said = typeof msg === 'string' ? msg : `it ended with ${String(exitCode)}`;
  return new Failure(typeof code === 'number' ? code : Code.delegate, `Cannot run ${what}: ${said}`);
}

const NOTHING: Result = { interfaces: [], ips: [], routes: [], dns: {} };

/** The configuration as it came, byte for byte. */
function inputFor(verb: string, { stdin, conf }: Command, is: Is): Uint8Array {
  if (is('delegateGetsKnownKeys')) {
    const known = Object.entries(conf).filter(([key]) => !key.startsWith('x-'));
    return Buffer.from(JSON.stringify(Object.fromEntries(known)));
  }
  const type = text(conf['ipam'], 'type');
  if (is('delegateGetsNoSection') && verb !== 'ADD') return Buffer.from(JSON.stringify({ ...conf, ipam: { type } }));
  return stdin;
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(path: string, env: Env, stdin: Uint8Array): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [], { env });
    const chunks = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (chunks.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (chunks.stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, ...chunks });
    });
    child.stdin.on('error', () => undefined).end(stdin);
  });
}
