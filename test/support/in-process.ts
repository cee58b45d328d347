/** A C: drive of a recording inside this process: our plugin under any name, on a simulator that is at hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSimulator } from '../../native/simulator/client.ts';
import { Killed } from '../../native/simulator/faults.ts';
import { nodeFiles } from '../../src/disk/node-files.ts';
import type { Lock } from '../../src/ipam/lease.ts';
import { openStore } from '../../src/ipam/store.ts';
import type { Platform } from '../../src/platform.ts';
import { systemPrograms } from '../../src/process/programs.ts';
import { run } from '../../src/run.ts';
import { type Drive, filesIn, type Start } from '../parity/machine.ts';
import type { Ended } from '../parity/outcome.ts';
import { simulatedNative } from './simulated-native.ts';

/** A process that a fault ended. */
const KILLED = 137;
const FILES = nodeFiles({ windows: false });
/** Commands of a test take turns by themselves. */
const NO_LOCK: Lock = { acquire: () => Promise.resolve(() => undefined) };

export interface LocalDrive extends Drive {
  /** The folder that stands for `C:\`. */
  readonly root: string;
}

export function openLocalDrive(simulator: LocalSimulator): LocalDrive {
  const root = mkdtempSync(join(tmpdir(), 'wincni-drive-'));
  let commands = 0;
  return {
    root,
    path: (windowsPath) => join(root, ...windowsPath.split(/[\\/]+/).slice(1)),
    run: async (start) => {
      commands += 1;
      const process = `ours-${commands}`;
      const ended = await command(simulator, start, { root, process });
      simulator.hns.processes.end(process, 'ended');
      return ended;
    },
    files: () => filesIn(root),
    end: () => {
      rmSync(root, { recursive: true });
    },
  };
}

interface Around {
  readonly root: string;
  readonly process: string;
}

function command(simulator: LocalSimulator, { plugin, env, stdin }: Start, { root, process }: Around): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const kill = (): void => {
      resolve({ code: KILLED, stdout: '' });
    };
    let stdout = '';
    const io = {
      env,
      stdin: () => Buffer.from(stdin),
      stdout: (text: string): void => {
        stdout += text;
      },
    };
    const native = (): ReturnType<Platform['native']> =>
      simulatedNative({ process, dispatcher: mortal(simulator, kill) });
    run(io, { ...platformFor(simulator, root), executable: plugin, native }).then((code) => {
      resolve({ code, stdout });
    }, reject);
  });
}

/** A call that a fault answers with the caller's death never comes back to it. */
const mortal = ({ dispatcher }: LocalSimulator, kill: () => void): Pick<LocalSimulator['dispatcher'], 'dispatch'> => ({
  dispatch: async (request) => {
    try {
      return await dispatcher.dispatch(request);
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
      kill();
      return new Promise(() => undefined);
    }
  },
});

const platformFor = ({ hns }: LocalSimulator, root: string): Omit<Platform, 'executable' | 'native'> => ({
  drive: root,
  files: FILES,
  defaults: { dataDir: join(root, 'var/lib/cni/networks'), logFile: join(root, 'log/wincni.log') },
  pause: () => Promise.resolve(),
  programs: systemPrograms(false),
  hostLocal: () => ({
    files: FILES,
    lock: NO_LOCK,
    clock: { bootId: () => hns.bootId(), uptimeMs: () => Date.now() },
    windows: true,
    defaultDataDir: join(root, 'var/lib/cni/networks'),
    remainingMs: () => 60_000,
  }),
  leases: (conf, surroundings) =>
    openStore({
      files: FILES,
      lock: NO_LOCK,
      clock: { bootId: () => hns.bootId(), uptimeMs: () => Date.now() },
      dataDir: conf.ipam.dataDir,
      network: conf.name,
      ipam: conf.ipam,
      windows: true,
      ...surroundings,
    }),
});
