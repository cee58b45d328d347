/** The open handles of a session with HNS, which are closed beside its other work. */
import type { Handle, HandleKind, Native } from './native.ts';

export interface Handles {
  readonly keep: <K extends HandleKind>(handle: Handle<K>) => Handle<K>;
  /** Begins to close those kept so far, the last one first. */
  readonly release: () => void;
  /** When all that was begun has ended, in whatever way. */
  readonly released: () => Promise<unknown>;
}

export function keepHandles(native: () => Native): Handles {
  const kept: Handle<HandleKind>[] = [];
  let ending: Promise<unknown> = Promise.resolve();
  const close = (handle: Handle<HandleKind>): Promise<void> =>
    native()
      .close(handle)
      .catch(() => undefined);
  return {
    keep: (handle) => {
      kept.push(handle);
      return handle;
    },
    release: () => {
      ending = Promise.all([ending, ...kept.splice(0).reverse().map(close)]);
    },
    released: () => ending,
  };
}
