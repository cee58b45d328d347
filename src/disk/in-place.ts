/** Opening a file that is changed where it lies: never through a link, for who made that could choose what is written to. */
import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs';

const MODE = 0o600;

/**
 * Opens an existing file, which must be the only name of itself and no link; throws ELOOP otherwise, and what Node throws. What is
 * opened is compared with what had the name just before, so that a link that comes in between is noticed, too.
 */
export function openInPlace(path: string, flags: string): number {
  const named = lstatSync(path, { bigint: true });
  if (named.isSymbolicLink()) throw isLink(path);
  const file = openSync(path, flags, MODE);
  const opened = fstatSync(file, { bigint: true });
  if (opened.ino === named.ino && opened.nlink <= 1n) return file;
  closeSync(file);
  throw isLink(path);
}

const isLink = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`ELOOP: it is a link, or another name of a file, open '${path}'`), { code: 'ELOOP' });
