/** The process edge: the only reader of the environment and stdin, the only writer of stdout, the only one that wires. */
import { readSync, writeSync } from 'node:fs';
import { nodeFiles } from './disk/node-files.ts';
import { createBootClock } from './ffi/boot.ts';
import { createFileLock } from './ffi/lock.ts';
import { hardExit, type System, simulatorSystem, windowsSystem } from './ffi/system.ts';
import { entryPoints } from './hns/entry-points.ts';
import { openStore } from './ipam/store.ts';
import type { Defaults } from './plugins/conf.ts';
import { systemPrograms } from './process/programs.ts';
import { type Platform, run } from './run.ts';
import { CniError, Code } from './spec/error.ts';
import { SUPPORTED } from './spec/version.ts';

/** Set by the build from package.json. */
declare const WINCNI_VERSION: string | undefined;

const isWindows = process.platform === 'win32';

/** host-local's folder and ProgramData, each on the drive Windows says; a runtime hands its whole environment on. */
const DEFAULTS: Defaults = isWindows
  ? {
      dataDir: `${process.env['SystemDrive'] ?? 'C:'}\\var\\lib\\cni\\networks`,
      logFile: `${process.env['ProgramData'] ?? 'C:\\ProgramData'}\\wincni\\wincni.log`,
    }
  : { dataDir: '/var/lib/cni/networks', logFile: '/var/log/wincni/wincni.log' };

/** Read by a loop until 0: Wine refuses the fstat that readFileSync begins with. */
function readStdin(): Uint8Array {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const length = readChunk(chunk);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
  }
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
function writeStdout(text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause;
    }
  }
}

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

const FILES = nodeFiles({ windows: isWindows });

const PLATFORM: Platform = {
  defaults: DEFAULTS,
  readText: FILES.readText,
  native: () => entryPoints(system()),
  programs: systemPrograms(isWindows),
  leases: (conf, surroundings) =>
    openStore({
      files: FILES,
      lock: createFileLock(),
      clock: createBootClock(isWindows ? {} : { bootId: process.env['HNS_SIMULATOR_BOOT'] }),
      dataDir: conf.ipam.dataDir,
      network: conf.name,
      ipam: conf.ipam,
      windows: isWindows,
      ...surroundings,
    }),
};

async function main(): Promise<void> {
  if ((process.env['CNI_COMMAND'] ?? '') === '') {
    const version = typeof WINCNI_VERSION === 'string' ? WINCNI_VERSION : 'from source';
    process.stderr.write(
      `wincni ${version}: CNI plugin for Windows nodes, CNI versions ${SUPPORTED.join(', ')}\n` +
        'It is started by a container runtime, with CNI_COMMAND in the environment and its configuration on stdin.\n',
    );
    return;
  }
  hardExit(await run({ env: process.env, stdin: readStdin, stdout: writeStdout }, PLATFORM));
}

main().catch((failure: unknown) => {
  // stdout itself is gone: nobody is left to tell, and a runtime that asks again finds a pending lease.
  process.stderr.write(`wincni: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  hardExit(1);
});
