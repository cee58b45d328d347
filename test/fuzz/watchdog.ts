/** Ends this process when one case keeps it busy for too long: a loop without end leaves nobody in here to say so. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Watchdog {
  /** From now on it is this. */
  readonly watch: (what: string) => void;
  readonly end: () => Promise<unknown>;
}

/** Another thread, which prints what was being done, and ends the process, when there is no word for `limitMs`. */
export async function watchdog(limitMs: number): Promise<Watchdog> {
  const thread = new Worker(new URL('watchdog-thread.js', import.meta.url), { execArgv: [] });
  await once(thread, 'message');
  return {
    watch: (what) => {
      thread.postMessage([limitMs, what]);
    },
    end: () => thread.terminate(),
  };
}
