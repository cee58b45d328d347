/** Makes a folder together with those above it; asks for each of them a bounded number of times. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MODE = 0o755;

/**
 * Answers the topmost folder that had to be made, undefined when all were there; throws what Node throws.
 * Not Node's `recursive`: it never returns where the system says ENOENT of a folder whose parent is there, as Windows
 * does for a name it does not take and Linux below /proc (nodejs/node issues 28599 and 31177).
 */
export function makeFolder(folder: string): string | undefined {
  const failure = tryMake(folder);
  if (failure === undefined) return folder;
  if (isFolder(folder)) return undefined;
  const above = dirname(folder);
  if (failure.code !== 'ENOENT' || above === folder) throw failure;
  const first = makeFolder(above);
  const second = tryMake(folder);
  // Another process may have made it in between.
  if (second !== undefined && !isFolder(folder)) throw second;
  return first ?? folder;
}

function tryMake(folder: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(folder, { mode: MODE });
    return undefined;
  } catch (cause) {
    return cause as NodeJS.ErrnoException;
  }
}

/** Asked after a failure of any kind: for a drive's root, or without the right to write, that is not always EEXIST. */
const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** The folders that makeFolder() made, by its answer, deepest first; `folder` is absolute. */
export function madeBetween(first: string | undefined, folder: string): readonly string[] {
  const made: string[] = [];
  for (let at = folder; first !== undefined && at.length >= first.length && at !== dirname(at); at = dirname(at)) {
    made.push(at);
  }
  return made;
}
