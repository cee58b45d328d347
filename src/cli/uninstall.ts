/** `wincni uninstall`: takes away what the manifest says was made, and puts back what was there before. */
import { basename, join, resolve } from 'node:path';
import { CniError, Code } from '../spec/error.ts';
import { removeAddons } from './addons.ts';
import type { Machine } from './machine.ts';
import { type InstalledAddons, type InstalledName, type Manifest, readManifest } from './manifest.ts';
import { MANIFEST } from './names.ts';
import { holderOf } from './plan.ts';
import { complainOf } from './report.ts';
import type { Exit } from './shell.ts';
import { NEXT_TIME, sweepFiles } from './sweep.ts';
import { dropName, takeName } from './take-name.ts';

export interface UninstallOptions {
  readonly binDir: string;
}

/**
 * 1 when something could not be undone. The manifest stays then, and as long as something that runs could not be removed:
 * the command can be run again.
 */
export function uninstall({ binDir }: UninstallOptions, machine: Machine): Exit {
  const folder = resolve(binDir);
  if (machine.programs.look(folder) === undefined) {
    throw new CniError(Code.Io, `Cannot uninstall from "${folder}": there is no such folder`);
  }
  const manifest = readManifest(machine.files, folder);
  if (manifest === undefined) {
    machine.print(`nothing is installed in "${folder}": it has no ${MANIFEST}`);
    return 0;
  }
  machine.print(`wincni is being uninstalled from "${folder}"`);
  const outcome = undoAll({ folder, manifest, machine });
  if (outcome === 'failed') {
    machine.complain(`Run the same command again when the cause is gone; ${MANIFEST} stays until then`);
    return 1;
  }
  if (outcome === 'left') machine.print(`${MANIFEST}: stays until nothing is in use any more`);
  machine.print('configuration, leases, log and the rights of folders: left as they are');
  return 0;
}

interface Surroundings {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly machine: Machine;
}

type Outcome = 'done' | 'left' | 'failed';

function undoAll(surroundings: Surroundings): Outcome {
  const { folder, manifest, machine } = surroundings;
  // `wincni` last: the others may be links to it, and while it is there it can be asked to go on.
  const names = [...manifest.names].sort((a, b) => Number(a.name === 'wincni') - Number(b.name === 'wincni'));
  const outcomes = [
    ...names.map((one) => attempt(() => undoName(one, surroundings), machine)),
    attempt(() => (sweepFiles(folder, manifest, machine) > 0 ? 'left' : 'done'), machine),
    ...manifest.addons.map((one) => attempt(() => undoAddons(one, surroundings), machine)),
  ];
  const worst = (['failed', 'left'] as const).find((outcome) => outcomes.includes(outcome));
  if (worst !== undefined) return worst;
  return attempt(() => {
    machine.files.remove(join(folder, MANIFEST));
    return 'done';
  }, machine);
}

/** A failure is said here: one thing that cannot be undone does not keep the others. */
function attempt(run: () => Outcome, machine: Machine): Outcome {
  try {
    return run();
  } catch (failure) {
    complainOf(CniError.from(failure), machine);
    return 'failed';
  }
}

function undoAddons(addons: InstalledAddons, { folder, machine }: Surroundings): Outcome {
  const outcome = removeAddons(folder, addons, machine);
  const said = { removed: 'removed', used: NEXT_TIME, changed: 'left, not all of it is what was installed' }[outcome];
  machine.print(`  ${addons.folder}: ${said}`);
  return outcome === 'used' ? 'left' : 'done';
}

function undoName(one: InstalledName, surroundings: Surroundings): Outcome {
  const file = `${one.name}${surroundings.machine.suffix}`;
  surroundings.machine.print(`  ${file}: ${undo(one, file, surroundings)}`);
  return 'done';
}

/** Answers what was done, for people. */
function undo({ before }: InstalledName, file: string, { folder, manifest, machine }: Surroundings): string {
  const { programs } = machine;
  const path = join(folder, file);
  const holder = holderOf(path, { manifest, machine });
  if (before === undefined) {
    if (holder === undefined) return 'gone already';
    if (!holder.isOurs) return 'left, it is not what was installed';
    return withAside('removed', dropName(programs, path));
  }
  const backup = join(folder, before.file);
  if (holder?.sha256 === before.sha256) {
    return programs.remove(backup) ? 'back already' : `back already, and also "${before.file}", which is in use`;
  }
  if (holder !== undefined && !holder.isOurs) return `left, it is not what was installed; so is ${before.file}`;
  assertSame({ backup, sha256: before.sha256, path }, machine);
  return withAside('what was there before is back', takeName(programs, backup, path));
}

function withAside(text: string, aside: string | undefined): string {
  return aside === undefined ? text : `${text}; the installed one is running, as ${basename(aside)} now`;
}

/** The name is not left without a file, nor given one that nobody knows. */
function assertSame(
  { backup, sha256, path }: { backup: string; sha256: string; path: string },
  { programs }: Machine,
): void {
  const kind = programs.look(backup);
  if (kind === 'file' && programs.sha256(backup) === sha256) return;
  const state = kind === undefined ? 'it is not there' : 'it is not the file that was put aside';
  throw new CniError(Code.Io, `Cannot put "${backup}" back as "${path}": ${state}`, {
    details: `put the right executable there, or take "before" of this name out of ${MANIFEST} to have it removed`,
  });
}
