/** What a start of the executable costs, verb by verb, beside the bare Node that it holds and a program in C. */
import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSimulator } from '../../native/simulator/client.ts';
import { SEED } from '../../test/support/node.ts';
import type { Bars } from './plot.ts';
import { namespacesFor, type PodNode, podOf, runVerb, tryVerb } from './pods.ts';
import type { BenchOptions, Report } from './report.ts';
import { type Measured, measureInRounds, type Subject } from './rounds.ts';
import { formatMs, formatRatio, formatSummary, quantile } from './statistics.ts';
import { linuxSystem, type Started, type System, wineSystem } from './systems.ts';
import { markdownTable } from './table.ts';

/** The pod that stays; the measured one comes and goes. */
const [STANDING, POD] = [podOf(0), podOf(1)];

interface Row extends Subject {
  readonly system: string;
  readonly name: string;
  readonly peaks: readonly number[];
}

const BARE = '`node -e 0`';

export async function startup({ rounds, say }: BenchOptions): Promise<Report> {
  const root = await mkdtemp(join(tmpdir(), 'wincni-bench-'));
  const folderOf = (name: string): string => {
    mkdirSync(join(root, name));
    return join(root, name);
  };
  const simulators: { readonly stop: () => Promise<void> }[] = [];
  try {
    const wine = await wineSystem(folderOf('windows'));
    const systems = [await linuxSystem(folderOf('linux')), ...('missing' in wine ? [] : [wine])];
    const rows: Row[] = [];
    for (const system of systems) {
      const simulator = await spawnSimulator({ seeds: [SEED, namespacesFor(2)] });
      simulators.push(simulator);
      rows.push(...(await rowsOf({ system, simulator, folder: folderOf(`${system.name} node`) })));
    }
    const onRound = (round: number): void => {
      say(`round ${round} of ${rounds}`);
    };
    const measured = await measureInRounds(rows, { rounds, onRound });
    return reportOf(measured, 'missing' in wine ? wine.missing : undefined);
  } finally {
    for (const { stop } of simulators) await stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function rowsOf(node: PodNode): Promise<readonly Row[]> {
  const { system, folder } = node;
  const dataDir = system.path(join(folder, 'leases'));
  const conf = {
    cniVersion: '1.1.0',
    name: 'cbr0',
    type: 'win-bridge',
    ipam: { type: 'host-local', dataDir, subnet: '10.244.3.0/24' },
  };
  const run = (verb: string, pod = POD, more: object = {}): Promise<Started> =>
    runVerb(node, { program: system.wincni, verb, pod, conf: { ...conf, ...more } });
  const attachment = { containerID: STANDING.containerId, ifname: 'eth0' };
  const prevResult = JSON.parse((await run('ADD', STANDING)).stdout) as unknown;
  const refused = (): Promise<Started> =>
    tryVerb(node, { program: system.wincni, verb: 'ADD', pod: POD, conf: { ...conf, cniVersion: 'none' } });
  /** Each measurement leaves the node as it was. */
  const add = async (): Promise<Started> => {
    const added = await run('ADD');
    await run('DEL');
    return added;
  };
  const del = async (): Promise<Started> => {
    await run('ADD');
    return run('DEL');
  };
  return [
    rowOf(system, BARE, () => system.start(system.node, { args: ['-e', '0'] })),
    rowOf(system, 'a program in C', () => system.start(system.hello)),
    rowOf(system, 'VERSION', () => run('VERSION')),
    rowOf(system, 'an input that is refused', refused),
    rowOf(system, 'STATUS', () => run('STATUS')),
    rowOf(system, 'ADD', add),
    rowOf(system, 'CHECK', () => run('CHECK', STANDING, { prevResult })),
    rowOf(system, 'DEL', del),
    rowOf(system, 'GC', () => run('GC', POD, { 'cni.dev/valid-attachments': [attachment] })),
  ];
}

function rowOf({ name: system }: System, name: string, start: () => Promise<Started>): Row {
  const peaks: number[] = [];
  return {
    system,
    name,
    peaks,
    measure: async () => {
      const { ms, peakMB } = await start();
      peaks.push(peakMB);
      return ms;
    },
  };
}

function reportOf(measured: readonly Measured<Row>[], missing: string | undefined): Report {
  const lines = measured.map((row) => {
    const bare = measured.find(({ system, name }) => system === row.system && name === BARE) ?? row;
    const [peak, barePeak] = [quantile(row.peaks, 0.5), quantile(bare.peaks, 0.5)];
    return [
      `${row.system}: ${row.name}`,
      formatSummary(row),
      formatRatio(row.median / bare.median),
      formatMs(peak),
      formatRatio(peak / barePeak),
    ];
  });
  return {
    title: 'Start-up: each verb beside a bare Node',
    body: [
      'One process from start to end, in ms: the median of the rounds, in brackets the 95th percentile; the most memory that it had at',
      'one time, in MiB, the median; each also as a ratio to the Node that the executable holds, started to do nothing. HNS is the',
      'simulator in another process, without latency of its own; leases and records go to the disk and are flushed.',
      'Under Wine both have page-aligned images, which it starts sooner; Windows gains nothing by that. The bare Node there loads all',
      'libraries that it imports; the executable loads some of them when they are called.',
      '',
      markdownTable(['', 'ms', `÷ ${BARE}`, 'peak MiB', `÷ ${BARE}`], lines),
      ...(missing === undefined ? [] : ['', `Not measured under Wine: ${missing}`]),
    ].join('\n'),
    plot: plotOf(measured),
  };
}

function plotOf(measured: readonly Measured<Row>[]): Bars {
  return {
    title: 'One process from start to end',
    x: 'ms, median',
    series: [...new Set(measured.map(({ system }) => system))],
    bars: measured.map(({ system, name, median }) => ({ series: system, name: name.replaceAll('`', ''), x: median })),
  };
}
