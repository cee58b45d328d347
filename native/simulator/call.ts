/** A call into the service and its answer, as both the C entry points and tests in the process make it. */

import type { Node } from './node.ts';
import type { Processes } from './processes.ts';

/** Arguments by the names the peer traces use: `query`, `id`, `settings`, `network`, `method`, `path`, `body`, … */
export type Args = Readonly<Record<string, string | number>>;

export interface Request {
  /** The token of the calling process; any text for callers inside this process. */
  readonly process: string;
  /** The name of the export. */
  readonly function: string;
  readonly args: Args;
}

export interface Reply {
  /** HRESULT as C sees it: signed, 0 is success. */
  readonly hresult: number;
  readonly handle?: number;
  /** The document that came back. */
  readonly response?: string;
  /** The error record. */
  readonly error?: string;
}

/** What an export works on. */
export interface Context {
  readonly node: Node;
  readonly processes: Processes;
  readonly process: string;
  readonly args: Args;
}

/** One export; throws HnsFailure to fail the call. */
export type Export = (context: Context) => Omit<Reply, 'hresult'>;
