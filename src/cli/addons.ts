/** The addon folders in the bin folder: made when installing instead of at the first pod, and removed when nothing uses them. */
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import type { InstalledAddons } from './manifest.ts';
import { ADDON_FILES, ADDON_LEFTOVER } from './names.ts';

/** Unpacks the addons of this executable; a folder of the same name gets the right content. */
export function installAddons(folder: string, { unpackAddons, programs }: Machine): InstalledAddons {
  const name = unpackAddons(folder);
  const files = ADDON_FILES.map((file) => [file, programs.sha256(join(folder, name, file))] as const);
  return { folder: name, files: Object.fromEntries(files) };
}

/** `used`: a command that runs has them loaded. `changed`: something in the folder is not ours, and stays with it. */
export type AddonsLeft = 'removed' | 'used' | 'changed';

/** Removes a folder that `installAddons` made. */
export function removeAddons(
  folder: string,
  { folder: name, files }: InstalledAddons,
  { programs, files: { list } }: Machine,
): AddonsLeft {
  const home = join(folder, name);
  const isOurs = (entry: string): boolean =>
    programs.look(join(home, entry)) === 'file' &&
    (ADDON_LEFTOVER.test(entry) || programs.sha256(join(home, entry)) === files[entry]);
  const entries = list(home);
  if (!entries.every(isOurs)) return 'changed';
  if (!entries.every((entry) => programs.remove(join(home, entry)))) return 'used';
  return programs.look(home) === undefined || programs.removeFolder(home) ? 'removed' : 'used';
}
