/** The Host Networking Service as a synchronous state machine: calls in, answers out; faults and time are outside. */
import { randomUUID } from 'node:crypto';
import type { Reply, Request } from './call.ts';
import { Code, errorRecord, HnsFailure, signed } from './errors.ts';
import { EXPORTS } from './exports.ts';
import { boot, restart } from './lifecycle.ts';
import type { Node } from './node.ts';
import { createProcesses, type Processes } from './processes.ts';
import { type Dump, dumpOf, plant, seedOf } from './seed.ts';
import { DEFAULTS, type Switches } from './switches.ts';

export interface Surroundings {
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
  /** GUIDs in any case; random by default. */
  readonly newGuid?: () => string;
  /** Aliases of the node's adapters. */
  readonly adapters?: readonly string[];
}

export interface Hns {
  /** Carries out one call, whole and at once. */
  readonly call: (request: Request) => Reply;
  /** Adds the objects of a seed (JSON text or value, the form of the peer traces' seeds). Throws when it cannot. */
  readonly seed: (seed: unknown) => void;
  readonly dump: () => Dump;
  readonly restartService: () => void;
  readonly reboot: () => void;
  /** A GUID that changes with each reboot. */
  readonly bootId: () => string;
  readonly processes: Processes;
}

/** An empty node; `options` sets switches by name and what surrounds the service. */
export function createHns(options: Partial<Switches> & Surroundings = {}): Hns {
  const { now = Date.now, newGuid = randomUUID, adapters = ['Ethernet', 'Ethernet 2'], ...switches } = options;
  const upper = (): string => newGuid().toUpperCase();
  const processes = createProcesses();
  const node: Node = {
    networks: new Map(),
    endpoints: new Map(),
    namespaces: new Map(),
    hostPorts: new Set(),
    adapters,
    now,
    newGuid: upper,
    switches: { ...DEFAULTS, ...switches },
    version: { Major: 15, Minor: 4 },
    bootId: upper(),
    nextCompartment: 2,
    nextPool: 0,
  };
  return {
    call: (request) => answer(node, processes, request),
    seed: (seed) => {
      plant(node, seedOf(seed));
    },
    dump: () => dumpOf(node),
    restartService: () => {
      processes.dropHandles();
      restart(node);
    },
    reboot: () => {
      processes.dropHandles();
      boot(node);
    },
    bootId: () => node.bootId,
    processes,
  };
}

function answer(node: Node, processes: Processes, { process, function: name, args }: Request): Reply {
  try {
    const run = EXPORTS.get(name);
    if (run === undefined) throw new HnsFailure(Code.NotImplemented);
    return { hresult: Code.Ok, ...run({ node, processes, process, args }) };
  } catch (failure) {
    if (!(failure instanceof HnsFailure)) throw failure;
    return failed(failure.hresult);
  }
}

/** The answer of a failed call; `text` is the record's, else the system's own for the code. */
export const failed = (hresult: number, text?: string): Reply => ({
  hresult: signed(hresult),
  error: errorRecord(hresult, text),
});
