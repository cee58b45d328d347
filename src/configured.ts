/** One command with a configuration: the plugin that it is for, which is loaded here, and flannel's delegate. */

import { type NetworkPlugin, pluginOf } from './dialects/choose.ts';
import { flannel } from './flannel/flannel.ts';
import { runHostLocal } from './host-local/run.ts';
import { resultIn, runPlugin } from './ipam/delegate.ts';
import { networkCommand } from './network-command.ts';
import type { Io, Platform } from './platform.ts';
import type { ConfiguredCommand } from './spec/command.ts';
import { writeResult } from './spec/convert.ts';
import type { Json } from './spec/decode.ts';
import type { Result } from './spec/result.ts';

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Runs it; throws what is to be printed. */
export async function configured(io: Io, platform: Platform, command: ConfiguredCommand): Promise<void> {
  const plugin = pluginOf(platform.executable, command.config);
  if (plugin === 'host-local') {
    await hostLocal(io, platform, command);
    return;
  }
  if (plugin !== 'flannel') {
    await networkCommand(io, platform, { plugin, command });
    return;
  }
  await flannel(command, {
    drive: platform.drive,
    files: platform.files,
    run: (type, config) => delegated(io, platform, { type, command: given(command, config) }),
  });
}

async function hostLocal(io: Io, platform: Platform, command: ConfiguredCommand): Promise<void> {
  const printed = await runHostLocal(command, platform.hostLocal());
  if (printed !== undefined) io.stdout(line(printed));
}

/** The command with another configuration, which a delegate gets on stdin as well. */
const given = (command: ConfiguredCommand, config: Json): ConfiguredCommand => ({
  ...command,
  config,
  stdin: Buffer.from(JSON.stringify(config)),
});

/** flannel's delegate: in this process when it is one of ours, else an executable in CNI_PATH, whose output is passed on. */
async function delegated(
  io: Io,
  platform: Platform,
  { type, command }: { type: string; command: ConfiguredCommand },
): Promise<void> {
  const plugin = servedPlugin(command.config);
  if (plugin !== undefined) {
    await networkCommand(io, platform, { plugin, command });
    return;
  }
  const { programs } = platform;
  const runs = (verb: ConfiguredCommand['verb']): string =>
    runPlugin(
      { type, path: 'delegate.type', programs, env: io.env, stdin: command.stdin, remainingMs: () => DELEGATE_MS },
      verb,
    );
  if (command.verb !== 'ADD') runs(command.verb);
  else io.stdout(line(writeResult(addOrUndo(runs, type), command.cniVersion)));
}

/** SPEC.md 1.1.0 section 4: a delegate whose ADD fails gets DEL. The first failure is the one to report. */
function addOrUndo(runs: (verb: 'ADD' | 'DEL') => string, type: string): Result {
  try {
    return resultIn(runs('ADD'), type);
  } catch (failure) {
    try {
      runs('DEL');
    } catch {
      // See above.
    }
    throw failure;
  }
}

/** As long as a whole command may take by default. */
const DELEGATE_MS = 60_000;

function servedPlugin(config: Json): NetworkPlugin | undefined {
  try {
    const plugin = pluginOf('', config);
    return plugin === 'flannel' || plugin === 'host-local' ? undefined : plugin;
  } catch {
    return undefined;
  }
}
