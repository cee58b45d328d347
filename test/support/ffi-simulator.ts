/** The simulator's service in this process, reached by the C entry points in this process. */
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { buildNative, LINUX_LIBRARY } from '../../scripts/build-native.js';
import { type System, simulatorSystem } from '../../src/ffi/system.ts';
import { entryPoints } from '../../src/hns/entry-points.ts';
import type { Native } from '../../src/hns/native.ts';
import { SEED } from './node.ts';

export interface FfiSimulator extends LocalSimulator {
  readonly system: System;
  readonly native: Native;
}

/**
 * Starts it with the seed of one node. A thread of this process may still be connected to the service of an earlier test
 * and would fail its next call, as callers of a restarted service do: calls are made until each thread has found this one.
 */
export async function startFfiSimulator(): Promise<FfiSimulator> {
  buildNative();
  const simulator = await startSimulator({ seeds: [SEED] });
  process.env['HNS_SIMULATOR'] = simulator.address;
  const system = simulatorSystem(LINUX_LIBRARY);
  const native = entryPoints(system);
  await warmUp(simulator, native);
  return { ...simulator, system, native };
}

/** More calls at once than libuv has threads, each slow enough that every thread gets one. */
const AT_ONCE = 8;
const LATENCY_MS = 20;

async function warmUp({ dispatcher, hns }: LocalSimulator, native: Native): Promise<void> {
  dispatcher.setLatency({ HNSCall: LATENCY_MS });
  for (let isReady = false; !isReady; ) {
    const calls = Array.from({ length: AT_ONCE }, () => native.hnsCall('GET', '/globals/version', ''));
    isReady = (await Promise.all(calls)).every(({ hr }) => hr === 0);
  }
  dispatcher.setLatency({});
  await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
  // What was counted until here is nobody's.
  for (const { process } of hns.processes.report()) hns.processes.end(process, 'ended');
  hns.processes.forget();
  dispatcher.clearTrace();
}
