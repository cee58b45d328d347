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
 * A time in the past, at a random microsecond: whatever changes the folder later sets a later one. The system's own clock would
 * not do, since it stands still for some milliseconds at a time (Linux), in which another program may change the folder, too.
 */
export function markFolder(calls: SystemCalls, folder: string): bigint | undefined {
  try {
    calls.setTime(folder, Math.floor(Date.now() / 1000) - BACK_S + Math.random());
  } catch (cause) {
    // A folder of another owner: it can be written, and keeps its own time.
    if (cause instanceof Error && 'code' in cause && (cause.code === 'EPERM' || cause.code === 'EACCES'))
      return undefined;
    throw cause;
  }
  return calls.timeOf(folder);
}

const BACK_S = 2;
