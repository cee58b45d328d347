/** Where the simulator answers otherwise than the recordings, and why; the replay fails when an entry stops occurring. */

export interface Exception {
  readonly file: string;
  /** From 0, as in the file. */
  readonly step: number;
  /** From 0; `state` and `processes` stand for what is compared after the step. */
  readonly call: number | 'state' | 'processes';
  readonly field: string;
  readonly recorded: unknown;
  readonly ours: unknown;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
