/** One node for each sample, taken again for the next case of it, and made anew now and then or when a case was wrong. */
import type { Case } from './case.ts';
import { play, type Stage, stageOf } from './play.ts';
import type { Target } from './target.ts';

export interface Stages {
  /** What is wrong with the case; undefined when nothing is. */
  readonly wrong: (one: Case) => Promise<string | undefined>;
  readonly end: () => Promise<void>;
}

/** Names and folders that cases made up stay on a node: with many of them it gets slow. */
const CASES_PER_NODE = 300;

export function stages(open: (sample: string) => Target | Promise<Target>): Stages {
  const known = new Map<string, { readonly stage: Stage; cases: number }>();
  const drop = async (sample: string): Promise<void> => {
    await known.get(sample)?.stage.target.end();
    known.delete(sample);
  };
  return {
    wrong: async (one) => {
      const on = known.get(one.sample) ?? { stage: stageOf(await open(one.sample)), cases: 0 };
      known.set(one.sample, on);
      on.cases += 1;
      const wrong = await play(on.stage, one);
      if (wrong !== undefined || on.cases >= CASES_PER_NODE) await drop(one.sample);
      return wrong;
    },
    end: async () => {
      for (const sample of [...known.keys()]) await drop(sample);
    },
  };
}
