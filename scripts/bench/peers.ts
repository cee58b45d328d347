/** ADD and DEL beside the plugins that are replaced: the executables that a user has, the same pods, the same simulated node. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CATALOGUE, type Candidate, type Cell, type Cost, measureCell, measureVersion } from './peers-cell.ts';
import { OURS_ALONE, type Setup, setupsIn } from './peers-setups.ts';
import type { Bars } from './plot.ts';
import type { BenchOptions, Report } from './report.ts';
import { formatCount, formatMs, formatRatio } from './statistics.ts';
import { linuxSystem, type System, wineSystem } from './systems.ts';
import { markdownTable } from './table.ts';

const SIZES = {
  full: { pods: 100, others: [0, 250, 2000], atOnce: [1, 16] },
  quick: { pods: 4, others: [0, 20], atOnce: [1, 4] },
};

const OURS = 'wincni';
const ONE = 'one at a time';

interface Line {
  readonly system: System;
  readonly setup: Setup;
  readonly what: string;
  /** Ours, and theirs where there are any. */
  readonly costs: readonly Cost[];
}

export async function peers({ quick, peers: theirs, only = '', pods, say }: BenchOptions): Promise<Report> {
  const root = await mkdtemp(join(tmpdir(), 'wincni-bench-'));
  const folderIn = (...names: string[]): string => {
    const folder = join(root, ...names);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  const usual = quick ? SIZES.quick : SIZES.full;
  const size = { ...usual, pods: pods ?? usual.pods };
  try {
    const wine = await wineSystem(folderIn('windows'));
    const systems = [await linuxSystem(folderIn('linux')), ...('missing' in wine ? [] : [wine])];
    const lines: Line[] = [];
    for (const { system, setup } of pairsOf(systems, theirs).filter((pair) => pair.setup.name.includes(only))) {
      const place = `${system.name} ${setup.name}`;
      const candidates = candidatesIn(folderIn(place), { system, setup, theirs });
      lines.push({ system, setup, what: 'VERSION alone', costs: await measureVersion(system, candidates, size.pods) });
      for (const cell of cellsOf(setup, size)) {
        const what = describe(cell);
        say(`${system.name}: ${setup.name}: ${what}`);
        const folder = folderIn(place, `cell-${lines.length}`);
        const costs = await measureCell(system, cell, { candidates, pods: size.pods, folder });
        lines.push({ system, setup, what, costs });
      }
    }
    return reportOf(lines, { pods: size.pods, missing: 'missing' in wine ? wine.missing : undefined });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** On each system what there are programs for; without theirs, ours alone. */
const pairsOf = (
  systems: readonly System[],
  theirs: string | undefined,
): readonly { readonly system: System; readonly setup: Setup }[] =>
  systems.flatMap((system) => {
    const setups = theirs === undefined ? OURS_ALONE : setupsIn(readdirSync(theirs), system.suffix);
    return setups.map((setup) => ({ system, setup }));
  });

/** Ours and, where there are any, theirs: each set in a folder of its own, under the names that the configuration has. */
function candidatesIn(
  folder: string,
  { system, setup, theirs }: { readonly system: System; readonly setup: Setup; readonly theirs: string | undefined },
): readonly Candidate[] {
  const [first] = setup.programs;
  const place = (name: string, from: (program: string) => string, programs: readonly string[]): Candidate => {
    const plugins = join(folder, name, 'bin');
    mkdirSync(plugins, { recursive: true });
    for (const program of programs) system.install(from(program), plugins, `${program}${system.suffix}`);
    return { name, program: join(plugins, `${first}${system.suffix}`), plugins };
  };
  const ours = place(OURS, () => system.wincni, [first]);
  if (theirs === undefined) return [ours];
  return [ours, place('peers', (program) => resolve(theirs, `${program}${system.suffix}`), setup.programs)];
}

const cellsOf = (setup: Setup, { others, atOnce }: (typeof SIZES)['full']): readonly Cell[] =>
  [{}, CATALOGUE].flatMap((latency) =>
    atOnce.flatMap((together) => others.map((count) => ({ setup, others: count, latency, atOnce: together }))),
  );

const describe = ({ others, latency, atOnce }: Cell): string =>
  [
    latency === CATALOGUE ? 'latency of HNS' : 'no latency',
    atOnce === 1 ? ONE : `${atOnce} at once`,
    `${formatCount(others)} endpoints`,
  ].join(', ');

const COLUMNS: Readonly<Record<string, (cost: Cost) => readonly [number, string]>> = {
  ms: ({ ms }) => [ms, formatMs(ms)],
  'CPU ms': ({ cpuMs }) => [cpuMs, formatMs(cpuMs)],
  'peak MiB': ({ peakMB }) => [peakMB, formatMs(peakMB)],
  'HNS calls': ({ calls }) => [calls, formatCount(calls)],
  'KiB to and from HNS': ({ bytes }) => [bytes, formatMs(bytes / 1024)],
};

function reportOf(
  lines: readonly Line[],
  { pods, missing }: { readonly pods: number; readonly missing: string | undefined },
): Report {
  const titleOf = ({ system, setup }: Line): string => `${system.name}: ${setup.name}`;
  const tables = [...new Set(lines.map(titleOf))].map((title) =>
    [`### ${title}`, '', tableOf(lines.filter((line) => titleOf(line) === title))].join('\n'),
  );
  return {
    title: 'ADD and DEL beside the plugins that are replaced',
    body: [
      `ADD and DEL of one pod, together, out of ${formatCount(pods)} pods that come and go in blocks, wincni's and the others' in turns: wall time`,
      'until a block is there and gone divided by its pods, and CPU time, the medians of the blocks; the most memory of one process; HNS calls',
      'without closes, and their documents. Beside each the ratio of wincni to the others. HNS is the simulator in another process, without',
      'latency, or with 10 ms for a read, 150 ms to create an endpoint and 80 ms to attach it, and with so many endpoints of others on the node.',
      `VERSION alone: the median of ${formatCount(pods)} starts of each, in turns.`,
      '',
      tables.join('\n\n'),
      ...(missing === undefined ? [] : ['', `Not measured under Wine: ${missing}`]),
    ].join('\n'),
    plot: plotOf(lines),
  };
}

/** On an empty node, where everybody is quickest, and on a full one. */
function plotOf(lines: readonly Line[]): Bars {
  const bars = lines
    .filter(({ what }) => what.includes(ONE) && !/ 250 endpoints/.test(what))
    .flatMap(({ system, setup, what, costs }) =>
      costs.map(({ ms }, index) => ({
        series: index === 0 ? OURS : 'the others',
        name: `${system.name}: ${setup.name}: ${what.replace(`, ${ONE}`, '')}`,
        x: ms,
      })),
    );
  return { title: `ADD and DEL of a pod, ${ONE}`, x: 'ms, median', series: [OURS, 'the others'], bars };
}

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ what, costs: [ours, theirs] }) => [
    what,
    ...Object.values(COLUMNS).map((column) =>
      ours === undefined ? '' : cellOf(column(ours), theirs && column(theirs)),
    ),
  ]);
  return markdownTable(['', ...Object.keys(COLUMNS)], rows);
}

/** A number with its ratio to theirs, where there is any. */
function cellOf([value, text]: readonly [number, string], theirs: readonly [number, string] | undefined): string {
  return theirs === undefined || theirs[0] === 0 ? text : `${text} (${formatRatio(value / theirs[0])})`;
}
