/** Carries out one step of an installation: the executable gets one name, and who had it before is kept. */
import { basename, join } from 'node:path';
import { CniError, Code } from '../spec/error.ts';
import type { Machine } from './machine.ts';
import { partOf, unnamed } from './names.ts';
import type { Plan, Step } from './plan.ts';
import { takeName } from './take-name.ts';

/** Answers what was done, for people. */
export function placeStep(step: Step, plan: Plan, machine: Machine): string {
  const { doing, path, before } = step;
  if (doing === 'keep') return 'unchanged';
  if (doing === 'replace' && before !== undefined) {
    keep({ path, backup: join(plan.folder, before.file), sha256: before.sha256 }, machine);
  }
  const fresh = unnamed(path);
  discard(fresh, machine);
  try {
    const isLink = provide(fresh, step, { plan, machine });
    const aside = takeName(machine.programs, fresh, path);
    return [
      doing === 'upgrade' ? 'upgraded' : 'new',
      ...(isLink || step.name === 'wincni' ? [] : ['a copy, for there can be no link']),
      ...(doing === 'replace' && before !== undefined ? [`what had the name is kept as ${before.file}`] : []),
      ...(aside === undefined ? [] : [`what had the name is running, as ${basename(aside)} now`]),
    ].join('; ');
  } catch (failure) {
    discard(fresh, machine);
    throw failure;
  }
}

/** A second name for who has this one, so that the name is never without a file; a copy where there are no links. */
function keep({ path, backup, sha256 }: { path: string; backup: string; sha256: string }, machine: Machine): void {
  const { programs } = machine;
  if (programs.look(backup) !== undefined || programs.link(path, backup)) return;
  copyWhole({ from: path, to: backup, sha256 }, machine);
}

/** Leaves the executable in `fresh`: true when it is a link to `wincni`, which is in place before all others. */
function provide(fresh: string, { name }: Step, { plan, machine }: { plan: Plan; machine: Machine }): boolean {
  const [first] = plan.steps;
  if (name !== 'wincni' && first !== undefined && machine.programs.link(first.path, fresh)) return true;
  copyWhole({ from: machine.self, to: fresh, sha256: plan.sha256 }, machine);
  return false;
}

/** `to` is there only when it is whole. */
function copyWhole({ from, to, sha256 }: { from: string; to: string; sha256: string }, machine: Machine): void {
  const { programs } = machine;
  const part = partOf(to);
  discard(part, machine);
  try {
    programs.copy(from, part);
    if (programs.sha256(part) !== sha256) {
      throw new CniError(
        Code.Io,
        `Cannot copy "${from}" to "${part}": the copy is different, expected the same content`,
      );
    }
    // A virus scanner is waited for here, while every name still has its file.
    programs.move(part, to);
  } catch (failure) {
    discard(part, machine);
    throw failure;
  }
}

/** Removes what an earlier or a failed run left; what cannot be removed is met by the next operation on it. */
function discard(path: string, { programs }: Machine): void {
  try {
    programs.remove(path);
  } catch {
    // Seen by whoever needs the name.
  }
}
