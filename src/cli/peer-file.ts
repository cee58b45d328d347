/** The file of peers on this machine: read as it is, and watched for changes. */
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { CniError, Code } from '../spec/error.ts';

/** Throws code 5 where there is none, or another program keeps it closed. */
export function readPeerFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CniError(Code.Io, `Cannot read the peers in "${path}": ${reason}`, { cause });
  }
}

export interface PeerFileWatcher {
  /** Resolves when something happened to the file since the last wait, after so many milliseconds, or at the end. */
  readonly wait: (ms: number) => Promise<void>;
  readonly hasEnded: () => boolean;
  readonly end: () => void;
}

/** A writer that is at work is given this time to come to its end: a file that is written in parts changes with each. */
const SETTLE_MS = 50;

/** The folder is watched, for a file that is replaced by a rename is another one. Where there is no watching, waits just last. */
export function watchPeerFile(path: string): PeerFileWatcher {
  const file = basename(path);
  let [hasChanged, hasEnded] = [false, false];
  let wake = (): void => undefined;
  const watcher = watchFolder(dirname(resolve(path)), (name) => {
    if (name !== null && name !== file) return;
    hasChanged = true;
    wake();
  });
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  return {
    hasEnded: () => hasEnded,
    wait: async (ms) => {
      if (!hasChanged && !hasEnded) await pause(ms);
      if (hasChanged && !hasEnded) await new Promise((done) => setTimeout(done, SETTLE_MS));
      hasChanged = false;
    },
    end: () => {
      hasEnded = true;
      watcher?.close();
      wake();
    },
  };
}

function watchFolder(folder: string, onChange: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_event, name) => {
      onChange(name);
    });
    // A folder that is removed ends the watching; the waits go on.
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    return undefined;
  }
}
