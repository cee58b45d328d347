/** Reservations of one network: host-local's files, and beside each the boot it was made in. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
export function openStore(folder: string, boot: string): Store {
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
      names(folder).map((address) => {
        const [containerId = '', ifname = ''] = read(join(folder, address)).split(/\r?\n/);
        return { address, containerId, ifname, boot: bootOf(address) };
      }),
    reserve: (address, holder) => {
      try {
        mkdirSync(boots, { recursive: true });
        writeFileSync(join(folder, address), `${holder.containerId}\r\n${holder.ifname}`, { flag: 'wx' });
      } catch (error) {
        if (isTaken(error)) return false;
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

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

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
