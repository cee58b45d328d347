/** What an installation that stopped half-way tells: the failure, what each name has now, and what to do. */
import type { CniError } from '../spec/error.ts';
import type { Machine } from './machine.ts';
import type { Plan, Step } from './plan.ts';

interface Stop {
  readonly failure: CniError;
  readonly done: readonly Step[];
  readonly machine: Machine;
}

export function reportFailure({ folder, steps }: Plan, { failure, done, machine }: Stop): void {
  const { complain } = machine;
  const rest = steps.filter((step) => !done.includes(step));
  const missing = rest.filter((step) => !isThere(step, machine));
  complainOf(failure, machine);
  name('the new executable', done, complain);
  name(
    'as before',
    rest.filter((step) => !missing.includes(step)),
    complain,
  );
  name(
    'not there, as before',
    missing.filter(({ doing }) => doing === 'make'),
    complain,
  );
  name(
    'WITHOUT a file now',
    missing.filter(({ doing }) => doing !== 'make'),
    complain,
  );
  complain(`Run the same command again when the cause is gone, or go back: wincni uninstall --bin-dir "${folder}"`);
}

/** An error on stderr: its message, and below it what it has for the operator. */
export function complainOf({ message, details }: CniError, { complain }: Pick<Machine, 'complain'>): void {
  complain(message);
  if (details !== undefined) complain(`  ${details}`);
}

function name(what: string, steps: readonly Step[], complain: Machine['complain']): void {
  if (steps.length > 0) complain(`  ${what}: ${steps.map(({ file }) => file).join(', ')}`);
}

function isThere({ path }: Step, { programs }: Machine): boolean {
  try {
    return programs.look(path) !== undefined;
  } catch {
    return false;
  }
}
