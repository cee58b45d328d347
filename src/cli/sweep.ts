/** Removes what an installation had to leave behind: executables that were running, addons of other versions. */
import { join } from 'node:path';
import { removeAddons } from './addons.ts';
import type { Machine } from './machine.ts';
import type { InstalledAddons, Manifest } from './manifest.ts';
import { INSTALL_NAMES, isAside, isUnfinished } from './names.ts';

/**
 * Goes through the executables that were renamed while they ran; those that still run are named and stay for the next
 * time: how many. Only when every name has its file, for until then they may be the only ones.
 */
export function sweepFiles(folder: string, manifest: Manifest, machine: Machine): number {
  const { programs, files, suffix, print } = machine;
  const spare = spareHashes(folder, manifest, machine);
  let left = 0;
  for (const entry of files.list(folder)) {
    const path = join(folder, entry);
    const matches = (is: typeof isAside): boolean => INSTALL_NAMES.some((name) => is(`${name}${suffix}`, entry));
    const isSpare = (): boolean => programs.look(path) === 'file' && spare.has(programs.sha256(path));
    if (!matches(isUnfinished) && !(matches(isAside) && isSpare())) continue;
    const isGone = programs.remove(path);
    print(`  ${entry}: ${isGone ? 'removed' : NEXT_TIME}`);
    left += isGone ? 0 : 1;
  }
  return left;
}

/** What becomes of something that cannot be removed while it runs. */
export const NEXT_TIME = 'in use; the next install or uninstall removes it';

/** Somebody else may give such names, too: what may go is ours, or is there under its own name or as a backup as well. */
function spareHashes(folder: string, { executables, names }: Manifest, machine: Machine): ReadonlySet<string> {
  const { programs, suffix } = machine;
  const isAt = (file: string, sha256: string): boolean =>
    programs.look(join(folder, file)) === 'file' && programs.sha256(join(folder, file)) === sha256;
  const others = names.flatMap(({ name, before }) =>
    before !== undefined && [before.file, `${name}${suffix}`].some((file) => isAt(file, before.sha256))
      ? [before.sha256]
      : [],
  );
  return new Set([...executables.map(({ sha256 }) => sha256), ...others]);
}

/** Removes the addons of versions before the last one; answers those that are left, the last one's first. */
export function sweepAddons(folder: string, { addons }: Manifest, machine: Machine): readonly InstalledAddons[] {
  const [last, ...older] = addons;
  if (last === undefined) return [];
  const left = older.filter((one) => {
    const outcome = removeAddons(folder, one, machine);
    if (outcome === 'removed') machine.print(`  ${one.folder}: removed, it was another version's`);
    return outcome !== 'removed';
  });
  return [last, ...left];
}
