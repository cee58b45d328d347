/** The built plugin as a runtime starts it: the bundle on Node, the Linux executable, or wincni.exe under Wine. */
import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as wine from '../../scripts/wine.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIBRARY = join(ROOT, 'dist/native/libhns.so');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Plugin {
  /** For test names. */
  readonly name: string;
  /** Runs one command to its end; several may run at once. */
  readonly run: (env: Readonly<Record<string, string>>, stdin: string | Buffer) => Promise<Ended>;
  /** A Unix path as the plugin has to be told of it. */
  readonly path: (unixPath: string) => string;
  /** Base name of the process as the simulator sees it. */
  readonly exe: string;
  readonly remove: () => Promise<void>;
}

/** What Node 20 has of the build's V8 options: without them each FFI pointer costs a garbage collection. */
const NODE_FLAGS = ['--max-old-space-size=4000000', '--no-concurrent-marking', '--v8-pool-size=0'];

/** dist/wincni.cjs on the Node that runs the tests. */
export const bundle = (): Plugin =>
  unixPlugin('the bundle', process.execPath, [...NODE_FLAGS, join(ROOT, 'dist/wincni.cjs')]);

/** dist/wincni or another executable, in a folder of its own, since ours unpacks its addons beside itself. */
export function linuxExecutable(path = join(ROOT, 'dist/wincni')): Plugin {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-bin-'));
  const exe = join(folder, 'win-bridge');
  copyFileSync(path, exe);
  const plugin = unixPlugin(relative(ROOT, path), exe, []);
  return { ...plugin, exe: 'win-bridge', remove: () => removeFolder(folder) };
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
}

/** A program of this system as a plugin. */
export function unixPlugin(name: string, program: string, args: readonly string[]): Plugin {
  return {
    name,
    exe: 'node',
    path: (unixPath) => unixPath,
    run: (env, stdin) => runUnix([program, ...args], { HNS_SIMULATOR_LIBRARY: LIBRARY, ...env }, stdin),
    remove: () => Promise.resolve(),
  };
}

/** Runs a program to its end with this environment alone; stdio are files, so that what a killed one wrote is there. */
export function runUnix(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin: string | Buffer,
): Promise<Ended> {
  const [program = '', ...args] = argv;
  const folder = mkdtempSync(join(tmpdir(), 'wincni-run-'));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('stdin'), stdin);
  const stdio = [openSync(file('stdin'), 'r'), openSync(file('stdout'), 'w'), openSync(file('stderr'), 'w')];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio, timeout: 60_000, killSignal: 'SIGKILL' });
    child.once('error', reject);
    child.once('exit', (code) => {
      stdio.forEach(closeSync);
      const [stdout, stderr] = ['stdout', 'stderr'].map((name) => readFileSync(file(name), 'utf8')) as [string, string];
      rmSync(folder, { recursive: true });
      resolve({ code, stdout, stderr });
    });
  });
}

/** dist/wine/wincni.exe or another executable, installed as win-bridge.exe in a folder of its own, under Wine with the simulator's DLLs. */
export async function windowsExecutable(path?: string): Promise<Plugin> {
  await wine.ensure();
  const folder = mkdtempSync(join(tmpdir(), 'wincni-bin-'));
  const exe = await installWindowsExecutable(folder, undefined, path);
  return {
    name: 'wincni.exe under Wine',
    exe: 'win-bridge.exe',
    path: wine.windowsPath,
    run: (env, stdin) => wine.run(exe, [], { env, stdin }),
    remove: () => removeFolder(folder),
  };
}

/** Puts win-bridge.exe into a folder, and the simulator's DLLs into the System32 of a Wine prefix (the process's own by default). */
export async function installWindowsExecutable(
  folder: string,
  prefix?: string,
  path = join(ROOT, 'dist/wine/wincni.exe'),
): Promise<string> {
  await installDlls(prefix);
  const exe = join(folder, 'win-bridge.exe');
  copyFileSync(path, exe);
  return exe;
}

/** Those DLLs alone. */
export async function installDlls(prefix?: string): Promise<void> {
  for (const dll of ['computenetwork.dll', 'vmcompute.dll']) {
    await wine.installSystemDll(join(ROOT, 'dist/native', dll), prefix);
  }
}
