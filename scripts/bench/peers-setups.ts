/** What others are compared in: their plugins together, the node that they work on, and the configuration, which is ours, too. */
import { seedNamed } from '../../test/support/peer-traces.ts';

type Json = Readonly<Record<string, unknown>>;

/** Places, as the programs have to be told of them. */
export interface Places {
  /** For leases, of each program its own. */
  readonly dataDir: string;
  readonly subnetFile: string;
}

export interface Setup {
  readonly name: string;
  /** The first is called by the runtime, and calls the others. */
  readonly programs: readonly [string, ...string[]];
  readonly network: string;
  readonly seeds: () => readonly unknown[];
  readonly conf: (places: Places) => Json;
}

/** flanneld's file. */
export const SUBNET_ENV =
  'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';

const RANGES = [[{ subnet: '10.244.3.0/24', rangeStart: '10.244.3.10' }]];
const hostLocal = (dataDir: string): Json => ({ type: 'host-local', dataDir, ranges: RANGES });
const on = (network: string) => (): readonly unknown[] => [seedNamed('base'), seedNamed(network)];

/** A plugin that has host-local give the addresses. */
const withHostLocal = (plugin: string, network: string, keys: Json = {}): Setup => ({
  name: `${plugin} + host-local`,
  programs: [plugin, 'host-local'],
  network,
  seeds: on(network),
  conf: ({ dataDir }) => ({ ...named(network, plugin), ...keys, ipam: hostLocal(dataDir) }),
});

const SETUPS: readonly Setup[] = [
  withHostLocal('win-bridge', 'cbr0', { apiVersion: 2 }),
  {
    name: 'flannel + win-bridge + host-local',
    programs: ['flannel', 'win-bridge', 'host-local'],
    network: 'cbr0',
    seeds: on('cbr0'),
    conf: ({ dataDir, subnetFile }) => ({
      ...named('cbr0', 'flannel'),
      // Every release of the flannel plugin knows this version.
      cniVersion: '0.4.0',
      subnetFile,
      dataDir,
      ipam: { dataDir },
      delegate: { type: 'win-bridge', apiVersion: 2 },
    }),
  },
  withHostLocal('win-overlay', 'vxlan0', { apiVersion: 2 }),
  withHostLocal('sdnbridge', 'cbr0'),
  withHostLocal('sdnoverlay', 'vxlan0'),
  { name: 'nat', programs: ['nat'], network: 'nat', seeds: on('nat'), conf: () => named('nat', 'nat') },
  { ...withHostLocal('win-bridge', 'cbr0'), name: 'host-local alone', programs: ['host-local'] },
];

function named(name: string, type: string): Json {
  return { cniVersion: '1.0.0', name, type };
}

/** Those that a folder with these files has all the programs of. @throws Error for a file that is none of them. */
export function setupsIn(files: readonly string[], suffix: string): readonly Setup[] {
  const names = files.map((file) => file.replace(/\.exe$/i, ''));
  const unknown = names.find((name) => !SETUPS.some(({ programs }) => programs.includes(name)));
  if (unknown !== undefined) {
    const known = [...new Set(SETUPS.flatMap(({ programs }) => programs))].join(', ');
    throw new Error(`Cannot compare with "${unknown}", expected one of ${known}`);
  }
  const has = (program: string): boolean => files.includes(`${program}${suffix}`);
  return SETUPS.filter(({ programs }) => programs.every(has));
}

/** What ours is measured in without any of theirs. */
export const OURS_ALONE: readonly Setup[] = SETUPS.slice(0, 2);
