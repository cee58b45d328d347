/** What the file system refuses: waited for when it is open elsewhere, an answer when it is not there, else code 5. */
import { CniError, Code } from '../spec/error.ts';
import type { SystemCalls } from './node-files.ts';

/** Virus scanners and indexers open a fresh file for moments; NTFS then answers these to rename, unlink and open. */
export const HELD_OPEN: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Doubling pauses, about one second in all. */
const PAUSES_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Runs an operation with the patience of Windows; what it throws becomes code 5. */
export function attempter({ windows, calls }: { windows: boolean; calls: SystemCalls }) {
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

/** The answer, or undefined when the file is not there. */
export function orAbsent<T>(run: () => T, absent: readonly string[] = ['ENOENT']): T | undefined {
  try {
    return run();
  } catch (cause) {
    if (absent.includes(errnoOf(cause) ?? '')) return undefined;
    throw cause;
  }
}

/** Node's name of what the system refused, such as "ENOENT"; undefined for any other failure. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
