/** What an installation will do with each name in the bin folder; looks, and changes nothing. */
import { basename, join } from 'node:path';
import { CniError, Code } from '../spec/error.ts';
import type { Machine } from './machine.ts';
import { type Before, EMPTY, type Manifest, readManifest } from './manifest.ts';
import { backupOf, INSTALL_NAMES, type InstallName } from './names.ts';

/**
 * `keep`: it is this executable already. `make`: nobody has the name. `upgrade`: another version of ours has it.
 * `replace`: an executable of others has it, and is kept.
 */
export type Doing = 'keep' | 'make' | 'upgrade' | 'replace';

export interface Step {
  readonly name: InstallName;
  readonly file: string;
  readonly path: string;
  readonly doing: Doing;
  /** What `uninstall` is to put back. */
  readonly before: Before | undefined;
}

export interface Plan {
  readonly folder: string;
  /** Of the executable that is installed. */
  readonly sha256: string;
  /** `wincni` comes first: the others are links to it. */
  readonly steps: readonly Step[];
  /** As it is to be when every step is done; the addons are not in it yet. */
  readonly manifest: Manifest;
}

/** Without `names`: those of the last installation, all when there was none. Throws before anything has changed. */
export function planInstall(
  { folder, names }: { folder: string; names: readonly InstallName[] | undefined },
  machine: Machine,
): Plan {
  const known = readManifest(machine.files, folder) ?? EMPTY;
  const sha256 = machine.programs.sha256(machine.self);
  const executables = [
    { version: machine.version, sha256 },
    ...known.executables.filter((one) => one.sha256 !== sha256),
  ];
  const manifest: Manifest = { ...known, executables };
  const steps = chosen(known, names).map((name) => planStep(name, { folder, manifest, machine }));
  const installed = steps.map(({ name, before }) => (before === undefined ? { name } : { name, before }));
  return { folder, sha256, steps, manifest: { ...manifest, names: installed } };
}

/** In the order of INSTALL_NAMES. Names of earlier installations are brought along, or they would stay behind on upgrades. */
function chosen({ names: known }: Manifest, asked: readonly InstallName[] | undefined): readonly InstallName[] {
  const earlier = known.map(({ name }) => name);
  const more = asked ?? (earlier.length === 0 ? INSTALL_NAMES : []);
  const wanted = new Set<InstallName>(['wincni', ...earlier, ...more]);
  return INSTALL_NAMES.filter((name) => wanted.has(name));
}

interface Surroundings {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly machine: Machine;
}

function planStep(name: InstallName, { folder, manifest, machine }: Surroundings): Step {
  const file = `${name}${machine.suffix}`;
  const path = join(folder, file);
  const before = manifest.names.find((one) => one.name === name)?.before;
  const holder = holderOf(path, { manifest, machine });
  const step = { name, file, path, before };
  if (holder === undefined) return { ...step, doing: 'make' };
  if (holder.isOurs) return { ...step, doing: holder.sha256 === manifest.executables[0]?.sha256 ? 'keep' : 'upgrade' };
  return { ...step, doing: 'replace', before: backupFor(path, holder.sha256, machine) };
}

export interface Holder {
  readonly sha256: string;
  readonly isOurs: boolean;
}

/** Who has the name; undefined when nobody has. Throws code 5 for what is no file. */
export function holderOf(
  path: string,
  { manifest, machine }: { manifest: Manifest; machine: Machine },
): Holder | undefined {
  const kind = machine.programs.look(path);
  if (kind === undefined) return undefined;
  if (kind !== 'file') {
    throw new CniError(
      Code.Io,
      `Cannot replace "${path}": it is a ${kind === 'folder' ? 'folder' : 'link'}, expected a file`,
    );
  }
  const sha256 = machine.programs.sha256(path);
  return { sha256, isOurs: manifest.executables.some((one) => one.sha256 === sha256) };
}

/** Never a name that holds something else: an earlier backup is all that is left of its executable. */
function backupFor(path: string, sha256: string, { programs }: Machine): Before {
  for (let number = 1; ; number++) {
    const candidate = backupOf(path, number);
    const kind = programs.look(candidate);
    const isSame = kind === 'file' && programs.sha256(candidate) === sha256;
    if (kind === undefined || isSame) return { file: basename(candidate), sha256 };
  }
}
