/** The name a file has while it is written, and the removal of what a crash left under such names. */
import { join } from 'node:path';
import type { Files } from './files.ts';

const SUFFIX = '.tmp';

export const temporary = (path: string): string => `${path}${SUFFIX}`;

/** Takes the names in a folder and answers those of whole files. For whoever excludes all writers of the folder. */
export function dropHalfWritten(
  files: Pick<Files, 'remove'>,
  folder: string,
  names: readonly string[],
): readonly string[] {
  for (const name of names.filter(isHalfWritten)) files.remove(join(folder, name));
  return names.filter((name) => !isHalfWritten(name));
}

const isHalfWritten = (name: string): boolean => name.endsWith(SUFFIX);
