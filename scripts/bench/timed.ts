/** Runs a program to its end and says how long that took, from before it is started until it has ended. */
import { spawnSync } from 'node:child_process';

export interface Timed {
  readonly ms: number;
  readonly stdout: string;
}

export interface Start {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** @throws Error with what it printed when it does not end with 0: how long a failure takes is not what is measured. */
export function timed(program: string, { args = [], env = {}, input = '' }: Start): Timed {
  const begin = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { env, input, encoding: 'utf8' });
  const ms = performance.now() - begin;
  if (error !== undefined) throw error;
  if (status === 0) return { ms, stdout };
  throw new Error(`Cannot measure "${program}": it ended with ${status ?? 'a signal'}\n${stdout}${stderr}`);
}

/** What a start of Node costs that does nothing: no program made of it can be faster. */
export const startNode = (): number => timed(process.execPath, { args: ['-e', '0'] }).ms;
