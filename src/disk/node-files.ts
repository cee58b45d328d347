/** The port `Files` over Node's file system: flushed, atomic, and patient with what Windows holds open for a moment. */
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { CniError, Code } from '../spec/error.ts';
import type { Files } from './files.ts';
import { makeFolder } from './make-folder.ts';
import { assertWritable } from './names.ts';

/** Every system call that is made here; a test passes its own, to fail or to end at any of them. */
export interface SystemCalls {
  readonly open: (path: string, flags: string) => number;
  readonly write: (file: number, text: string) => void;
  readonly flush: (file: number) => void;
  readonly close: (file: number) => void;
  readonly read: (path: string) => string;
  readonly rename: (from: string, to: string) => void;
  readonly unlink: (path: string) => void;
  readonly list: (folder: string) => readonly string[];
  /** With the folders above; answers the first that had to be made. */
  readonly mkdir: (folder: string) => string | undefined;
  readonly exists: (path: string) => boolean;
  readonly pause: (ms: number) => void;
}

export const SYSTEM_CALLS: SystemCalls = {
  open: (path, flags) => fs.openSync(path, flags, 0o600),
  write: fs.writeFileSync,
  flush: fs.fsyncSync,
  close: fs.closeSync,
  read: (path) => fs.readFileSync(path, 'utf8'),
  rename: fs.renameSync,
  unlink: fs.unlinkSync,
  list: (folder) => fs.readdirSync(folder),
  mkdir: makeFolder,
  // Not existsSync: it says "absent" of what cannot be looked at, and an absent address would be given away.
  exists: (path) => orAbsent(() => fs.statSync(path), ['ENOENT', 'ENOTDIR']) !== undefined,
  pause: (ms) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

export interface NodeFilesOptions {
  /** Windows: a colon only after the drive letter, patience with open files, no flush of folders (EPERM there). */
  readonly windows: boolean;
  readonly calls?: SystemCalls;
}

/** Virus scanners and indexers open a fresh file for moments; NTFS then answers these to rename, unlink and open. */
export const HELD_OPEN: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Doubling pauses, about one second in all. */
const PAUSES_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** The files of this machine. */
export function nodeFiles({ windows, calls = SYSTEM_CALLS }: NodeFilesOptions): Files {
  const attempt = attempter({ windows, calls });
  const colons = windows ? 'drive' : 'any';
  const flushFolder = (folder: string): void => {
    if (!windows)
      attempt('flush', folder, () => {
        withFile(calls, { path: folder, flags: 'r' }, calls.flush);
      });
  };
  const exists = (path: string): boolean => attempt('look at', path, () => calls.exists(path));
  const writeFlushed = (path: string, text: string): void => {
    assertWritable(path, colons);
    attempt('write', path, () => {
      writeBeside(calls, path, text);
    });
    attempt('rename onto', path, () => {
      calls.rename(temporary(path), path);
    });
    flushFolder(dirname(path));
  };
  return {
    writeFlushed,
    exists,
    createExclusive: (path, text) => {
      if (exists(path)) return false;
      writeFlushed(path, text);
      return true;
    },
    readText: (path) => attempt('read', path, () => orAbsent(() => calls.read(path))),
    remove: (path) => {
      attempt('remove', temporary(path), () => unlink(calls, temporary(path)));
      return attempt('remove', path, () => unlink(calls, path));
    },
    list: (folder) => attempt('list', folder, () => orAbsent(() => calls.list(folder)) ?? []),
    ensureDir: (folder) => {
      assertWritable(folder, colons);
      const first = attempt('make', folder, () => calls.mkdir(folder));
      for (const made of madeBetween(first, folder)) flushFolder(dirname(made));
    },
  };
}

const temporary = (path: string): string => `${path}.tmp`;

/** Runs an operation with the patience of Windows; what it throws becomes code 5. */
function attempter({ windows, calls }: { windows: boolean; calls: SystemCalls }) {
  const pauses = windows ? PAUSES_MS : [];
  return <T>(operation: string, path: string, run: () => T): T => {
    try {
      return patiently(run, { pauses, calls });
    } catch (cause) {
      throw ioError({ operation, path, cause });
    }
  };
}

/** Runs, and as long as the file is held open by another, pauses and runs again. */
export function patiently<T>(
  run: () => T,
  { pauses, calls }: { pauses: readonly number[]; calls: Pick<SystemCalls, 'pause'> },
): T {
  const [pause, ...rest] = pauses;
  try {
    return run();
  } catch (cause) {
    if (pause === undefined || !HELD_OPEN.has(errnoOf(cause) ?? '')) throw cause;
    calls.pause(pause);
  }
  return patiently(run, { pauses: rest, calls });
}

/** What the file system refused, as code 5; anything else thrown is passed through as it is. */
export function ioError({ operation, path, cause }: { operation: string; path: string; cause: unknown }): unknown {
  const errno = errnoOf(cause);
  if (errno === undefined || !(cause instanceof Error)) return cause;
  return new CniError(Code.Io, `Cannot ${operation} "${path}": ${errno}`, { details: cause.message, cause });
}

/** Writes and flushes the temporary file; one that cannot be finished is not left behind. */
function writeBeside(calls: SystemCalls, path: string, text: string): void {
  const beside = temporary(path);
  try {
    withFile(calls, { path: beside, flags: 'w' }, (file) => {
      calls.write(file, text);
      calls.flush(file);
    });
  } catch (failure) {
    quietly(() => unlink(calls, beside));
    throw failure;
  }
}

function withFile(
  calls: SystemCalls,
  { path, flags }: { path: string; flags: string },
  use: (file: number) => void,
): void {
  const file = calls.open(path, flags);
  try {
    use(file);
  } finally {
    calls.close(file);
  }
}

/** False when there was no such file. */
function unlink(calls: SystemCalls, path: string): boolean {
  const removed = orAbsent(() => {
    calls.unlink(path);
    return true;
  });
  return removed ?? false;
}

/** The answer, or undefined when the file is not there. */
function orAbsent<T>(run: () => T, absent: readonly string[] = ['ENOENT']): T | undefined {
  try {
    return run();
  } catch (cause) {
    if (absent.includes(errnoOf(cause) ?? '')) return undefined;
    throw cause;
  }
}

/** For clean-up on the way out with an error that is already known and is the one to report. */
function quietly(run: () => unknown): void {
  try {
    run();
  } catch {
    // The first error is reported, not this one.
  }
}

/** The folders that a recursive mkdir made, deepest first; `folder` is absolute. */
function madeBetween(first: string | undefined, folder: string): readonly string[] {
  const made: string[] = [];
  for (let at = folder; first !== undefined && at.length >= first.length && at !== dirname(at); at = dirname(at)) {
    made.push(at);
  }
  return made;
}

/** Node's name of what the system refused, such as "ENOENT"; undefined for any other failure. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
