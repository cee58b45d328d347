/** What a verb is given to work with; main.ts fills it with the real parts, tests with the simulator's. */
import type { NetConf } from '../dialects/net-conf.ts';
import type { Session } from '../hns/session.ts';
import type { Delegate } from '../ipam/delegate.ts';
import type { LeaseStore } from '../ipam/lease.ts';

export interface Deps {
  readonly session: Session;
  readonly leases: LeaseStore;
  readonly conf: NetConf;
  /** The IPAM plugin that gives the addresses, where the configuration names one that is not served here. */
  readonly delegate: Delegate | undefined;
  /** A session of its own with at most `ms`: what goes wrong in it does not touch the command's. */
  readonly aside: (ms: number) => Session;
  /** Puts a sentence into the log line. */
  readonly remark: (note: string) => void;
  /** Puts a failure that does not fail the command into its log line. */
  readonly note: (failure: unknown) => void;
}
