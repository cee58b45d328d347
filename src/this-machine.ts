/** The parts that touch the machine, wired together; loaded when a command needs them. */
import type { Defaults } from './dialects/net-conf.ts';
import { nodeFiles } from './disk/node-files.ts';
import { createBootClock } from './ffi/boot.ts';
import { elapsedMs, pause } from './ffi/elapsed.ts';
import { createFileLock } from './ffi/lock.ts';
import { hardExit, type System, simulatorSystem, windowsSystem } from './ffi/system.ts';
import { entryPoints } from './hns/entry-points.ts';
import type { Clock } from './ipam/lease.ts';
import { openStore } from './ipam/store.ts';
import type { Platform } from './platform.ts';
import { systemPrograms } from './process/programs.ts';
import type { Environment } from './spec/command.ts';
import { CniError, Code } from './spec/error.ts';

/** Since the process began: host-local has no key for it. */
const HOST_LOCAL_MS = 60_000;

export interface Machine {
  readonly platform: Platform;
  readonly system: () => System;
  /** Ends the process, whatever hangs in it. */
  readonly end: (status: number) => never;
}

/** The machine of an environment: the runtime hands its whole own one on. */
export function machineOf(env: Environment): Machine {
  const windows = process.platform === 'win32';
  const root = rootOf(env, windows);
  const defaults = defaultsOf(env, { root, windows });
  const files = nodeFiles({ windows });
  const clock = (): Clock => createBootClock(windows ? {} : { bootId: env['HNS_SIMULATOR_BOOT'] });
  const system = (): System => (windows ? windowsSystem() : simulated(env));
  const platform: Platform = {
    executable: process.execPath,
    drive: root,
    files,
    defaults,
    native: () => entryPoints(system()),
    pause,
    programs: systemPrograms(windows),
    hostLocal: () => ({
      files,
      lock: createFileLock(),
      clock: clock(),
      windows,
      defaultDataDir: defaults.dataDir,
      remainingMs: () => HOST_LOCAL_MS - elapsedMs(),
    }),
    leases: ({ ipam, name }, surroundings) =>
      openStore({
        ...{ files, lock: createFileLock(), clock: clock(), windows },
        ...{ dataDir: ipam.dataDir, network: name, ipam },
        ...surroundings,
      }),
  };
  return { platform, system, end: hardExit };
}

/**
 * Where paths without a drive are: the drive that Windows says. On the simulator, a variable says below which folder the machine
 * lies, so that several of them stand side by side.
 */
function rootOf(env: Environment, windows: boolean): string {
  return windows ? (env['SystemDrive'] ?? 'C:') : (env['HNS_SIMULATOR_ROOT'] ?? '');
}

/** host-local's folder and ProgramData. */
function defaultsOf(
  env: Environment,
  { root, windows }: { readonly root: string; readonly windows: boolean },
): Defaults {
  return windows
    ? {
        dataDir: `${root}\\var\\lib\\cni\\networks`,
        logFile: `${env['ProgramData'] ?? 'C:\\ProgramData'}\\wincni\\wincni.log`,
      }
    : {
        dataDir: `${root}/var/lib/cni/networks`,
        logFile: `${root}/var/log/wincni/wincni.log`,
      };
}

function simulated(env: Environment): System {
  const library = env['HNS_SIMULATOR_LIBRARY'];
  if (library !== undefined && library !== '') return simulatorSystem(library);
  throw new CniError(
    Code.HnsUnavailable,
    'Cannot reach HNS: this is the Linux build, which works on the HNS simulator only, expected HNS_SIMULATOR_LIBRARY',
    { details: 'variable HNS_SIMULATOR_LIBRARY; see native/README.md' },
  );
}
