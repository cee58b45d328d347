/** The Host Networking Service, and what of the Host Compute Service hot attach needs, as a synchronous state machine: calls in, answers out; faults and time are outside. */
import { randomUUID } from 'node:crypto';
import type { Reply, Request } from './call.ts';
import { endSystem } from './compute-systems.ts';
import { Code, HnsFailure } from './errors.ts';
import { EXPORTS } from './exports.ts';
import { type Failure, failed } from './failures.ts';
import { ADAPTERS, hostOf } from './host-seed.ts';
import { appear } from './late.ts';
import { boot, restart } from './lifecycle.ts';
import type { Node } from './node.ts';
import { createProcesses, HCS_KINDS, HNS_KINDS, type Processes } from './processes.ts';
import { type Dump, dumpOf, plant, seedOf } from './seed.ts';
import { DEFAULTS, type Switches } from './switches.ts';

export interface Surroundings {
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
  /** GUIDs in any case; random by default. */
  readonly newGuid?: () => string;
}

export interface Hns {
  /** Carries out one call, whole and at once. */
  readonly call: (request: Request) => Reply;
  /** What a call answers that fails without having been carried out. */
  readonly failed: (failure: Failure) => Reply;
  /** Adds the objects of a seed (JSON text or value, the form of the peer traces' seeds). Throws when it cannot. */
  readonly seed: (seed: unknown) => void;
  readonly dump: () => Dump;
  /** A container ends. The Host Compute Service does not know it any more; HNS is not told. */
  readonly endSystem: (id: string) => void;
  readonly restartService: () => void;
  readonly reboot: () => void;
  /** A GUID that changes with each reboot. */
  readonly bootId: () => string;
  readonly processes: Processes;
}

/** An empty node; `options` sets switches by name and what surrounds the service. */
export function createHns(options: Partial<Switches> & Surroundings = {}): Hns {
  const { now = Date.now, newGuid = randomUUID, ...switches } = options;
  const upper = (): string => newGuid().toUpperCase();
  const processes = createProcesses();
  const node: Node = {
    networks: new Map(),
    endpoints: new Map(),
    namespaces: new Map(),
    policyLists: new Map(),
    computeSystems: new Map(),
    hostPorts: new Set(),
    host: hostOf(ADAPTERS),
    now,
    newGuid: upper,
    switches: { ...DEFAULTS, ...switches },
    version: { Major: 15, Minor: 4 },
    bootId: upper(),
    nextCompartment: 2,
    nextPool: 0,
  };
  return {
    call: (request) => {
      appear(node);
      return answer(node, processes, request);
    },
    failed: (failure) => failed(node, failure),
    seed: (seed) => {
      plant(node, seedOf(seed));
    },
    dump: () => {
      appear(node);
      return dumpOf(node);
    },
    endSystem: (id) => {
      endSystem(node, id);
    },
    restartService: () => {
      processes.dropHandles(HNS_KINDS);
      restart(node);
    },
    reboot: () => {
      processes.dropHandles([...HNS_KINDS, ...HCS_KINDS]);
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
    return failed(node, { name, hresult: failure.hresult });
  }
}
