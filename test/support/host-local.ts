/** host-local as an executable of its own, in this process: a folder, an environment and stdin to what it prints. */
import { nodeFiles, type SystemCalls } from '../../src/disk/node-files.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import { readHostLocalCommand } from '../../src/host-local/command.ts';
import type { HostLocalPorts } from '../../src/host-local/conf.ts';
import { runHostLocal } from '../../src/host-local/run.ts';
import type { Clock } from '../../src/ipam/lease.ts';
import { CniError } from '../../src/spec/error.ts';
import { fakeClock, UNFLUSHED } from './ipam.ts';

export interface HostLocalSetup {
  readonly defaultDataDir: string;
  readonly windows?: boolean;
  readonly calls?: SystemCalls;
  readonly clock?: Clock;
}

/** The real lock, the real files without the flush. */
export const portsOf = ({
  defaultDataDir,
  windows = false,
  calls = UNFLUSHED,
  clock = fakeClock(),
}: HostLocalSetup): HostLocalPorts => ({
  files: nodeFiles({ windows, calls }),
  lock: createFileLock(),
  clock,
  windows,
  defaultDataDir,
  remainingMs: () => 30_000,
});

export interface Said {
  readonly exitCode: 0 | 1;
  /** What it prints as JSON; undefined for nothing. */
  readonly out: unknown;
}

/** Runs one command; an error is what it prints then. */
export async function hostLocal(
  ports: HostLocalPorts,
  env: Readonly<Record<string, string | undefined>>,
  stdin: unknown,
): Promise<Said> {
  const text = typeof stdin === 'string' ? stdin : JSON.stringify(stdin);
  try {
    const command = readHostLocalCommand(env, () => Buffer.from(text));
    return { exitCode: 0, out: await runHostLocal(command, ports) };
  } catch (error) {
    if (error instanceof CniError) return { exitCode: 1, out: error.toJSON() };
    throw error;
  }
}
