/** What befalls one command, in HNS or in the file system, as its node is made ready for it. */
import { FILE_FAULTS_LIBRARY } from '../../scripts/build-native.js';
import type { Command, Field, Ran } from './field.ts';
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
  readonly end: (ran: Ran) => boolean;
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

/** The process ends at its `nth` call, from 1, that changes files in the state folder. */
export const atFile = (nth: number, when: 'before' | 'after'): Trouble => ({
  fate: 'killed',
  hresult: undefined,
  isOpen: false,
  begin: (field) => ({
    command: { env: { ...inFolder(field), FILE_FAULTS_NTH: String(nth), FILE_FAULTS_WHEN: when } },
    end: ({ killed }) => killed,
  }),
});

/** The variables by which the calls of a command are written down: "rename cbr0/10.244.3.3", a line each. */
export const listingFiles = (field: Field, log: string): Command => ({
  env: { ...inFolder(field), FILE_FAULTS_LOG: log },
});

/** Linux alone knows of preloading; what stands in for an executable reads the other variables by itself. */
const inFolder = ({ machine }: Field): Readonly<Record<string, string>> => ({
  LD_PRELOAD: FILE_FAULTS_LIBRARY,
  FILE_FAULTS_FOLDER: machine.dataDir,
});
