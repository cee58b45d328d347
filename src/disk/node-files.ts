/** The port `Files` over Node's file system: flushed, atomic, and patient with what Windows holds open for a moment. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileAt, markFolder, openNew } from './file-at.ts';
import type { FileAt, Files } from './files.ts';
import { temporary } from './half-written.ts';
import { isLink, openInPlace } from './in-place.ts';
import { madeBetween, makeFolder } from './make-folder.ts';
import { assertWritable } from './names.ts';
import { attempter, orAbsent } from './refusals.ts';

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
  readonly isLink: (path: string) => boolean | undefined;
  /** Fills the buffer from the position as far as the file goes. */
  readonly readAt: (file: number, into: Uint8Array, position: number) => void;
  readonly writeAt: (file: number, bytes: Uint8Array, position: number) => void;
  /** Sets the time of the last change, in seconds since 1970. */
  readonly setTime: (folder: string, seconds: number) => void;
  /** That time in nanoseconds. */
  readonly timeOf: (folder: string) => bigint | undefined;
  readonly pause: (ms: number) => void;
}

export const SYSTEM_CALLS: SystemCalls = {
  open: (path, flags) => (flags === 'r+' ? openInPlace(path, flags) : openSync(path, flags, 0o600)),
  write: writeFileSync,
  flush: fsyncSync,
  close: closeSync,
  read: (path) => readFileSync(path, 'utf8'),
  rename: renameSync,
  unlink: unlinkSync,
  list: (folder) => readdirSync(folder),
  mkdir: makeFolder,
  // Not existsSync: it says "absent" of what cannot be looked at, and an absent address would be given away.
  exists: (path) => orAbsent(() => statSync(path), ['ENOENT', 'ENOTDIR']) !== undefined,
  isLink,
  readAt: (file, into, position) => {
    readSync(file, into, 0, into.length, position);
  },
  writeAt: (file, bytes, position) => {
    for (let done = 0; done < bytes.length; )
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
  },
  setTime: (folder, seconds) => {
    utimesSync(folder, seconds, seconds);
  },
  timeOf: (folder) => orAbsent(() => statSync(folder, { bigint: true }).mtimeNs),
  pause: (ms) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

export interface NodeFilesOptions {
  /** Windows: a colon only after the drive letter, patience with open files, no flush of folders (EPERM there). */
  readonly windows: boolean;
  readonly calls?: SystemCalls;
}

/** The files of this machine. */
export function nodeFiles({ windows, calls = SYSTEM_CALLS }: NodeFilesOptions): Files {
  const attempt = attempter({ windows, calls });
  const colons = windows ? 'drive' : 'any';
  const flushFolder = (folder: string): void => {
    if (!windows)
      attempt('flush', folder, () => {
        withFile(calls, calls.open(folder, 'r'), calls.flush);
      });
  };
  const exists = (path: string): boolean => attempt('look at', path, () => calls.exists(path));
  const ensureDir = (folder: string): void => {
    assertWritable(folder, colons);
    const first = attempt('make', folder, () => calls.mkdir(folder));
    for (const made of madeBetween(first, folder)) flushFolder(dirname(made));
  };
  const write = (path: string, text: string, flush?: SystemCalls['flush']): void => {
    assertWritable(path, colons);
    const writing = (): true => writeBeside(calls, { path, text, flush });
    // The folder is nearly always there: that is not asked first.
    if (attempt('write', path, () => orAbsent(writing)) === undefined) {
      ensureDir(dirname(path));
      attempt('write', path, writing);
    }
    attempt('rename onto', path, () => {
      calls.rename(temporary(path), path);
    });
  };
  const writeFlushed = (path: string, text: string): void => {
    write(path, text, calls.flush);
    flushFolder(dirname(path));
  };
  return {
    writeFlushed,
    write,
    exists,
    isLink: (path) => attempt('look at', path, () => calls.isLink(path)),
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
    openAt: (path, how) => openAt({ calls, attempt }, path, how),
    timeOf: (folder) => attempt('look at', folder, () => calls.timeOf(folder))?.toString(),
    mark: (folder) => attempt('look at', folder, () => markFolder(calls, folder))?.toString(),
    ensureDir,
  };
}

function openAt(
  { calls, attempt }: { readonly calls: SystemCalls; readonly attempt: ReturnType<typeof attempter> },
  ...[path, how]: Parameters<Files['openAt']>
): FileAt | undefined {
  const file = attempt('open', path, () => orAbsent(() => fileAt(calls, path, how)));
  if (file === undefined) return undefined;
  return {
    read: (position, length) => attempt('read', path, () => file.read(position, length)),
    write: (position, bytes) => {
      attempt('write', path, () => {
        file.write(position, bytes);
      });
    },
    close: file.close,
  };
}

interface Written {
  readonly path: string;
  readonly text: string;
  readonly flush: SystemCalls['flush'] | undefined;
}

/** Writes the temporary file; one that cannot be finished is not left behind. */
function writeBeside(calls: SystemCalls, { path, text, flush }: Written): true {
  const beside = temporary(path);
  try {
    withFile(calls, openNew(calls, beside, 'wx'), (file) => {
      calls.write(file, text);
      flush?.(file);
    });
    return true;
  } catch (failure) {
    try {
      unlink(calls, beside);
    } catch {
      // The first error is the one to report.
    }
    throw failure;
  }
}

function withFile(calls: SystemCalls, file: number, use: (file: number) => void): void {
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
