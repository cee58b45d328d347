/** Files that are made: written whole, stamped with what they were made from. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';

/** Replaces `path` in one step: an executable that runs cannot be overwritten, but its name can be given to another file. */
export function writeWhole(path, bytes) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { mode: 0o755 });
  renameSync(temporary, path);
}

/** In bytes; undefined when there is no such file. */
export function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** The file beside `path` that says from what it was made. */
export function stampPath(path) {
  return `${path}.stamp`;
}

/** What the stamp says; undefined when it or its file is missing. */
export function readStamp(path) {
  if (sizeOf(path) === undefined || sizeOf(stampPath(path)) === undefined) return undefined;
  return readFileSync(stampPath(path), 'utf8');
}

/** In hexadecimal digits. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
