/** The process edge: the only reader of the environment and stdin, the only writer of stdout, the only one that wires. */
import { readSync, writeSync } from 'node:fs';
import { isSea } from 'node:sea';
import type { Defaults } from './dialects/net-conf.ts';
import { nodeFiles } from './disk/node-files.ts';
import { createBootClock } from './ffi/boot.ts';
import { createFileLock } from './ffi/lock.ts';
import { hardExit, type System, simulatorSystem, windowsSystem } from './ffi/system.ts';
import { entryPoints } from './hns/entry-points.ts';
import type { Clock } from './ipam/lease.ts';
import { openStore } from './ipam/store.ts';
import type { Platform } from './platform.ts';
import { systemPrograms } from './process/programs.ts';
import { run } from './run.ts';
import { MAX_STDIN_BYTES } from './spec/command.ts';
import { CniError, Code } from './spec/error.ts';
import { SUPPORTED } from './spec/version.ts';

/** Set by the build from package.json. */
declare const WINCNI_VERSION: string | undefined;

const isWindows = process.platform === 'win32';

/**
 * Where paths without a drive are: the drive that Windows says; a runtime hands its whole environment on. On the simulator, a
 * variable says below which folder the machine lies, so that several of them stand side by side.
 */
const ROOT = isWindows ? (process.env['SystemDrive'] ?? 'C:') : (process.env['HNS_SIMULATOR_ROOT'] ?? '');

/** host-local's folder and ProgramData. */
const DEFAULTS: Defaults = isWindows
  ? {
      dataDir: `${ROOT}\\var\\lib\\cni\\networks`,
      logFile: `${process.env['ProgramData'] ?? 'C:\\ProgramData'}\\wincni\\wincni.log`,
    }
  : {
      dataDir: `${ROOT}/var/lib/cni/networks`,
      logFile: `${ROOT}/var/log/wincni/wincni.log`,
    };

/** Read by a loop until 0: Wine refuses the fstat that readFileSync begins with. What is too long is read until it is. */
function readStdin(): Uint8Array {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= MAX_STDIN_BYTES; ) {
    const chunk = Buffer.alloc(65_536);
    const length = readChunk(chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Buffer.concat(chunks);
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(0, chunk);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      // EOF is how Windows ends a pipe; EAGAIN is a pipe that its writer made non-blocking.
      if (code === 'EOF' || code === 'EBADF') return 0;
      if (code !== 'EAGAIN') throw new CniError(Code.Io, `Cannot read stdin: ${code ?? 'unknown'}`, { cause });
    }
  }
}

/** One write that is complete before anything ends the process. */
const writer =
  (descriptor: 1 | 2) =>
  (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    for (let written = 0; written < bytes.length; ) {
      try {
        written += writeSync(descriptor, bytes, written);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause;
      }
    }
  };
const writeStdout = writer(1);

function system(): System {
  if (isWindows) return windowsSystem();
  const library = process.env['HNS_SIMULATOR_LIBRARY'];
  if (library !== undefined && library !== '') return simulatorSystem(library);
  throw new CniError(
    Code.HnsUnavailable,
    'Cannot reach HNS: this is the Linux build, which works on the HNS simulator only, expected HNS_SIMULATOR_LIBRARY',
    { details: 'variable HNS_SIMULATOR_LIBRARY; see native/README.md' },
  );
}

/** Since the process began: host-local has no key for it. */
const HOST_LOCAL_MS = 60_000;

const clock = (): Clock => createBootClock(isWindows ? {} : { bootId: process.env['HNS_SIMULATOR_BOOT'] });

const FILES = nodeFiles({ windows: isWindows });

const PLATFORM: Platform = {
  executable: process.execPath,
  drive: ROOT,
  files: FILES,
  defaults: DEFAULTS,
  native: () => entryPoints(system()),
  pause: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
  programs: systemPrograms(isWindows),
  hostLocal: () => ({
    files: FILES,
    lock: createFileLock(),
    clock: clock(),
    windows: isWindows,
    defaultDataDir: DEFAULTS.dataDir,
    remainingMs: () => HOST_LOCAL_MS - performance.now(),
  }),
  leases: (conf, surroundings) =>
    openStore({
      files: FILES,
      lock: createFileLock(),
      clock: clock(),
      dataDir: conf.ipam.dataDir,
      network: conf.name,
      ipam: conf.ipam,
      windows: isWindows,
      ...surroundings,
    }),
};

async function main(): Promise<void> {
  // Node would write what it counted to the folder that this names; tests of the bundle count.
  if (process.env['NODE_V8_COVERAGE'] !== undefined && isSea()) process.getBuiltinModule('node:v8').stopCoverage();
  if ((process.env['CNI_COMMAND'] ?? '') === '') {
    const version = typeof WINCNI_VERSION === 'string' ? WINCNI_VERSION : 'from source';
    const args = process.argv.slice(2);
    if (args.length > 0) return byHand(args, version);
    process.stderr.write(
      `wincni ${version}: CNI plugin for Windows nodes, CNI versions ${SUPPORTED.join(', ')}\n` +
        'It is started by a container runtime, with CNI_COMMAND in the environment and its configuration on stdin.\n',
    );
    return;
  }
  hardExit(await run({ env: process.env, stdin: readStdin, stdout: writeStdout }, PLATFORM));
}

/** The command line of people, which is loaded here: a runtime's command must not pay for it. */
async function byHand(args: readonly string[], version: string): Promise<void> {
  const { runCli } = await import('./cli/cli.ts');
  const lines =
    (write: (text: string) => void) =>
    (line: string): void => {
      write(`${line}\n`);
    };
  const [print, complain] = [lines(writeStdout), lines(writer(2))];
  const shell = { version, windows: isWindows, defaults: DEFAULTS, stdin: readStdin, system, print, complain };
  hardExit(await runCli(args, shell));
}

main().catch((failure: unknown) => {
  // stdout itself is gone: nobody is left to tell, and a runtime that asks again finds a pending lease.
  process.stderr.write(`wincni: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  hardExit(1);
});
