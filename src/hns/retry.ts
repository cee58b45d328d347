/** Calls that HNS refuses for now: which of them are made again, and after what pauses. */
import type { Deadline } from './deadline.ts';
import { statusOf } from './status.ts';

/** What a command has of it is for all its calls together. */
export interface Patience {
  /** The pause before the next further try, in milliseconds; undefined when there were enough. */
  readonly next: () => number | undefined;
  readonly pause: (ms: number) => Promise<void>;
}

export const NO_PATIENCE: Patience = { next: () => undefined, pause: () => Promise.resolve() };

/** Enough for a switch port or an adapter that is late; a service that is down for longer is the runtime's to wait for. */
export const PAUSES_MS: readonly number[] = [250, 500, 1000];

export function patience(pause: Patience['pause']): Patience {
  const left = [...PAUSES_MS];
  return { next: () => left.shift(), pause };
}

type Call = <T extends { readonly hr: number }>(isChange: boolean, once: () => Promise<T>) => Promise<T>;

/** Makes a call until it is answered, refused for good, or patience or the command's time is at its end. */
export function retrier({ next, pause }: Patience, deadline: Pick<Deadline, 'remainingMs'>): Call {
  return async (isChange, once) => {
    for (;;) {
      const answer = await once();
      if (!mayPass(answer.hr, isChange)) return answer;
      const ms = spread(next() ?? Number.POSITIVE_INFINITY);
      if (ms >= deadline.remainingMs()) return answer;
      await pause(ms);
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
