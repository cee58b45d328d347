/** What `wincni routes sync` costs in a large cluster: all nodes from nothing, and one change among them; time and calls. */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, spawnSimulator } from '../../native/simulator/client.ts';
import type { BenchOptions, Report } from './report.ts';
import { type Measured, measureInRounds, type Subject } from './rounds.ts';
import { formatCount, formatSummary } from './statistics.ts';
import { markdownTable } from './table.ts';
import { startNode, timed } from './timed.ts';

const NODES = 5000;
const QUICK_NODES = 50;
const EXECUTABLE = 'dist/wincni';
const LIBRARY = 'dist/native/libhns.so';

interface Listed {
  readonly name: string;
  readonly podCIDRs: readonly string[];
  readonly addresses: readonly string[];
  readonly macAddress: string;
}

/** The nth node: a block out of 10.0.0.0/8, an address out of the node's own 172.16.0.0/16. */
const listed = (n: number): Listed => ({
  name: `node-${n}`,
  podCIDRs: [`10.${n >> 8}.${n & 255}.0/24`],
  addresses: [`172.16.${n >> 8}.${n & 255}`],
  macAddress: '00-15-5D-00-00-01',
});

const SEED = {
  adapters: [{ Alias: 'Ethernet', Addresses: ['172.16.255.250/16'] }],
  networks: [
    {
      ID: 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000',
      Name: 'overlay',
      Type: 'Overlay',
      Ipams: [
        {
          Type: 'Static',
          Subnets: [
            {
              IpAddressPrefix: '10.255.255.0/24',
              Policies: [{ Type: 'VSID', Settings: { IsolationId: 4096 } }],
              Routes: [{ NextHop: '10.255.255.1', DestinationPrefix: '0.0.0.0/0' }],
            },
          ],
        },
      ],
      SchemaVersion: { Major: 2, Minor: 0 },
    },
  ],
};

interface Change {
  readonly name: string;
  readonly from: readonly Listed[];
  readonly to: readonly Listed[];
}

function changesOf(size: number): readonly Change[] {
  const all = Array.from({ length: size }, (_, n) => listed(n));
  const moved = all.with(size >> 1, { ...listed(size >> 1), addresses: ['172.16.255.251'] });
  return [
    { name: `${formatCount(size)} nodes from nothing`, from: [], to: all },
    { name: 'no change', from: all, to: all },
    { name: 'one node more', from: all.slice(1), to: all },
    { name: 'one node with another address', from: all, to: moved },
  ];
}

/** How a list of nodes is brought to the simulated one; answers the milliseconds of the process. */
type Sync = (list: readonly Listed[]) => number;

interface Calls {
  readonly reads: number;
  readonly writes: number;
}

type Row = Subject & { readonly name: string; readonly calls: () => Calls };

export async function routes({ rounds, quick, say }: BenchOptions): Promise<Report> {
  for (const path of [EXECUTABLE, LIBRARY]) {
    if (!existsSync(path)) throw new Error(`Cannot measure "${path}": it is not there. Run: npm run bench -- routes`);
  }
  const root = await mkdtemp(join(tmpdir(), 'wincni-bench-'));
  const simulator = await spawnSimulator({ seeds: [SEED] });
  try {
    const changes = changesOf(quick ? QUICK_NODES : NODES);
    // It unpacks its addons beside itself.
    const program = join(root, 'wincni');
    copyFileSync(EXECUTABLE, program);
    const sync = syncOn(simulator, { program, root });
    const rows = [
      ...changes.map((change) => rowOf(simulator, sync([]), { ...change, name: `routes: ${change.name}` })),
      ...changes.map((change) =>
        rowOf(simulator, sync(['--network', 'overlay']), { ...change, name: `remote subnets: ${change.name}` }),
      ),
    ];
    const subjects = [...rows, { name: '`node -e 0`, one start', measure: startNode, calls: () => undefined }];
    const measured = await measureInRounds<(typeof subjects)[number]>(subjects, {
      rounds,
      onRound: (round) => {
        say(`round ${round} of ${rounds}`);
      },
    });
    return reportOf(measured, rounds);
  } finally {
    await simulator.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

const syncOn =
  (simulator: Simulator, { program, root }: { readonly program: string; readonly root: string }) =>
  (options: readonly string[]): Sync => {
    const args = ['routes', 'sync', '--peers', '-', ...options];
    const env = { HNS_SIMULATOR: simulator.address, HNS_SIMULATOR_LIBRARY: LIBRARY, HNS_SIMULATOR_ROOT: root };
    return (list) => timed(program, { args, env, input: JSON.stringify({ peers: list }) }).ms;
  };

/** Measures the change of one list to the other; that the first one is there belongs to no measurement. */
function rowOf(simulator: Simulator, sync: Sync, { name, from, to }: Change): Row {
  let calls: Calls = { reads: 0, writes: 0 };
  return {
    name,
    calls: () => calls,
    measure: async () => {
      sync(from);
      await simulator.clearTrace();
      const ms = sync(to);
      const made = (await simulator.trace()).map((entry) => entry.function).filter((each) => !/Close/.test(each));
      const writes = made.filter((each) => /^(?:Create|Set|Delete)|Modify/.test(each)).length;
      calls = { reads: made.length - writes, writes };
      return ms;
    },
  };
}

interface Line {
  readonly name: string;
  readonly calls: () => Calls | undefined;
}

const reportOf = (measured: readonly Measured<Subject & Line>[], rounds: number): Report => ({
  title: 'Routes to the other nodes',
  body: [
    `\`wincni routes sync\` as a process, from start to end, in ms: the median of ${rounds} rounds, in brackets the 95th percentile;`,
    'and the calls of IP Helper and HNS that it made, those that only close handles left out. Both are the simulator in',
    'another process, without latency of its own. Every run reads the list and the record, and both are as long as the cluster is large.',
    '',
    markdownTable(
      ['', 'ms', 'reading calls', 'writing calls'],
      measured.map(({ name, calls, ...summary }) => {
        const made = calls();
        return [
          name,
          formatSummary(summary),
          ...(made === undefined ? [] : [formatCount(made.reads), formatCount(made.writes)]),
        ];
      }),
    ),
  ].join('\n'),
  plot: undefined,
});
