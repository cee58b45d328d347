/** Folders for tests, and system calls that end the process, as far as the code under test can tell, at any of them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Every file below a folder with its content, by path relative to it. */
export function tree(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) files[relative(folder, path)] = readFileSync(path, 'utf8');
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

/**
 * System calls that end at the `nth` one (from 1), before or after its effect; every later one ends, too.
 * A write that is cut "after" has written half of its text. Without a number nothing is cut.
 */
export function scissors(nth = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before'): Scissors {
  let count = 0;
  const guard =
    <A extends readonly unknown[], R>(call: (...args: A) => R, torn?: (...args: A) => void) =>
    (...args: A): R => {
      count++;
      if (count > nth || (count === nth && when === 'before')) throw new Cut();
      if (count < nth) return call(...args);
      (torn ?? call)(...args);
      throw new Cut();
    };
  const real = SYSTEM_CALLS;
  return {
    count: () => count,
    isCut: () => count >= nth,
    calls: {
      ...real,
      open: guard(real.open),
      write: guard(real.write, (file, text) => {
        writeFileSync(file, text.slice(0, text.length / 2));
      }),
      flush: guard(real.flush),
      close: real.close,
      read: guard(real.read),
      rename: guard(real.rename),
      unlink: guard(real.unlink),
      list: guard(real.list),
      mkdir: guard(real.mkdir),
    },
  };
}
