/** Gives a name in the bin folder to another file, also while the executable that has the name is running. */
import type { ProgramFiles } from '../disk/program-files.ts';
import { CniError } from '../spec/error.ts';
import { asideOf } from './names.ts';

/**
 * Gives `file` the name `target`. As a rule that is one step. Windows refuses it while `target` runs; then the running
 * one is renamed first, and gets its name back when the second step fails. Answers the name that it was left with.
 */
export function takeName(programs: ProgramFiles, file: string, target: string): string | undefined {
  if (programs.look(target) === undefined) {
    programs.move(file, target);
    return undefined;
  }
  if (programs.replace(file, target)) return undefined;
  const aside = freeAside(programs, target);
  programs.move(target, aside);
  try {
    programs.move(file, target);
  } catch (failure) {
    throw giveBack(programs, { aside, target }, failure);
  }
  return aside;
}

/** Lets go of the name `target`; answers the name that a running executable was left with. */
export function dropName(programs: ProgramFiles, target: string): string | undefined {
  if (programs.remove(target)) return undefined;
  const aside = freeAside(programs, target);
  programs.move(target, aside);
  return aside;
}

/** The failure to throw. */
function giveBack(
  programs: ProgramFiles,
  { aside, target }: { aside: string; target: string },
  failure: unknown,
): unknown {
  try {
    programs.move(aside, target);
    return failure;
  } catch (second) {
    const detail = `and "${target}" has no file now: rename "${aside}" to it by hand (${CniError.from(second).message})`;
    return CniError.from(failure).withDetail(detail);
  }
}

function freeAside(programs: ProgramFiles, target: string): string {
  for (let number = 1; ; number++) {
    const path = asideOf(target, number);
    if (programs.look(path) === undefined) return path;
  }
}
