/** Which command comes next, at random, for a pod that none runs for; the last ones take away what there still is. */
import { pick } from './random.ts';
import type { LoadPod } from './setups.ts';

export type Verb = 'ADD' | 'CHECK' | 'DEL';

/** What a runtime knows of a pod: `unsure` after a command that failed, until a DEL succeeds. */
export type State = 'absent' | 'live' | 'unsure';

export interface Operation {
  readonly verb: Verb;
  readonly pod: LoadPod;
  /** Before the command. */
  readonly state: State;
}

export interface Plan {
  /** Undefined when a command that runs must end first, or none is left. */
  readonly next: () => Operation | undefined;
  readonly ended: (operation: Operation, went: 'well' | 'wrong') => void;
}

export interface PlanOptions {
  readonly pods: readonly LoadPod[];
  readonly operations: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export function createPlan({ pods, operations, random }: PlanOptions): Plan {
  const states = new Map<LoadPod, State>(pods.map((pod) => [pod, 'absent']));
  const busy = new Map<LoadPod, Verb>();
  let left = operations;
  /** Whether a DEL of it is still to come. */
  const isOwed = (pod: LoadPod): boolean =>
    busy.get(pod) === 'ADD' || (busy.get(pod) !== 'DEL' && states.get(pod) !== 'absent');
  const owed = (): number => pods.filter(isOwed).length;
  return {
    next: () => {
      const idle = pods.filter((pod) => !busy.has(pod));
      const isEnding = left <= owed();
      const pod = pick(isEnding ? idle.filter((each) => states.get(each) !== 'absent') : idle, random);
      if (left === 0 || pod === undefined) return undefined;
      const state = states.get(pod) ?? 'absent';
      const verb = isEnding ? 'DEL' : verbFor(state, { mayAdd: left >= owed() + 2, random });
      busy.set(pod, verb);
      left -= 1;
      return { verb, pod, state };
    },
    ended: ({ verb, pod, state }, went) => {
      busy.delete(pod);
      states.set(pod, went === 'wrong' ? 'unsure' : after(verb, state));
    },
  };
}

const after = (verb: Verb, state: State): State => ({ ADD: 'live', CHECK: state, DEL: 'absent' })[verb] as State;

/** Absent pods come more often than live ones go, so that the node fills up. */
const VERBS = {
  absent: ['ADD', 'ADD', 'ADD', 'ADD', 'CHECK', 'DEL'],
  live: ['CHECK', 'DEL'],
  unsure: ['DEL'],
} as const;

function verbFor(state: State, about: { readonly mayAdd: boolean; readonly random: () => number }): Verb {
  const verbs: readonly Verb[] = VERBS[state];
  return pick(about.mayAdd ? verbs : verbs.filter((verb) => verb !== 'ADD'), about.random) ?? 'DEL';
}
