/** `wincni install`: puts the running executable into a bin folder under the names of the plugins that it replaces. */
import { join, resolve } from 'node:path';
import { CniError } from '../spec/error.ts';
import { RIGHTS_OF } from './acl.ts';
import { installAddons } from './addons.ts';
import type { Machine } from './machine.ts';
import { type InstalledAddons, type Manifest, writeManifest } from './manifest.ts';
import type { InstallName } from './names.ts';
import { placeStep } from './place.ts';
import { type Plan, planInstall, type Step } from './plan.ts';
import { reportFailure } from './report.ts';
import { type Rights, untouchedRights, windowsRights } from './rights.ts';
import type { Exit } from './shell.ts';
import { sweepAddons, sweepFiles } from './sweep.ts';

export interface InstallOptions {
  readonly binDir: string;
  /** Undefined: the names of the last installation, all of them at the first. */
  readonly names: readonly InstallName[] | undefined;
  readonly dryRun: boolean;
  readonly acl: boolean;
}

/** 1 when it could not be done, or not all of it; what and what to do about it is on stderr then. */
export function install({ binDir, names, dryRun, acl }: InstallOptions, machine: Machine): Exit {
  const folder = resolve(binDir);
  const plan = planInstall({ folder, names }, machine);
  machine.print(`wincni ${machine.version} ${dryRun ? 'would be installed' : 'is being installed'} in "${folder}"`);
  if (dryRun) {
    announce(plan, { acl, machine });
    return 0;
  }
  const done: Step[] = [];
  try {
    return carryOut(plan, { acl, machine, done });
  } catch (failure) {
    reportFailure(plan, { failure: CniError.from(failure), done, machine });
    return 1;
  }
}

interface Surroundings {
  readonly acl: boolean;
  readonly machine: Machine;
  /** Filled with the steps that are finished. */
  readonly done: Step[];
}

/** In the order in which a stop at any point leaves every name with an executable that works, and a manifest that knows it. */
function carryOut(plan: Plan, { acl, machine, done }: Surroundings): Exit {
  const { folder } = plan;
  machine.files.ensureDir(folder);
  const rights = rightsFor(folder, { acl, machine });
  // First, so that whatever comes into the folder inherits from it.
  rights.secure(folder, 'programs');
  const addons = installAddons(folder, machine);
  machine.print(`  ${addons.folder}: the native addons`);
  rights.secure(join(folder, addons.folder), 'programs');
  const manifest = withAddons(plan.manifest, addons);
  writeManifest(machine.files, folder, manifest);
  for (const step of plan.steps) {
    machine.print(`  ${step.file}: ${placeStep(step, plan, machine)}`);
    done.push(step);
  }
  sweepFiles(folder, manifest, machine);
  const left = sweepAddons(folder, plan.manifest, machine);
  writeManifest(machine.files, folder, withAddons({ ...manifest, addons: left }, addons));
  for (const { path } of plan.steps) rights.checkProgram(path);
  for (const state of machine.stateFolders) {
    machine.files.ensureDir(state);
    rights.secure(state, 'state');
  }
  machine.print('configuration and leases: left as they are');
  return rights.outcome();
}

function withAddons(manifest: Manifest, newest: InstalledAddons): Manifest {
  return { ...manifest, addons: [newest, ...manifest.addons.filter(({ folder }) => folder !== newest.folder)] };
}

function rightsFor(folder: string, { acl, machine }: { acl: boolean; machine: Machine }): Rights {
  if (machine.icacls === undefined) return untouchedRights('this is not Windows', machine);
  if (!acl) return untouchedRights('--no-acl', machine);
  return windowsRights(folder, machine.icacls, machine);
}

const WOULD: Readonly<Record<Step['doing'], string>> = {
  keep: 'unchanged',
  make: 'new',
  upgrade: 'upgraded',
  replace: 'new',
};

function announce({ folder, steps }: Plan, { acl, machine }: { acl: boolean; machine: Machine }): void {
  for (const { file, doing, before } of steps) {
    const kept =
      doing === 'replace' && before !== undefined ? `; what has the name now would be kept as ${before.file}` : '';
    machine.print(`  ${file}: ${WOULD[doing]}${kept}`);
  }
  if (!acl || machine.icacls === undefined) return;
  machine.print(`rights of "${folder}" and the addons: ${RIGHTS_OF.programs}`);
  for (const state of machine.stateFolders) machine.print(`rights of "${state}": ${RIGHTS_OF.state}`);
}
