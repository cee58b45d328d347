/** Folders for tests, and system calls that end the process, as far as the code under test can tell, at any of them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { SYSTEM_CALLS, type SystemCalls } from '../../src/disk/node-files.ts';

/** A fresh folder; removed when `use` is done. */
export async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-test-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every file below a folder with its content, by path relative to it; without the index of addresses, which follows from them. */
export function tree(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!path.endsWith('/.wincni/index') && statSync(path).isFile())
      files[relative(folder, path)] = readFileSync(path, 'utf8');
  }
  return files;
}

/** What a process that was killed throws; no CniError, so nothing under test takes it for an answer. */
export class Cut extends Error {}

export interface Scissors {
  readonly calls: SystemCalls;
  /** How many calls there were. */
  readonly count: () => number;
  readonly isCut: () => boolean;
}

type Call = (...args: readonly unknown[]) => unknown;

/** What changes nothing, or happens without the process, too: a file is closed with it. */
const UNGUARDED: ReadonlySet<string> = new Set(['close', 'exists', 'pause']);
/** Whether `scissors` count a call of that name. */
export const isGuarded = (name: string): boolean => !UNGUARDED.has(name);

/** The arguments of a write of which half reached the disk. */
const torn = ([file, ...given]: readonly unknown[]): readonly unknown[] => [
  file,
  ...given.map((one) =>
    typeof one === 'string' || one instanceof Uint8Array ? one.slice(0, Math.floor(one.length / 2)) : one,
  ),
];

/** Every system call there is, changed; a call that is added later is in it without being named. */
export function eachCall(real: SystemCalls, change: (name: string, call: Call) => Call): SystemCalls {
  const changed = Object.entries(real).map(([name, call]) => [name, change(name, call as Call)] as const);
  return Object.fromEntries(changed) as unknown as SystemCalls;
}

/**
 * System calls that end at the `nth` one (from 1), before or after its effect; every later one ends, too.
 * A write that is cut "after" has written half of its text. Without a number nothing is cut.
 */
export function scissors(
  nth = Number.POSITIVE_INFINITY,
  when: 'before' | 'after' = 'before',
  real = SYSTEM_CALLS,
): Scissors {
  let count = 0;
  const guard =
    (name: string, call: Call): Call =>
    (...args) => {
      count++;
      if (count > nth || (count === nth && when === 'before')) throw new Cut();
      if (count < nth) return call(...args);
      call(...(name.startsWith('write') ? torn(args) : args));
      throw new Cut();
    };
  return {
    count: () => count,
    isCut: () => count >= nth,
    calls: eachCall(real, (name, call) => (isGuarded(name) ? guard(name, call) : call)),
  };
}

/** What a system call is refused with, and which calls: a full disk refuses those that need room, a read-only one all that change. */
export const REFUSED = {
  ENOSPC: ['open', 'write', 'flush', 'rename', 'mkdir', 'writeAt'],
  EROFS: ['open', 'write', 'flush', 'rename', 'mkdir', 'writeAt', 'unlink', 'setTime'],
  EACCES: ['open', 'read', 'rename', 'unlink', 'list', 'mkdir', 'exists', 'setTime', 'timeOf'],
  EIO: Object.keys(SYSTEM_CALLS).filter((name) => name !== 'close' && name !== 'pause'),
} as const;

export type Errno = keyof typeof REFUSED;

export interface Refusals {
  readonly calls: SystemCalls;
  /** From the `nth` call on (from 1) that `errno` concerns, that one alone or each of them is refused. */
  readonly start: (errno: Errno, nth: number, how: 'once' | 'for good') => void;
  /** Answers how many calls there were that could be refused. */
  readonly stop: () => number;
}

/** System calls that are refused as the disk of a node in trouble does. */
export function refusals(): Refusals {
  let isConcerned = (_name: string, _flags: unknown): boolean => false;
  let isRefused = (): boolean => false;
  let code = '';
  let count = 0;
  const guard =
    (name: string, call: Call): Call =>
    (...args) => {
      if (!isConcerned(name, args[1])) return call(...args);
      count++;
      if (!isRefused()) return call(...args);
      throw Object.assign(new Error(`${code}: refused, ${name}`), { code });
    };
  return {
    // Nothing is flushed in truth: no power is lost here.
    calls: eachCall({ ...SYSTEM_CALLS, flush: () => undefined }, guard),
    start: (errno, nth, how) => {
      const names: readonly string[] = REFUSED[errno];
      count = 0;
      code = errno;
      // A file that is there opens for reading, whatever room there is.
      isConcerned = (name, flags) =>
        names.includes(name) && !(name === 'open' && flags === 'r' && (errno === 'ENOSPC' || errno === 'EROFS'));
      isRefused = () => count === nth || (count > nth && how === 'for good');
    },
    stop: () => {
      isConcerned = () => false;
      return count;
    },
  };
}
