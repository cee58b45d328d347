/** One cell of the comparison: pods come and go in blocks, by turns with each program, on one simulated node. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Simulator, spawnSimulator } from '../../native/simulator/client.ts';
import type { Latency } from '../../native/simulator/dispatch.ts';
import { type Places, type Setup, SUBNET_ENV } from './peers-setups.ts';
import { namespacesFor, othersOn, type Pod, type PodNode, podOf, runVerb, widened } from './pods.ts';
import { quantile } from './statistics.ts';
import type { Started, System } from './systems.ts';

/** As hcsshim's users report them: a read, the creation of an endpoint, and attaching it. */
export const CATALOGUE: Latency = { '*': 10, HcnCreateEndpoint: 150, HcnModifyNamespace: 80, HNSCall: 10 };

export interface Cell {
  readonly setup: Setup;
  /** Endpoints of others that are on the node. */
  readonly others: number;
  readonly latency: Latency;
  readonly atOnce: number;
}

export interface Candidate {
  readonly name: string;
  readonly program: string;
  /** The folder for CNI_PATH. */
  readonly plugins: string;
}

/** Of ADD and DEL of one pod, together. */
export interface Cost {
  /** Of the cell's pods: the time until all are there and gone, divided by their number; the median of the blocks. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMB: number;
  readonly calls: number;
  readonly bytes: number;
}

export interface Size {
  readonly pods: number;
  readonly folder: string;
}

/** Measures every candidate; the cost is in their order. */
export async function measureCell(
  system: System,
  cell: Cell,
  { candidates, pods, folder }: Size & { readonly candidates: readonly Candidate[] },
): Promise<readonly Cost[]> {
  const { setup, others, latency, atOnce } = cell;
  const seeds = [...widened(setup.seeds()), namespacesFor(atOnce), othersOn(setup.network, others)];
  const simulator = await spawnSimulator({ seeds });
  try {
    const lives = candidates.map((candidate) => {
      const own = join(folder, candidate.name);
      mkdirSync(own, { recursive: true });
      return lifeOf({ system, simulator, folder: own }, candidate, setup);
    });
    const traffic: Traffic[] = [];
    for (const life of lives) traffic.push(await trafficOf(simulator, life));
    await simulator.setLatency(latency);
    const blocks: Block[][] = lives.map(() => []);
    for (let done = 0; done < pods; done += atOnce === 1 ? 5 : atOnce) {
      const size = Math.min(atOnce === 1 ? 5 : atOnce, pods - done);
      for (const [index, life] of turned([...lives.entries()], done))
        blocks[index]?.push(await blockOf(life, { size, atOnce }));
      await simulator.clearTrace();
    }
    return lives.map((_, index) => ({ ...costOf(blocks[index] ?? []), ...(traffic[index] ?? NO_TRAFFIC) }));
  } finally {
    await simulator.stop();
  }
}

/** In turns, so that none is always the first. */
const turned = <T>(all: readonly T[], turn: number): readonly T[] => [
  ...all.slice(turn % all.length),
  ...all.slice(0, turn % all.length),
];

type Ran = Pick<Started, 'ms' | 'cpuMs' | 'peakMB'>;
/** ADD or DEL of a pod. */
type Life = (verb: 'ADD' | 'DEL', pod: Pod) => Promise<Ran>;

function lifeOf(node: PodNode, { program, plugins }: Candidate, setup: Setup): Life {
  const { system, folder } = node;
  writeFileSync(join(folder, 'subnet.env'), SUBNET_ENV);
  // flannel takes no folder for leases: host-local has its usual one then.
  for (const leases of ['leases', 'var/lib/cni/networks']) keepFromPods(join(folder, leases, setup.network));
  const places: Places = {
    dataDir: system.path(join(folder, 'leases')),
    // Without a drive it lies on the simulated machine.
    subnetFile: system.suffix === '' ? '/subnet.env' : system.path(join(folder, 'subnet.env')),
  };
  const conf = setup.conf(places);
  return (verb, pod) => runVerb(node, { program, verb, pod, conf, plugins });
}

/** The address of the host's own endpoint, which flannel's configuration cannot keep out of the range. */
function keepFromPods(leases: string): void {
  mkdirSync(leases, { recursive: true });
  writeFileSync(join(leases, '10.244.3.2'), 'host\r\neth0');
}

interface Block {
  readonly msEach: number;
  readonly cpuMsEach: number;
  readonly peakMB: number;
}

async function blockOf(
  life: Life,
  { size, atOnce }: { readonly size: number; readonly atOnce: number },
): Promise<Block> {
  const ran: Ran[] = [];
  const begin = performance.now();
  if (atOnce === 1) {
    for (let n = 0; n < size; n++) for (const verb of ['ADD', 'DEL'] as const) ran.push(await life(verb, podOf(0)));
  } else {
    const all = Array.from({ length: size }, (_, n) => podOf(n));
    for (const verb of ['ADD', 'DEL'] as const) ran.push(...(await Promise.all(all.map((pod) => life(verb, pod)))));
  }
  // One after the other they are timed by themselves: what starts Wine belongs to neither side.
  const ms = atOnce === 1 ? ran.reduce((sum, each) => sum + each.ms, 0) : performance.now() - begin;
  return {
    msEach: ms / size,
    cpuMsEach: ran.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / size,
    peakMB: Math.max(...ran.map(({ peakMB }) => peakMB)),
  };
}

const costOf = (blocks: readonly Block[]): Pick<Cost, 'ms' | 'cpuMs' | 'peakMB'> => ({
  ms: quantile(
    blocks.map(({ msEach }) => msEach),
    0.5,
  ),
  cpuMs: quantile(
    blocks.map(({ cpuMsEach }) => cpuMsEach),
    0.5,
  ),
  peakMB: Math.max(...blocks.map(({ peakMB }) => peakMB)),
});

/** VERSION of each candidate, so many times, which asks HNS for nothing. The first start of each is not counted. */
export async function measureVersion(
  system: System,
  candidates: readonly Candidate[],
  times: number,
): Promise<readonly Cost[]> {
  const starts: Started[][] = candidates.map(() => []);
  for (let round = 0; round <= times; round++) {
    for (const [index, { program }] of turned([...candidates.entries()], round)) {
      const started = await system.start(program, {
        env: { CNI_COMMAND: 'VERSION' },
        stdin: '{"cniVersion":"1.0.0"}',
      });
      if (round > 0) starts[index]?.push(started);
    }
  }
  return starts.map((all) => ({
    ...costOf(all.map(({ ms, cpuMs, peakMB }) => ({ msEach: ms, cpuMsEach: cpuMs, peakMB }))),
    ...NO_TRAFFIC,
  }));
}

type Traffic = Pick<Cost, 'calls' | 'bytes'>;
const NO_TRAFFIC: Traffic = { calls: 0, bytes: 0 };

/** The calls of one pod's life and the documents that go with them in UTF-16; closes are not counted. */
async function trafficOf(simulator: Simulator, life: Life): Promise<Traffic> {
  // The first one may find a folder missing, or unpack its addons.
  for (const verb of ['ADD', 'DEL'] as const) await life(verb, podOf(0));
  await simulator.clearTrace();
  for (const verb of ['ADD', 'DEL'] as const) await life(verb, podOf(0));
  const made = (await simulator.trace()).filter(({ function: name }) => !/Close|Free/.test(name));
  const bytes = made.reduce((sum, { request, response }) => sum + sizeOf(request) + sizeOf(response), 0);
  return { calls: made.length, bytes };
}

const sizeOf = (document: unknown): number => (document === undefined ? 0 : 2 * JSON.stringify(document).length);
