/** The time a command may take: every wait for HNS ends with it, so that a hung service never hangs a runtime. */
import { elapsedMs } from '../ffi/elapsed.ts';

export interface Deadline {
  /** Milliseconds left, never below 0. */
  readonly remainingMs: () => number;
  /** From now on there are `ms` left, for clean-up when the command's own time is used up; answers how to go back to that. */
  readonly extend: (ms: number) => () => void;
  /** `work`, or `undefined` when the time runs out first; `work` itself cannot be stopped. */
  readonly race: <T>(work: Promise<T>) => Promise<{ readonly value: T } | undefined>;
}

/** Starts a deadline of `ms` from now, on a clock that wall-clock changes do not move. */
export function startDeadline(ms: number): Deadline {
  let end = elapsedMs() + ms;
  const remainingMs = (): number => Math.max(0, end - elapsedMs());
  return {
    remainingMs,
    extend: (more) => {
      const former = end;
      end = elapsedMs() + more;
      return () => {
        end = former;
      };
    },
    race: async (work) => {
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, remainingMs(), undefined);
      });
      try {
        return await Promise.race([work.then((value) => ({ value })), tooLate]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
