/** The file of snapshots that are not settled yet: written before HNS is asked, so that a killed command's are put back by the next. */
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { integer, list, record, required } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './host-snapshot.ts';

export interface HostRecord {
  /** One for each NIC at the most. Throws code 5 when the file cannot be read: what the host had is then not known. */
  readonly read: () => readonly Snapshot[];
  /** One of the NIC that is there already stays: what it notes has not come back. */
  readonly add: (snapshot: Snapshot) => void;
  /** That of the NIC is settled. */
  readonly settle: (nic: string) => void;
  readonly path: string;
}

const FILE = 'node-adapters.json';
const VERSION = 1;

export function openHostRecord(files: Files, folder: string): HostRecord {
  const path = join(folder, FILE);
  const read = (): readonly Snapshot[] => {
    const text = files.readText(path);
    return text === undefined ? [] : snapshotsIn(text, path);
  };
  const write = (snapshots: readonly Snapshot[]): void => {
    files.writeFlushed(
      path,
      `${JSON.stringify({ version: VERSION, adapters: snapshots.map(encodeSnapshot) }, null, 2)}\n`,
    );
  };
  return {
    path,
    read,
    add: (snapshot) => {
      const known = read();
      if (known.every(({ nic }) => nic !== snapshot.nic)) write([...known, snapshot]);
    },
    settle: (nic) => {
      const known = read();
      const others = known.filter((other) => other.nic !== nic);
      if (others.length > 0 && others.length < known.length) write(others);
      if (others.length === 0) files.remove(path);
    },
  };
}

function snapshotsIn(text: string, path: string): readonly Snapshot[] {
  try {
    const value = record(JSON.parse(text), '');
    required(value, 'version', { path: '', as: integer(VERSION, VERSION) });
    return required(value, 'adapters', { path: '', as: list(decodeSnapshot) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CniError(
      Code.Io,
      `Cannot read the adapters' settings in "${path}": it is unreadable, expected version ${VERSION}`,
      {
        details: `${reason}; look at the adapters' addresses and routes, and remove the file`,
        cause,
      },
    );
  }
}
