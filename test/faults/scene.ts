/** The commands that are disturbed, each on the node it usually finds, and the configurations of its pods. */
import { NAMESPACES, type Pod, SEED } from '../support/node.ts';

export interface ScenePod extends Pod {
  readonly netns: string;
  /** A port of the node that leads to it. */
  readonly hostPort: number;
}

const podOf = (n: number): ScenePod => ({
  containerId: `pod${n}`,
  ifname: 'eth0',
  netns: NAMESPACES[n] ?? '',
  hostPort: 8080 + n,
});
/** Whose command is disturbed. */
export const FIRST = podOf(0);
/** Whose ADD comes next. */
export const OTHER = podOf(1);
/** One that lives all the time. */
export const NEIGHBOUR = podOf(2);

export interface Scene {
  /** For the table. */
  readonly name: string;
  readonly verb: 'ADD' | 'DEL' | 'GC';
  readonly seed: unknown;
  /** Attached before, in this order. */
  readonly before: readonly ScenePod[];
  /** Keys of the configuration in place of those that `win-bridge` gets. */
  readonly conf: Readonly<Record<string, unknown>>;
}

/** Makes the network where there is none; `apiVersion` is no key of it. */
const OWN_NETWORK = {
  type: 'sdnbridge',
  apiVersion: undefined,
  ipam: { routes: [{ GW: '10.244.3.1' }] },
};

/** On an empty node that has its network. */
export const PLAIN: Scene = { name: 'ADD', verb: 'ADD', seed: SEED, before: [], conf: {} };

export const SCENES: readonly Scene[] = [
  PLAIN,
  { name: 'DEL', verb: 'DEL', seed: SEED, before: [FIRST], conf: {} },
  { name: 'GC', verb: 'GC', seed: SEED, before: [FIRST, NEIGHBOUR], conf: {} },
  { name: 'first ADD', verb: 'ADD', seed: { ...SEED, networks: [] }, before: [], conf: OWN_NETWORK },
];
