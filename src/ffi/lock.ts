/** An exclusive lock on a file, held by the kernel for this process: it ends with the process, however that ends. */

import { closeSync, constants, openSync } from 'node:fs';
import { toNamespacedPath } from 'node:path';
import { CniError, Code } from '../spec/error.ts';
import { elapsedMs } from './elapsed.ts';
import { bind } from './library.ts';
import { zeroed } from './memory.ts';
import { wide } from './strings.ts';

/** Waits at most `deadlineMs` for the lock; the answer gives it back. Not re-entrant. */
export interface FileLock {
  readonly acquire: (path: string, deadlineMs: number) => Promise<() => void>;
}

/** One system's way to the lock: an open file, and a try that does not wait. */
interface LockFile {
  /** Undefined when the lock is ours; else the system's error number. */
  readonly tryLock: () => number | undefined;
  /** Closing gives the lock back. */
  readonly close: () => void;
}
interface Locking {
  readonly open: (path: string) => LockFile;
  /** Error numbers that waiting does not cure. Any other one is taken for "held by another". */
  readonly hopeless: ReadonlySet<number>;
}

/** errno.h: EBADF, EINVAL, ENOLCK, ENOSYS, EOPNOTSUPP. */
const HOPELESS_LINUX = new Set([9, 22, 37, 38, 95]);
/** winerror.h: ERROR_INVALID_FUNCTION, ERROR_INVALID_HANDLE, ERROR_NOT_SUPPORTED. */
const HOPELESS_WINDOWS = new Set([1, 6, 50]);

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/**
 * The lock that host-local takes on the same file: `flock` on Linux, `LockFileEx` on the first byte on Windows.
 * @throws code 11 at the deadline, code 5 where the file cannot be opened or the file system has no locks.
 */
export function createFileLock(): FileLock {
  return {
    acquire: async (path, deadlineMs) => {
      const { open, hopeless } = process.platform === 'win32' ? windowsLocking() : linuxLocking();
      const file = open(path);
      const errno = await lockWithin(file, { deadlineMs, hopeless });
      if (errno === undefined) return file.close;
      file.close();
      throw hopeless.has(errno) ? unlockable(path, errno) : held(path, { deadlineMs, errno });
    },
  };
}

/**
 * So often in a row a hopeless error has to come before it is believed: Windows is asked for the number by a second call, and what
 * the runtime does between the two may set another one.
 */
const BELIEVED = 3;

/** Tries until the lock is ours; else answers the last error number. */
export async function lockWithin(
  { tryLock }: Pick<LockFile, 'tryLock'>,
  { deadlineMs, hopeless }: { deadlineMs: number; hopeless: ReadonlySet<number> },
): Promise<number | undefined> {
  const end = elapsedMs() + deadlineMs;
  let inRow = 0;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const errno = tryLock();
    const left = end - elapsedMs();
    inRow = errno !== undefined && hopeless.has(errno) ? inRow + 1 : 0;
    if (errno === undefined || left <= 0 || inRow >= BELIEVED) return errno;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
  }
}

const held = (path: string, { deadlineMs, errno }: { deadlineMs: number; errno: number }): CniError =>
  new CniError(
    Code.TryAgainLater,
    `Cannot lock "${path}": another process has held it for ${Math.round(deadlineMs)} ms, expected it free by now`,
    { details: `system error ${errno}` },
  );

const unlockable = (path: string, errno: number): CniError =>
  new CniError(Code.Io, `Cannot lock "${path}": system error ${errno}, expected a file system with file locks`);

const LIBC = { flock: ['int32', ['int32', 'int32']], __errno_location: ['pointer', []] } as const;
const COPY = { memcpy: ['pointer', ['pointer', 'pointer', 'uint64']] } as const;
/** sys/file.h */
const LOCK_EX = 2;
const LOCK_NB = 4;

function linuxLocking(): Locking {
  const libc = bind('', { ...LIBC, ...COPY }).sync;
  const errno = zeroed(4);
  // The place of errno never changes for a thread; looked up first, so that nothing runs between the call and the read.
  const place = libc.__errno_location();
  return {
    hopeless: HOPELESS_LINUX,
    open: (path) => {
      const file = openLockFile(path);
      return {
        tryLock: () => {
          if (libc.flock(file, LOCK_EX | LOCK_NB) === 0) return undefined;
          libc.memcpy(errno, place, errno.length);
          return errno.readInt32LE(0);
        },
        close: () => {
          closeSync(file);
        },
      };
    },
  };
}

/** A lock file that is a link is refused: whoever made it could have a file made anywhere, or another one locked. */
const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;

function openLockFile(path: string): number {
  try {
    return openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CniError(Code.Io, `Cannot open the lock file "${path}": ${reason}`, { cause });
  }
}

const KERNEL32 = {
  CreateFileW: ['pointer', ['pointer', 'uint32', 'uint32', 'pointer', 'uint32', 'uint32', 'pointer']],
  LockFileEx: ['int32', ['pointer', 'uint32', 'uint32', 'uint32', 'uint32', 'pointer']],
  CloseHandle: ['int32', ['pointer']],
  GetLastError: ['uint32', []],
} as const;
/** winnt.h, fileapi.h, handleapi.h */
const GENERIC_READ_WRITE = 0xc0000000;
const FILE_SHARE_ALL = 7;
const OPEN_ALWAYS = 4;
const FILE_ATTRIBUTE_NORMAL = 0x80;
/** A link is opened itself, and not what it leads to. */
const FILE_FLAG_OPEN_REPARSE_POINT = 0x200000;
const INVALID_HANDLE = 0xffffffffffffffffn;
/** minwinbase.h: LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK. */
const LOCK_FLAGS = 1 | 2;
/** sizeof(OVERLAPPED); zeroed, it names offset 0. */
const OVERLAPPED_SIZE = 32;

function windowsLocking(): Locking {
  const kernel32 = bind('kernel32.dll', KERNEL32).sync;
  return {
    hopeless: HOPELESS_WINDOWS,
    open: (path) => {
      const handle = kernel32.CreateFileW(
        // Node's own calls take paths of more than 260 characters by this form; the lock must not be the one that cannot.
        ...([wide(toNamespacedPath(path)), GENERIC_READ_WRITE, FILE_SHARE_ALL, null] as const),
        ...([OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, null] as const),
      );
      if (handle === INVALID_HANDLE) {
        throw new CniError(Code.Io, `Cannot open the lock file "${path}": system error ${kernel32.GetLastError()}`);
      }
      const overlapped = zeroed(OVERLAPPED_SIZE);
      return {
        tryLock: () =>
          kernel32.LockFileEx(handle, LOCK_FLAGS, 0, 1, 0, overlapped) === 0 ? kernel32.GetLastError() : undefined,
        close: () => {
          kernel32.CloseHandle(handle);
        },
      };
    },
  };
}
