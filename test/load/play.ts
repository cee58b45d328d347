/** Plays the commands of a plan on one node, so many at a time, and judges each answer and what is left at the end. */

import { isObject, type Json, parseOne } from '../conformance/json.ts';
import { endpointsOf } from '../conformance/node.ts';
import { createMachine, type Machine } from '../support/machine.ts';
import type { Plugin } from '../support/plugin.ts';
import { type Answer, addressesIn, givenTwice, wrongWith } from './judge.ts';
import { latencyOf } from './latency.ts';
import { leftOn } from './left.ts';
import { watchLocks } from './locks.ts';
import { createPlan, type Operation, type Verb } from './plan.ts';
import { seededRandom } from './random.ts';
import type { LoadPod, Setup } from './setups.ts';

export interface Pace {
  readonly operations: number;
  readonly atOnce: number;
  /** By what the latencies of HNS are multiplied. */
  readonly scale: number;
  readonly seed: number;
  /** False where the processes of the plugin are not those of this system. */
  readonly seesLocks: boolean;
}

export interface Played {
  readonly setup: string;
  readonly wallMs: number;
  /** How long each command took, by verb. */
  readonly times: Readonly<Record<Verb, readonly number[]>>;
  /** HNS calls that were made. */
  readonly calls: number;
  /** Commands whose answer was wrong, in words, as all that follows. */
  readonly failed: readonly string[];
  readonly duplicate: readonly string[];
  readonly leaked: readonly string[];
  readonly locked: readonly string[];
}

/** What is known while it is played. */
interface Book {
  readonly machine: Machine;
  readonly setup: Setup;
  readonly times: Record<Verb, number[]>;
  readonly failed: string[];
  readonly duplicate: string[];
  readonly ledger: Map<LoadPod, readonly string[]>;
  /** Of each pod's last ADD. */
  readonly results: Map<LoadPod, Json>;
}

export async function play(plugin: Plugin, setup: Setup, pace: Pace): Promise<Played> {
  const locks = watchLocks();
  const machine = await createMachine(plugin, setup.seed, {
    serving: {
      random: seededRandom(pace.seed + 1),
      oneWriter: true,
      ...(pace.seesLocks ? { watch: locks.watch } : {}),
    },
  });
  try {
    machine.simulator.dispatcher.setLatency(latencyOf(pace.scale));
    const times = { ADD: [], CHECK: [], DEL: [] };
    const book: Book = { machine, setup, times, failed: [], duplicate: [], ledger: new Map(), results: new Map() };
    const startedMs = performance.now();
    await playAll(book, plugin, pace);
    const wallMs = performance.now() - startedMs;
    const leaked = await leftOn(machine, setup.networks);
    const calls = machine.simulator.dispatcher.trace().length;
    const { failed, duplicate } = book;
    return { setup: setup.name, wallMs, times, calls, failed, duplicate, leaked, locked: locks.held() };
  } finally {
    await machine.end();
  }
}

async function playAll(book: Book, plugin: Plugin, { operations, atOnce, seed }: Pace): Promise<void> {
  const plan = createPlan({ pods: book.setup.pods, operations, random: seededRandom(seed) });
  const running = new Set<Promise<void>>();
  for (;;) {
    const operation = running.size < atOnce ? plan.next() : undefined;
    if (operation !== undefined) {
      const run = playOne(book, plugin, operation).then((went) => {
        running.delete(run);
        plan.ended(operation, went);
      });
      running.add(run);
    } else if (running.size > 0) await Promise.race(running);
    else return;
  }
}

async function playOne(book: Book, plugin: Plugin, operation: Operation): Promise<'well' | 'wrong'> {
  const { verb, pod } = operation;
  if (verb === 'DEL') book.ledger.delete(pod);
  const startedMs = performance.now();
  const answer = await command(book, plugin, operation);
  book.times[verb].push(performance.now() - startedMs);
  const wrong = wrongWith(operation, answer, book.setup.families);
  if (wrong !== undefined) book.failed.push(`${verb} of ${pod.containerId}, ${operation.state}: ${wrong}`);
  if (verb === 'ADD' && answer.code === 0) enter(book, pod, answer.out);
  return wrong === undefined ? 'well' : 'wrong';
}

/** What an ADD has answered is looked at before anything else happens here. */
function enter({ machine, ledger, results, duplicate }: Book, pod: LoadPod, result: Json | undefined): void {
  const addresses = addressesIn(result);
  duplicate.push(...givenTwice(pod, addresses, { ledger, endpoints: endpointsOf(machine.simulator) }));
  ledger.set(pod, addresses);
  results.set(pod, result ?? {});
}

async function command(book: Book, plugin: Plugin, { verb, pod }: Operation): Promise<Answer> {
  const { machine, results } = book;
  const { ipam } = machine.conf();
  const prevResult = results.get(pod);
  const stdin = machine.conf({
    ...pod.conf,
    ipam: { ...Object(ipam), subnet: undefined, ...Object(pod.conf['ipam']) },
    ...(verb === 'ADD' || prevResult === undefined ? {} : { prevResult }),
  });
  const { code, stdout: text } = await plugin.run(machine.env(verb, pod), JSON.stringify(stdin));
  const out = parseOne(text);
  return { code, text, out: isObject(out) ? out : undefined };
}
