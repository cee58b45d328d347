/** Work at positions of a file, and the time of a folder as a mark, over system calls. */
import type { FileAt } from './files.ts';
import type { SystemCalls } from './node-files.ts';
import { errnoOf } from './refusals.ts';

const FLAGS = { read: 'r', change: 'r+', make: 'wx+' } as const;

export function fileAt(calls: SystemCalls, path: string, how: keyof typeof FLAGS): FileAt {
  const file = how === 'make' ? openNew(calls, path, FLAGS[how]) : calls.open(path, FLAGS[how]);
  return {
    read: (position, length) => {
      const bytes = Buffer.alloc(length);
      calls.readAt(file, bytes, position);
      return bytes;
    },
    write: (position, bytes) => {
      calls.writeAt(file, bytes, position);
    },
    close: () => {
      calls.close(file);
    },
  };
}

/** Opens a file that was not there. What has the name, of a crash or a link that would be written through, goes first. */
export function openNew(calls: SystemCalls, path: string, flags: 'wx' | 'wx+'): number {
  try {
    return calls.open(path, flags);
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') throw cause;
  }
  calls.unlink(path);
  return calls.open(path, flags);
}

/**
 * A time in the past, at random, in nanoseconds: whatever changes the folder later sets a later one. The system's own clock would not do,
 * since it stands still for some milliseconds at a time (Linux), in which another program may change the folder, too. Eighths
 * of a second, about a million of them, are exact as a number of seconds and on every disk that keeps fractions of one (NTFS and
 * those of Linux do): what was set need not be read.
 */
export function markFolder(calls: SystemCalls, folder: string): bigint | undefined {
  const eighths = Math.floor(Date.now() / 125) - BACK - Math.floor(Math.random() * CHOICES);
  try {
    calls.setTime(folder, eighths / 8);
  } catch (cause) {
    // A folder of another owner: it can be written, and keeps its own time.
    if (cause instanceof Error && 'code' in cause && (cause.code === 'EPERM' || cause.code === 'EACCES'))
      return undefined;
    throw cause;
  }
  return BigInt(eighths) * 125_000_000n;
}

/** Two seconds, in eighths. */
const BACK = 16;
const CHOICES = 2 ** 20;
