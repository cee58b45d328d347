/** A simulated node on which measured programs attach pods, as a runtime has them do it: one process for each verb. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Simulator } from '../../native/simulator/client.ts';
import type { Started, System } from './systems.ts';

/** The nth pod of a node. */
export interface Pod {
  readonly containerId: string;
  readonly namespace: string;
}

export const podOf = (n: number): Pod => ({
  containerId: `pod-${n}`,
  namespace: `5B0A8F4E-2B1D-4E57-9C4A-${(0x3f6d_0000_0000 + n).toString(16).toUpperCase()}`,
});

/** Namespaces for so many pods; a seed of the simulator. */
export const namespacesFor = (pods: number): unknown => ({
  namespaces: Array.from({ length: pods }, (_, n) => ({ ID: podOf(n).namespace, Type: 'Host' })),
});

/** So many endpoints of others on a network, which {@link widened} makes room for; a seed of the simulator. */
export const othersOn = (network: string, count: number): unknown => ({
  endpoints: Array.from({ length: count }, (_, n) => ({
    Name: `other${n}_${network}`,
    network,
    IpConfigurations: [{ IpAddress: `${network === 'nat' ? '172.30' : '10.244'}.${4 + (n >> 8)}.${n & 255}` }],
  })),
});

/** Seeds whose pod CIDR is a /16. */
export const widened = (seeds: readonly unknown[]): readonly unknown[] =>
  JSON.parse(JSON.stringify(seeds).replaceAll('10.244.3.0/24', '10.244.0.0/16')) as unknown[];

export interface PodNode {
  readonly system: System;
  readonly simulator: Simulator;
  /** Its leases and its log are below, and what a plugin names without a drive. */
  readonly folder: string;
}

export interface Command {
  readonly program: string;
  readonly verb: string;
  readonly pod: Pod;
  readonly conf: Readonly<Record<string, unknown>>;
  /** A folder with other plugins, as this Linux has it. */
  readonly plugins?: string;
}

/** Runs one verb. @throws Error with what it printed when it fails: how long a failure takes is not what is measured. */
export async function runVerb(node: PodNode, command: Command): Promise<Started> {
  const started = await tryVerb(node, command);
  const { program, verb, pod } = command;
  if (started.code === 0) return started;
  throw new Error(
    `Cannot measure "${program}": ${verb} of ${pod.containerId} ended with ${started.code}\n${started.stdout}${started.stderr}`,
  );
}

/** The same, whatever it ends with. */
export function tryVerb({ system, simulator, folder }: PodNode, command: Command): Promise<Started> {
  const { program, verb, pod, conf, plugins = folder } = command;
  mkdirSync(join(folder, 'var/log/wincni'), { recursive: true });
  return system.start(program, {
    env: {
      HNS_SIMULATOR: simulator.address,
      HNS_SIMULATOR_ROOT: folder,
      CNI_COMMAND: verb,
      CNI_CONTAINERID: pod.containerId,
      CNI_NETNS: pod.namespace,
      CNI_IFNAME: 'eth0',
      CNI_PATH: system.path(plugins),
    },
    stdin: JSON.stringify(conf),
    drive: folder,
  });
}
