/** What a case is: a short story about one or several points of the checklist. */
import type { Lab } from './lab.ts';

export interface Case {
  /** Ids of points.ts that fail when the case fails. */
  readonly points: readonly string[];
  readonly title: string;
  /** The story is run once for each, `lab.version`; 1.0.0 when absent. */
  readonly versions?: readonly string[];
  /** Nothing else may run meanwhile: the case reboots the machine. */
  readonly isAlone?: boolean;
  /** What is given, what is run, what must be true afterwards; throws when it is not. */
  readonly run: (lab: Lab) => Promise<void>;
}
