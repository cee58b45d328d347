/** A C: drive of a recording inside this process: our plugin under any name, on a simulator that is at hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSimulator } from '../../native/simulator/client.ts';
import type { Dispatcher } from '../../native/simulator/dispatch.ts';
import { Killed } from '../../native/simulator/faults.ts';
import type { Files } from '../../src/disk/files.ts';
import { nodeFiles } from '../../src/disk/node-files.ts';
import type { Native } from '../../src/hns/native.ts';
import type { Clock, LeaseStore, Lock } from '../../src/ipam/lease.ts';
import { openStore } from '../../src/ipam/store.ts';
import type { Platform } from '../../src/platform.ts';
import { systemPrograms } from '../../src/process/programs.ts';
import { run } from '../../src/run.ts';
import { type Drive, filesIn, type Start } from '../parity/machine.ts';
import type { Ended } from '../parity/outcome.ts';
import { simulatedNative } from './simulated-native.ts';

/** A process that a fault ended. */
const KILLED = 137;
/** Commands of a test take turns by themselves. */
const NO_LOCK: Lock = { acquire: () => Promise.resolve(() => undefined) };

/** What differs from the parts that the executable has; each is asked for anew by every command. */
export interface Parts {
  /** Files, and whether the process is to be taken for one that ended in one of their calls. */
  readonly files: (start: LocalStart) => { readonly files: Files; readonly isCut: () => boolean };
  readonly native: (native: Native) => Native;
  readonly leases: (leases: LeaseStore) => LeaseStore;
}

export interface LocalStart extends Start {
  /** When the runtime kills the command. */
  readonly kill?: AbortSignal;
}

const USUAL: Parts = {
  files: () => ({ files: nodeFiles({ windows: false }), isCut: () => false }),
  native: (native) => native,
  leases: (leases) => leases,
};

export interface LocalDrive extends Drive {
  /** The folder that stands for `C:\`. */
  readonly root: string;
  readonly run: (start: LocalStart) => Promise<Ended>;
}

export function openLocalDrive(simulator: LocalSimulator, changed: Partial<Parts> = {}): LocalDrive {
  const parts = { ...USUAL, ...changed };
  const root = mkdtempSync(join(tmpdir(), 'wincni-drive-'));
  let commands = 0;
  return {
    root,
    path: (windowsPath) => join(root, ...windowsPath.split(/[\\/]+/).slice(1)),
    run: async (start) => {
      commands += 1;
      const process = `ours-${commands}`;
      const ended = await command(simulator, start, { root, process, parts });
      simulator.hns.processes.end(process, ended.code === KILLED ? 'killed' : 'ended');
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
  readonly parts: Parts;
}

/** Once it is killed nothing of a command reaches HNS or stdout any more; its files see to themselves. */
function command(simulator: LocalSimulator, start: LocalStart, around: Around): Promise<Ended> {
  const { plugin, env, stdin, kill } = start;
  const { files, isCut } = around.parts.files(start);
  return new Promise((resolve, reject) => {
    const life = new AbortController();
    const isDead = (): boolean => life.signal.aborted || isCut();
    const die = (): void => {
      life.abort();
      resolve({ code: KILLED, stdout });
    };
    let stdout = '';
    const io = {
      env,
      stdin: () => Buffer.from(stdin),
      stdout: (text: string): void => {
        if (!isDead()) stdout += text;
      },
    };
    if (kill?.aborted === true) die();
    kill?.addEventListener('abort', die);
    const dispatcher = mortal(simulator, { isDead, die });
    const native = (): Native => around.parts.native(simulatedNative({ process: around.process, dispatcher }));
    const platform = { ...platformFor(simulator, around, files), executable: plugin, native };
    run(io, { executable: plugin, platform: () => platform }).then((code) => {
      if (isDead()) die();
      else resolve({ code, stdout });
    }, reject);
  });
}

interface Life {
  readonly isDead: () => boolean;
  readonly die: () => void;
}

/** A call that a fault answers with the caller's death never comes back to it, and the dead make none. */
const mortal = ({ dispatcher }: LocalSimulator, { isDead, die }: Life): Pick<Dispatcher, 'dispatch'> => ({
  dispatch: async (request) => {
    try {
      const reply = isDead() ? undefined : await dispatcher.dispatch(request);
      if (reply !== undefined && !isDead()) return reply;
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
    }
    die();
    return new Promise<never>(() => undefined);
  },
});

function platformFor(
  { hns }: LocalSimulator,
  { root, parts }: Around,
  files: Files,
): Omit<Platform, 'executable' | 'native'> {
  const dataDir = join(root, 'var/lib/cni/networks');
  const clock: Clock = { bootId: () => hns.bootId(), uptimeMs: () => Date.now() };
  return {
    drive: root,
    files,
    defaults: { dataDir, logFile: join(root, 'log/wincni.log') },
    pause: () => Promise.resolve(),
    programs: systemPrograms(false),
    hostLocal: () => ({
      files,
      lock: NO_LOCK,
      clock,
      windows: true,
      defaultDataDir: dataDir,
      remainingMs: () => 60_000,
    }),
    leases: (conf, surroundings) =>
      parts.leases(
        openStore({
          files,
          lock: NO_LOCK,
          clock,
          dataDir: conf.ipam.dataDir,
          network: conf.name,
          ipam: conf.ipam,
          windows: true,
          ...surroundings,
        }),
      ),
  };
}
