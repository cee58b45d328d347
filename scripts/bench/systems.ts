/** The systems that programs are measured on: this Linux, and Windows as Wine is one. Each start is timed from outside, in C. */
import { chmodSync, closeSync, copyFileSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { runUnix } from '../../test/support/plugin.ts';
import { HELLO_LINUX, HELLO_WINDOWS, LINUX_LIBRARY, MEASURE_LINUX, WINDOWS_LIBRARIES_BUILT } from '../build-native.js';
import { binaryIn, pkgHome } from '../node-binaries.js';
import { alignPe } from '../pe-align.js';
import * as wine from '../wine.js';
import { whyNoWine } from '../wine-root.js';

export interface Start {
  readonly args?: readonly string[];
  /** Besides this there is only what the system itself needs. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A folder that is the current drive of a Windows program: what it names without a drive lies in it. */
  readonly drive?: string;
}

/** A process that has ended, with its children's time and memory where it waited for them. */
export interface Started {
  /** From before the fork until it is reaped. */
  readonly ms: number;
  readonly cpuMs: number;
  /** The most that was in memory at one time, of the largest process. */
  readonly peakMB: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface System {
  readonly name: string;
  /** The Node inside the executables, as a program of its own. */
  readonly node: string;
  /** A program in C that prints a word. */
  readonly hello: string;
  /** Where wincni is. */
  readonly wincni: string;
  /** Gives an executable another place, since ours unpacks its addons beside itself. */
  readonly install: (path: string, folder: string, name: string) => string;
  /** ".exe" on Windows. */
  readonly suffix: string;
  /** A path of this Linux as programs of that system have to be told of it. */
  readonly path: (path: string) => string;
  readonly start: (program: string, start?: Start) => Promise<Started>;
}

const EXECUTABLE = resolve('dist/wincni');
const EXECUTABLE_WINE = resolve('dist/wine/wincni.exe');

/** Everything is copied into `folder`, in the same way: how a file came to its disk tells in the memory that it takes. */
export async function linuxSystem(folder: string): Promise<System> {
  const node = install(binaryIn(await pkgHome(), 'linux-x64'), folder, 'node');
  const measure = install(MEASURE_LINUX, folder, 'measure');
  return {
    name: 'Linux',
    node,
    hello: install(HELLO_LINUX, folder, 'hello'),
    wincni: install(EXECUTABLE, folder, 'wincni'),
    install,
    suffix: '',
    path: (path) => path,
    start: starting(folder, (result, program, { args, env, stdin }) =>
      runUnix([measure, result, program, ...args], { HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY, ...env }, stdin),
    ),
  };
}

/** Windows as Wine is one, or why it is not there. The images are aligned, which on Windows itself gains nothing. */
export async function wineSystem(folder: string): Promise<System | { readonly missing: string }> {
  const missing = await whyNoWine();
  if (missing !== undefined) return { missing };
  await wine.ensure();
  for (const path of WINDOWS_LIBRARIES_BUILT) await wine.installSystemDll(path);
  const node = join(folder, 'node.exe');
  writeFileSync(node, alignPe(readFileSync(binaryIn(await pkgHome(), 'win-x64'))), { mode: 0o755 });
  const measure = install(MEASURE_LINUX, folder, 'measure');
  return {
    name: 'Wine',
    node,
    hello: install(HELLO_WINDOWS, folder, 'hello.exe'),
    wincni: install(EXECUTABLE_WINE, folder, 'wincni.exe'),
    install,
    suffix: '.exe',
    path: wine.windowsPath,
    start: starting(folder, async (result, program, { args, env, stdin, drive }) => {
      const options = { env, stdin, under: [measure, result] };
      if (drive === undefined) return wine.run(program, args, options);
      await wine.addDrive(drive);
      return wine.run(program, args, { ...options, cwd: drive });
    }),
  };
}

type Said = { readonly stdout: string; readonly stderr: string };
/** Runs a program to its end under measure, which writes to `result`. */
type Measuring = (result: string, program: string, start: Start & Required<Omit<Start, 'drive'>>) => Promise<Said>;

let results = 0;

/** Several programs may be measured at once, each into a file of its own. */
const starting =
  (folder: string, run: Measuring): System['start'] =>
  async (program, { args = [], env = {}, stdin = '', ...more } = {}) => {
    const result = join(folder, `measured-${results++}.json`);
    return startedBy(await run(result, program, { args, env, stdin, ...more }), result);
  };

function install(path: string, folder: string, name = basename(path)): string {
  const installed = join(folder, name);
  copyFileSync(path, installed);
  chmodSync(installed, 0o755);
  // What the system still writes would be measured with the first starts.
  const file = openSync(installed, 'r+');
  fsyncSync(file);
  closeSync(file);
  return installed;
}

interface Measurement {
  readonly wallUs: number;
  readonly cpuUs: number;
  readonly peakKb: number;
  readonly status: number;
}

function startedBy({ stdout, stderr }: Said, result: string): Started {
  const { wallUs, cpuUs, peakKb, status } = JSON.parse(readFileSync(result, 'utf8')) as Measurement;
  return { ms: wallUs / 1000, cpuMs: cpuUs / 1000, peakMB: peakKb / 1024, code: status, stdout, stderr };
}
