/** Measures several things in turns, so that whatever else the machine does meets all of them alike. */
import { type Summary, summarize } from './statistics.ts';

export interface Subject {
  /** Does the thing once; answers how long it took, in milliseconds, what belongs to the measurement alone left out. */
  readonly measure: () => number | Promise<number>;
}

export type Measured<S extends Subject> = S & Summary;

export interface Rounds {
  /** A round measures each subject once. */
  readonly rounds: number;
  /** Told before each round, from 1. */
  readonly onRound?: (round: number) => void;
}

/**
 * Every subject once without counting it, then in rounds. Each round begins with another subject, so that none always comes
 * after the same one.
 */
export async function measureInRounds<S extends Subject>(
  subjects: readonly S[],
  { rounds, onRound }: Rounds,
): Promise<readonly Measured<S>[]> {
  const all = subjects.map((subject) => ({ subject, samples: [] as number[] }));
  for (const subject of subjects) await subject.measure();
  for (let round = 0; round < rounds; round++) {
    onRound?.(round + 1);
    const first = round % Math.max(1, all.length);
    for (const { subject, samples } of [...all.slice(first), ...all.slice(0, first)]) {
      samples.push(await subject.measure());
    }
  }
  return all.map(({ subject, samples }) => ({ ...subject, ...summarize(samples) }));
}
