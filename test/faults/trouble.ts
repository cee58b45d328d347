/** What befalls one command, in HNS or in the file system, as its node is made ready for it. */
import type { Command, Field } from './field.ts';
import type { Fate, Kind } from './kinds.ts';

export interface Trouble {
  readonly fate: Fate;
  readonly hresult: number | undefined;
  readonly isOpen: boolean;
  /** Makes the node ready; answers what the command is given beyond the usual, and what ends the trouble. */
  readonly begin: (field: Field) => Begun;
}

export interface Begun {
  readonly command: Command;
  /** Answers whether it has come to it. */
  readonly end: () => boolean;
}

/** The `nth` call of the command, from 1, meets a fault. */
export const inCall = (nth: number, { fate, hresult, isOpen, fault }: Kind): Trouble => ({
  fate,
  hresult,
  isOpen,
  begin: ({ machine }) => {
    machine.simulator.dispatcher.clearTrace();
    machine.setFaults([{ function: '*', nth, ...fault }]);
    const watch = fate === 'killed meanwhile' ? killWhenHeld(machine.simulator.dispatcher.held) : undefined;
    return {
      command: watch === undefined ? {} : { kill: watch.kill },
      end: () => {
        watch?.stop();
        machine.setFaults([]);
        return machine.simulator.dispatcher.trace().some((entry) => entry.fault !== undefined);
      },
    };
  },
});

const WATCH_MS = 5;

/** A runtime that kills the command once HNS has a call in hand. */
function killWhenHeld(held: () => number): { readonly kill: AbortSignal; readonly stop: () => void } {
  const killer = new AbortController();
  const timer = setInterval(() => {
    if (held() > 0) killer.abort();
  }, WATCH_MS);
  return {
    kill: killer.signal,
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** A process that ends itself at the `nth` file call below the state folder: see native/file-faults. */
export const atFile = (nth: number, when: 'before' | 'after'): Trouble => ({
  fate: 'killed',
  hresult: undefined,
  isOpen: false,
  begin: () => ({
    command: { env: { FILE_FAULTS_NTH: String(nth), FILE_FAULTS_WHEN: when } },
    end: () => true,
  }),
});
