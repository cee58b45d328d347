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
  /** Keys of the configuration beyond those of every plugin. */
  readonly conf: Readonly<Record<string, unknown>>;
}

const WIN_BRIDGE = { type: 'win-bridge', apiVersion: 2 };
/** Makes the network where there is none. */
const OWN_NETWORK = {
  type: 'sdnbridge',
  ipam: { routes: [{ GW: '10.244.3.1' }] },
};

/** On an empty node that has its network. */
export const PLAIN: Scene = { name: 'ADD', verb: 'ADD', seed: SEED, before: [], conf: WIN_BRIDGE };

export const SCENES: readonly Scene[] = [
  PLAIN,
  { name: 'DEL', verb: 'DEL', seed: SEED, before: [FIRST], conf: WIN_BRIDGE },
  { name: 'GC', verb: 'GC', seed: SEED, before: [FIRST, NEIGHBOUR], conf: WIN_BRIDGE },
  { name: 'first ADD', verb: 'ADD', seed: { ...SEED, networks: [] }, before: [], conf: OWN_NETWORK },
];
