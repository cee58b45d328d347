/** The fake IPAM plugin of a case: an executable in a folder of CNI_PATH, what it answers, and what it was given. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject, type Json, parseOne } from '../json.ts';

const SOURCE = fileURLToPath(new URL('fake-ipam.c', import.meta.url));
const OUT = fileURLToPath(new URL('../../../dist/conformance', import.meta.url));
const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-s'];
const COMPILERS = { linux: 'cc', windows: 'x86_64-w64-mingw32-gcc' } as const;

/** The value of `ipam.type` that finds it. */
export const FAKE_IPAM = 'fake-ipam';

export type System = keyof typeof COMPILERS;

/** Builds the executable when it is older than its source; answers its path. */
export function buildFakeIpam(system: System): string {
  const built = join(OUT, fileName(system));
  if ((statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0) > statSync(SOURCE).mtimeMs) return built;
  mkdirSync(OUT, { recursive: true });
  const temporary = `${built}.${process.pid}.tmp`;
  execFileSync(COMPILERS[system], [...FLAGS, '-o', temporary, SOURCE], { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(temporary, built);
  return built;
}

const fileName = (system: System): string => (system === 'windows' ? `${FAKE_IPAM}.exe` : FAKE_IPAM);

export interface Answer {
  readonly code?: number;
  readonly stdout?: unknown;
  readonly stderr?: string;
}

export interface DelegateCall {
  readonly verb: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Json;
}

export interface FakeIpam {
  /** Puts an answer in place of the present one for a verb; `stdout` is sent as JSON. */
  readonly answer: (verb: string, answer: Answer) => void;
  /** What it was started with so far, in order. */
  readonly calls: () => readonly DelegateCall[];
}

/** Installs it in a folder. */
export function installFakeIpam(folder: string, system: System): FakeIpam {
  const place = (...names: readonly string[]): string => join(folder, ...names);
  for (const name of ['calls', 'answers']) mkdirSync(place(name), { recursive: true });
  copyFileSync(buildFakeIpam(system), place(fileName(system)));
  return {
    answer: (verb, { code = 0, stdout, stderr = '' }) => {
      writeFileSync(place('answers', `${verb}.code`), String(code));
      writeFileSync(place('answers', `${verb}.stdout`), stdout === undefined ? '' : JSON.stringify(stdout));
      writeFileSync(place('answers', `${verb}.stderr`), stderr);
    },
    calls: () =>
      readdirSync(place('calls'))
        .filter((name) => name.endsWith('.env'))
        .sort()
        .map((name) => callOf(place('calls', name))),
  };
}

function callOf(envPath: string): DelegateCall {
  const lines = readFileSync(envPath, 'utf8').split('\0').slice(0, -1);
  const env = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const stdin = parseOne(readFileSync(envPath.replace(/env$/, 'stdin'), 'utf8'));
  return { verb: env['CNI_COMMAND'] ?? '', env, stdin: isObject(stdin) ? stdin : {} };
}
