/** A node with the built plugin: the simulator behind its entry points, a state folder, and what is on the node. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalOptions, type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import type { Fault } from '../../native/simulator/faults.ts';
import { describe, isLettingGo, keptHandles, list, type Pod, SEED } from './node.ts';
import type { Plugin } from './plugin.ts';

export interface MachineRan {
  readonly code: number | null;
  readonly out: Record<string, unknown> | undefined;
  readonly text: string;
}

export interface Machine {
  readonly simulator: LocalSimulator;
  /** The state folder as the test sees it. */
  readonly dataDir: string;
  readonly conf: (more?: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  /** The environment a runtime gives for this command. */
  readonly env: (verb: string, pod: Pod) => Readonly<Record<string, string>>;
  readonly run: (verb: string, pod: Pod, conf: unknown) => Promise<MachineRan>;
  /** `<endpoint name> <address> <namespace or "-">`, sorted. */
  readonly endpoints: () => readonly string[];
  readonly members: () => readonly unknown[];
  /** Addresses with a host-local file, of the network "cbr0" or another one. */
  readonly leases: (network?: string) => readonly string[];
  readonly records: (folder: 'attachments' | 'tombstones', network?: string) => readonly string[];
  readonly setFaults: (rules: readonly Fault[]) => void;
  readonly releaseHeld: () => number;
  /** HNS calls made since the last clear, closes not counted. */
  readonly calls: () => readonly string[];
  /**
   * What processes that ended normally left: `[]` when every handle is closed and every string freed. Those that could
   * not close what they opened are left out: see `keptHandles`.
   */
  readonly leftovers: () => Promise<readonly unknown[]>;
  readonly end: () => Promise<void>;
}

/** Of the plugin no more is needed than how it is run, and what it calls a path. */
export async function createMachine(
  plugin: Pick<Plugin, 'run' | 'path'> & Partial<Plugin>,
  seed: unknown = SEED,
  around: Pick<LocalOptions, 'serving'> = {},
): Promise<Machine> {
  const simulator = await startSimulator({ seeds: [seed], ...around });
  const dataDir = mkdtempSync(join(tmpdir(), 'wincni-state-'));
  const env: Machine['env'] = (verb, pod) => ({
    HNS_SIMULATOR: simulator.address,
    HNS_SIMULATOR_BOOT: simulator.hns.bootId(),
    CNI_COMMAND: verb,
    CNI_CONTAINERID: pod.containerId,
    CNI_IFNAME: pod.ifname,
    CNI_PATH: '/opt/cni/bin',
    ...(pod.netns === undefined ? {} : { CNI_NETNS: pod.netns }),
    ...(pod.args === undefined ? {} : { CNI_ARGS: pod.args }),
    ...pod.env,
  });
  return {
    simulator,
    dataDir,
    env,
    conf: (more = {}) => ({
      cniVersion: '1.0.0',
      name: 'cbr0',
      type: 'win-bridge',
      ipam: { type: 'host-local', dataDir: plugin.path(dataDir), subnet: '10.244.3.0/24' },
      ...more,
    }),
    run: async (verb, pod, conf) => {
      const stdin = typeof conf === 'string' || Buffer.isBuffer(conf) ? conf : JSON.stringify(conf);
      const { code, stdout: text } = await plugin.run(env(verb, pod), stdin);
      return { code, text, out: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
    },
    endpoints: () => simulator.hns.dump().endpoints.map(describe).sort(),
    members: () =>
      simulator.hns.dump().namespaces.flatMap((one) => (one as { readonly Resources?: unknown[] }).Resources ?? []),
    leases: (network = 'cbr0') => list(join(dataDir, network)).filter((name) => /^[0-9a-f.:_]+$/i.test(name)),
    setFaults: simulator.dispatcher.faults.set,
    releaseHeld: simulator.dispatcher.releaseHeld,
    records: (folder, network = 'cbr0') => list(join(dataDir, network, '.wincni', folder)),
    calls: () =>
      simulator.dispatcher
        .trace()
        .map((entry) => entry.function)
        .filter((name) => !isLettingGo(name)),
    leftovers: async () => {
      await simulator.settle(5000);
      const excused = simulator.dispatcher
        .trace()
        .filter(keptHandles)
        .map((call) => call.process);
      const reports = await simulator.processes();
      const ended = reports.filter((one) => one.ended === 'ended' && !excused.includes(one.process));
      return ended.filter((one) => one.live !== 0 || one.openHandles.length > 0);
    },
    end: async () => {
      await simulator.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
