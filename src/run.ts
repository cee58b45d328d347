/** One command from input to the text for stdout and the exit status; the process edge is edge.ts. */

import { readHostLocalCommand } from './host-local/command.ts';
import type { Io, Platform } from './platform.ts';
import { readCommand, versionIn } from './spec/command.ts';
import { CniError, unmistakable } from './spec/error.ts';
import { pluginNameOf } from './spec/plugin-names.ts';
import { NEWEST, versionResult } from './spec/version.ts';

/** The machine, and the path that this executable was started by: its name may say which plugin it is. */
export interface Start {
  readonly executable: string;
  /** Asked for only by a command that has to do something: VERSION and what is refused are answered without. */
  readonly platform: () => Platform | Promise<Platform>;
}

/** Runs one CNI command and answers the exit status: 0, or 1 with an error object on stdout (SPEC.md 1.1.0 section 5). */
export async function run(io: Io, { executable, platform }: Start): Promise<0 | 1> {
  let stdin: Uint8Array | undefined;
  try {
    const read = pluginNameOf(executable) === 'host-local' ? readHostLocalCommand : readCommand;
    const command = read(io.env, () => {
      stdin = io.stdin();
      return stdin;
    });
    if (command.verb === 'VERSION') io.stdout(line(versionResult(command.cniVersion)));
    else {
      const { configured } = await import('./configured.ts');
      await configured(io, await platform(), command);
    }
    return 0;
  } catch (thrown) {
    const error = CniError.from(thrown).toJSON();
    const cniVersion = versionIn(stdin ?? inputOf(io)) ?? NEWEST;
    io.stdout(line({ cniVersion, ...(io.env['CNI_COMMAND'] === 'DEL' ? unmistakable(error) : error) }));
    return 1;
  }
}

/** A variable at fault is found before stdin is read, but the error is to be in the version that stdin states. */
function inputOf(io: Io): Uint8Array {
  try {
    return io.stdin();
  } catch {
    return new Uint8Array();
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
