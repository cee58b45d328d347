/** What a command is given by the process around it; main.ts fills it, a test passes plain objects. */
import type { Defaults, NetConf } from './dialects/net-conf.ts';
import type { Files } from './disk/files.ts';
import type { Native } from './hns/native.ts';
import type { HostLocalPorts } from './host-local/conf.ts';
import type { Programs } from './ipam/delegate.ts';
import type { LeaseStore } from './ipam/lease.ts';
import type { Environment } from './spec/command.ts';
import type { CniError } from './spec/error.ts';

/** What the process gives and takes. */
export interface Io {
  readonly env: Environment;
  /** All of stdin; asked for once. */
  readonly stdin: () => Uint8Array;
  /** Takes the whole output in one synchronous write. */
  readonly stdout: (text: string) => void;
}

/** The parts that touch the machine; made only when a verb needs them. */
export interface Platform {
  /** The path that this executable was started by: its name may say which plugin it is. */
  readonly executable: string;
  /** Where paths without a drive are: "C:", or "" where there are no drives. */
  readonly drive: string;
  readonly defaults: Defaults;
  readonly native: () => Native;
  /** Waits, before HNS is asked again. */
  readonly pause: (ms: number) => Promise<void>;
  readonly programs: Programs;
  readonly files: Files;
  readonly hostLocal: () => HostLocalPorts;
  readonly leases: (conf: NetConf, surroundings: Surroundings) => LeaseStore;
}

/** What a lease store needs of the command it works for. */
export interface Surroundings {
  readonly remainingMs: () => number;
  /** Told of records that cannot be read: they stay on disk and are named in the log. */
  readonly onUnreadable: (error: CniError) => void;
}
