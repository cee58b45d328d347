/** Opening a file that is changed where it lies: never through a link, for who made that could choose what is written to. */
import { closeSync, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { errnoOf } from './refusals.ts';

const MODE = 0o600;

/** Whether the name itself is a link, or a junction of Windows; undefined when there is nothing of that name. */
export function isLink(path: string): boolean | undefined {
  try {
    readlinkSync(path);
    return true;
  } catch (failure) {
    // "Not a link" (readlink(2); libuv says so on Windows, too), told with less work than all that lstat asks for there.
    const errno = errnoOf(failure);
    if (errno === 'EINVAL') return false;
    if (errno === 'ENOENT') return undefined;
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  }
}

/**
 * Opens an existing file, which must be the only name of itself and no link; throws ELOOP otherwise, and what Node throws. What is
 * opened is compared with what had the name just before, so that a link that comes in between is noticed, too.
 */
export function openInPlace(path: string, flags: string): number {
  const named = lstatSync(path, { bigint: true });
  if (named.isSymbolicLink()) throw refusal(path);
  const file = openSync(path, flags, MODE);
  const opened = fstatSync(file, { bigint: true });
  if (opened.ino === named.ino && opened.nlink <= 1n) return file;
  closeSync(file);
  throw refusal(path);
}

const refusal = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`ELOOP: it is a link, or another name of a file, open '${path}'`), { code: 'ELOOP' });
