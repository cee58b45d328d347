/** What a command of the command line is: its row in the table, what it is given, and how it answers. */
import type { System } from '../ffi/system.ts';

/** 0: done. 1: not, or not all of it; stderr says what. 2: asked for wrongly, nothing was done. */
export type Exit = 0 | 1 | 2;

/** What the process gives every command. */
export interface Shell {
  readonly version: string;
  readonly windows: boolean;
  /** Where leases and log are when no configuration says otherwise. */
  readonly defaults: { readonly dataDir: string; readonly logFile: string };
  /** All of stdin. */
  readonly stdin: () => Uint8Array;
  /** Where the DLLs of Windows are; throws code 105 when there are none. */
  readonly system: () => System;
  /** A line of the result, for stdout. */
  readonly print: (line: string) => void;
  /** A line for stderr. */
  readonly complain: (line: string) => void;
}

export interface CliOption {
  readonly type: 'string' | 'boolean';
  /** What stands for its value in the help; strings have one. */
  readonly value?: string;
  readonly required?: true;
  readonly help: string;
}

/** The options that were given, by name; required ones are there and no string is empty. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface CliCommand {
  /** One word or several: "node up". */
  readonly name: string;
  readonly help: string;
  readonly options: Readonly<Record<string, CliOption>>;
  readonly run: (values: Values, shell: Shell) => Exit | Promise<Exit>;
}

/** The command line is wrong: what, and what was expected. Exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
