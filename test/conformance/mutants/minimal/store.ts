/** Reservations of one network: host-local's files, and beside each the boot it was made in. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Is } from '../mutants.ts';
import { Code, Failure } from './failure.ts';

export interface Holder {
  readonly containerId: string;
  readonly ifname: string;
}

export interface Lease extends Holder {
  readonly address: string;
  /** "" when it is not ours to say. */
  readonly boot: string;
}

export interface Store {
  readonly all: () => readonly Lease[];
  /** False when somebody has it. */
  readonly reserve: (address: string, holder: Holder) => boolean;
  readonly free: (leases: readonly Lease[]) => void;
}

/** Everything is done in one go: no other command of this process comes in between. */
export function openStore(folder: string, boot: string, is: Is): Store {
  const boots = join(folder, '.boots');
  const bootOf = (address: string): string => read(join(boots, address));
  const free: Store['free'] = (leases) => {
    for (const { address } of leases) {
      rmSync(join(folder, address), { force: true });
      rmSync(join(boots, address), { force: true });
    }
  };
  return {
    free,
    all: () =>
      names(folder)
        .filter((address) => !is('clockDecides') || isFresh(join(folder, address)))
        .map((address) => {
          const [containerId = '', ifname = ''] = read(join(folder, address)).split(/\r?\n/);
          return { address, containerId, ifname, boot: bootOf(address) };
        }),
    reserve: (address, holder) => {
      try {
        makeFolder(boots);
        writeFileSync(join(folder, address), `${holder.containerId}\r\n${holder.ifname}`, {
          flag: is('readsThenWrites') ? 'w' : 'wx',
        });
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        if (is('ignoresFullDisk')) return true;
        free([{ address, ...holder, boot }]);
        throw new Failure(Code.io, `Cannot write to "${folder}": ${String(error)}`);
      }
      try {
        writeFileSync(join(boots, address), boot);
      } catch (error) {
        free([{ address, ...holder, boot }]);
        throw new Failure(Code.io, `Cannot write to "${boots}": ${String(error)}`);
      }
      return true;
    },
  };
}

const DAY_MS = 86_400_000;

const isFresh = (path: string): boolean => statSync(path).mtimeMs > Date.now() - DAY_MS;

/** Node's own recursive mode never ends on a full volume. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT') throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^[0-9a-f]*[.:][0-9a-f.:]*$/i.test(name) && !name.startsWith('.'));
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Of a network whose addresses somebody else gives. */
export const NO_STORE: Store = { all: () => [], reserve: () => false, free: () => undefined };
