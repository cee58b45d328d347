/** The plugin under test as the suite sees it: something that is given an environment and stdin, and ends. */
import type { LocalSimulator } from '../../native/simulator/client.ts';

/** How a command ended. `code` is null when a signal ended it; 137 and null both count as killed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What surrounds one command. An executable finds the simulator by its environment and needs none of this but `kill`. */
export interface Surroundings {
  /** The node of the case that runs the command. */
  readonly simulator: LocalSimulator;
  /** Aborted when the runtime kills the command: it ends at once, without any clean-up. */
  readonly kill: AbortSignal;
}

export interface Subject {
  /** For the report. */
  readonly name: string;
  /** What lists of paths are split by, and what executables are called. */
  readonly system: 'linux' | 'windows';
  /** Runs one command to its end; several may run at once. `env` is the whole environment. */
  readonly run: (
    env: Readonly<Record<string, string>>,
    stdin: Uint8Array,
    surroundings: Surroundings,
  ) => Promise<Ended>;
  /** A Unix path as the plugin has to be told of it. */
  readonly path: (unixPath: string) => string;
  /** The machine's own part of a reboot; HNS's part is done by the suite. No command runs meanwhile. */
  readonly reboot: () => Promise<void>;
  readonly end: () => Promise<void>;
}
