/** Calls that HNS refuses for now: which of them are made again, and after what pauses. */
import type { Deadline } from './deadline.ts';
import { statusOf } from './status.ts';

/** What a command has of it is for all its calls together. */
export interface Patience {
  /** Waits before one more try: true after that; false, at once, when there were enough or no such time is left. */
  readonly wait: (leftMs: number) => Promise<boolean>;
}

export const NO_PATIENCE: Patience = { wait: () => Promise.resolve(false) };

/** Enough for a switch port or an adapter that is late; a service that is down for longer is the runtime's to wait for. */
export const PAUSES_MS: readonly number[] = [250, 500, 1000];

/** Calls that are refused side by side wait side by side: that is one pause. */
export function patience(pause: (ms: number) => Promise<void>): Patience {
  const left = [...PAUSES_MS];
  let waiting: Promise<boolean> | undefined;
  const begin = async (leftMs: number): Promise<boolean> => {
    const ms = spread(left.shift() ?? Number.POSITIVE_INFINITY);
    if (ms >= leftMs) return false;
    await pause(ms);
    return true;
  };
  return {
    wait: (leftMs) =>
      (waiting ??= begin(leftMs).finally(() => {
        waiting = undefined;
      })),
  };
}

type Answered = Readonly<{ hr: number; handle?: unknown }>;
type Call = <T extends Answered>(isChange: boolean, once: () => Promise<T>) => Promise<T>;

/** Makes a call until it is answered, refused for good, or patience or the command's time is at its end. */
export function retrier({ wait }: Patience, deadline: Pick<Deadline, 'remainingMs'>): Call {
  return async (isChange, once) => {
    for (;;) {
      const answer = await once();
      // A handle that came along with a refusal is the caller's to close.
      if (answer.handle !== undefined || !mayPass(answer.hr, isChange)) return answer;
      if (!(await wait(deadline.remainingMs()))) return answer;
    }
  };
}

/**
 * Whether a refused call may be made again: it had no effect, or it only reads. After a change of which nobody knows
 * whether it happened, a second one could make a second endpoint, or take away what another command has made since.
 */
function mayPass(hr: number, isChange: boolean): boolean {
  const { outcome } = statusOf(hr);
  return outcome === 'transient' || outcome === 'unavailable' || (outcome === 'unknown' && !isChange);
}

/** Longer by up to a quarter, so that commands that were refused together do not come back together. */
const spread = (ms: number): number => ms * (1 + Math.random() / 4);
