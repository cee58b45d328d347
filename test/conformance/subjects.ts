/** Executables as subjects: a Linux one as it is, a Windows one under Wine with the simulator's DLLs in its System32. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINUX_LIBRARY, WINDOWS_LIBRARIES_BUILT } from '../../scripts/build-native.js';
import { alignPe } from '../../scripts/pe-align.js';
import * as wine from '../../scripts/wine.js';
import type { Ended, Subject } from './subject.ts';

/** What a runtime would do with a command that does not end. */
const LIMIT_MS = 120_000;

/** An executable for this system that reaches HNS through the simulator's library. */
export async function linuxSubject(path: string, type: string): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-bin-'));
  const exe = join(folder, type);
  copyFileSync(path, exe);
  chmodSync(exe, 0o755);
  const command = (env: Start['env'], stdin: Uint8Array, kill?: AbortSignal): Promise<Ended> =>
    start(exe, { env: { HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY, ...env }, stdin, kill });
  await command(...FIRST);
  return {
    name: path,
    system: 'linux',
    run: (env, stdin, { kill }) => command(env, stdin, kill),
    path: (unixPath) => unixPath,
    reboot: () => Promise.resolve(),
    end: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  };
}

/** A first command alone, because an executable may unpack parts of itself. It asks HNS for nothing. */
const FIRST = [{ CNI_COMMAND: 'VERSION' }, Buffer.from('{"cniVersion":"1.0.0"}')] as const;

interface Start {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
  readonly kill: AbortSignal | undefined;
}

/** stdio are files, as under Wine: what is written is there even when the process was killed. */
function start(exe: string, { env, stdin, kill }: Start): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-run-'));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('stdin'), stdin);
  const stdio = [openSync(file('stdin'), 'r'), openSync(file('stdout'), 'w'), openSync(file('stderr'), 'w')];
  return new Promise((resolve, reject) => {
    const child = spawn(exe, [], { env, stdio, timeout: LIMIT_MS, killSignal: 'SIGKILL' });
    kill?.addEventListener('abort', () => child.kill('SIGKILL'));
    child.once('error', reject);
    child.once('exit', (code) => {
      stdio.forEach(closeSync);
      const ended = {
        code,
        stdout: readFileSync(file('stdout'), 'utf8'),
        stderr: readFileSync(file('stderr'), 'utf8'),
      };
      rmSync(folder, { recursive: true });
      resolve(ended);
    });
  });
}

/** Wine takes the names of Unix files for what the locale says; without one, nothing but ASCII has a Windows name. */
const UNIX_NAMES = { LC_ALL: 'C.UTF-8' };

/** A Windows executable in a Windows (a Wine prefix) of its own. */
export async function wineSubject(path: string, type: string): Promise<Subject> {
  const prefix = await wine.freshPrefix();
  for (const dll of WINDOWS_LIBRARIES_BUILT) await wine.installSystemDll(dll, prefix);
  const folder = mkdtempSync(join(tmpdir(), 'conformance-bin-'));
  const exe = join(folder, `${type}.exe`);
  writeFileSync(exe, aligned(readFileSync(path)));
  const command = (env: Start['env'], stdin: Uint8Array, kill?: AbortSignal): Promise<Ended> => {
    const options = { env: { ...UNIX_NAMES, ...env }, stdin: Buffer.from(stdin), prefix, timeoutMs: LIMIT_MS };
    return wine.run(exe, [], kill === undefined ? options : { ...options, signal: kill });
  };
  await command(...FIRST);
  return {
    name: `${path} under Wine`,
    system: 'windows',
    run: (env, stdin, { kill }) => command(env, stdin, kill),
    path: wine.windowsPath,
    // The registry's volatile keys are gone with the prefix's server, as they are after a restart of Windows.
    reboot: () => wine.killServer(prefix),
    end: async () => {
      await wine.removePrefix(prefix);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Starts much sooner under Wine; an image that cannot be aligned is run as it is. */
function aligned(image: Buffer): Buffer {
  try {
    return alignPe(image);
  } catch {
    return image;
  }
}
