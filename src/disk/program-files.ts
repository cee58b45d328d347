/** The port to files of any size and content: hashed, copied, linked, and given other names while they may be running. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { SYSTEM_CALLS, type SystemCalls } from './node-files.ts';
import { errnoOf, HELD_OPEN, ioError, patiently } from './refusals.ts';

/**
 * Synchronous operations on whole files. A failure is a CniError of code 5 that names operation, path and errno; what a
 * running executable does to them (Windows lets it be renamed, neither overwritten nor deleted) is an answer.
 */
export interface ProgramFiles {
  /** What has the name, links not followed; undefined when nothing has it. */
  readonly look: (path: string) => 'file' | 'folder' | 'other' | undefined;
  /** In hexadecimal digits. */
  readonly sha256: (path: string) => string;
  /**
   * Leaves a flushed copy with the mode of the original. `to` must be free: what is there may be another name of `from`,
   * and would be written through.
   */
  readonly copy: (from: string, to: string) => void;
  /** Another name for the same file; false where there can be none: another volume, FAT, the limit of names reached. */
  readonly link: (from: string, to: string) => boolean;
  /** Gives `from` the name `to` in one step, whoever had it; false when either is running or held open. */
  readonly replace: (from: string, to: string) => boolean;
  /** Gives `from` the name `to`, and waits some seconds for who holds it open. */
  readonly move: (from: string, to: string) => void;
  /** False when the file stays because it is running or held open. One that is not there is removed. */
  readonly remove: (path: string) => boolean;
  /** Removes an empty folder; false when it stays. */
  readonly removeFolder: (path: string) => boolean;
}

/** Doubling pauses, about eight seconds in all: a virus scanner reads 95 MB before it lets go of a fresh executable. */
const PAUSES_MS = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const CHUNK = 1024 * 1024;

/** The calls that depend on who else uses a file; a test passes its own. */
export interface ProgramCalls extends Pick<SystemCalls, 'rename' | 'unlink' | 'pause'> {
  readonly link: (from: string, to: string) => void;
}

const CALLS: ProgramCalls = { ...SYSTEM_CALLS, link: fs.linkSync };

/** The files of this machine. */
export function nodeProgramFiles(calls: ProgramCalls = CALLS): ProgramFiles {
  const hashes = new Map<string, string>();
  return {
    look,
    sha256: (path) => attempt('read', path, () => hashOf(path, hashes)),
    copy: (from, to) => {
      attempt(`copy "${from}" to`, to, () => {
        fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
        flush(to);
      });
    },
    link: (from, to) => {
      try {
        calls.link(from, to);
        return true;
      } catch {
        // Which errno says "no links here" depends on the file system; the copy that is made instead has errors of its own.
        return false;
      }
    },
    replace: (from, to) =>
      unlessHeld({ operation: `rename "${from}" to`, path: to }, () => {
        calls.rename(from, to);
      }),
    move: (from, to) => {
      attempt(`rename "${from}" to`, to, () => {
        patiently(
          () => {
            calls.rename(from, to);
          },
          { pauses: PAUSES_MS, calls },
        );
      });
    },
    remove: (path) =>
      unlessHeld({ operation: 'remove', path }, () => {
        unlink(calls, path);
      }),
    removeFolder: (path) =>
      unlessHeld(
        { operation: 'remove', path },
        () => {
          fs.rmdirSync(path);
        },
        LEFT_FOLDER,
      ),
  };
}

function unlink(calls: ProgramCalls, path: string): void {
  try {
    calls.unlink(path);
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw cause;
  }
}

/** What a folder that is not empty, or not there, answers to rmdir. */
const LEFT_FOLDER: ReadonlySet<string> = new Set([...HELD_OPEN, 'ENOTEMPTY', 'EEXIST', 'ENOENT']);

function look(path: string): 'file' | 'folder' | 'other' | undefined {
  const stats = attempt('look at', path, () => fs.lstatSync(path, { throwIfNoEntry: false }));
  if (stats === undefined) return undefined;
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'folder' : 'other';
}

/** Names of one file are read once: an installation has eight of them, of 95 MB. */
function hashOf(path: string, known: Map<string, string>): string {
  const file = fs.openSync(path, 'r');
  try {
    const { dev, ino, size, mtimeNs } = fs.fstatSync(file, { bigint: true });
    const key = `${dev} ${ino} ${size} ${mtimeNs}`;
    // Some file systems of Windows number no files.
    const hash = (ino === 0n ? undefined : known.get(key)) ?? hashAll(file);
    known.set(key, hash);
    return hash;
  } finally {
    fs.closeSync(file);
  }
}

function hashAll(file: number): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  for (let length = fs.readSync(file, chunk); length > 0; length = fs.readSync(file, chunk)) {
    hash.update(chunk.subarray(0, length));
  }
  return hash.digest('hex');
}

/** Opened for writing, without which Windows does not flush. */
function flush(path: string): void {
  const file = fs.openSync(path, 'r+');
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function attempt<T>(operation: string, path: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw ioError({ operation, path, cause });
  }
}

/** Whether it was done: false when the answer was one of `left`. */
function unlessHeld(
  { operation, path }: { operation: string; path: string },
  run: () => void,
  left: ReadonlySet<string> = HELD_OPEN,
): boolean {
  try {
    run();
    return true;
  } catch (cause) {
    if (left.has(errnoOf(cause) ?? '')) return false;
    throw ioError({ operation, path, cause });
  }
}
