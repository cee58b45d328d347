/** What the commands that judge an executable have in common: how they begin, and how they end. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Runs a command to its exit status; one that cannot do its work says why, and ends with 2. */
export async function runCommand(main: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (failure) {
    console.error(failure instanceof Error ? failure.message : failure);
    process.exitCode = 2;
  }
}

/** The whole path of the executable to be judged, which has to be there. */
export function executableAt(path: string): string {
  if (!existsSync(path)) throw new Error(`Cannot start: there is no file "${path}", expected an executable`);
  return resolve(path);
}
