/** What ADD and DEL of one pod cost with few leases and with many: ours in process and as executable, and the peer's. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertUnchanged, fillAddressFiles, type Place } from './ipam-places.ts';
import { installOurs, PEER, PEER_MISSING, peerVersion, programLife } from './ipam-programs.ts';
import { fillStore, storeLife } from './ipam-store.ts';
import { type Line, linesOf, NODE_START, type Point, tableOf } from './ipam-table.ts';
import type { Lines } from './plot.ts';
import type { BenchOptions, Report } from './report.ts';
import { measureInRounds, type Subject } from './rounds.ts';
import { startNode } from './timed.ts';

const SIZES = [10, 1_000, 10_000, 60_000];
const QUICK_SIZES = [10, 100, 1_000];

type Measurable = Subject & Point;

/** A line of the table, and how its folders are made and used. */
interface Kind {
  readonly name: string;
  readonly fill: (place: Place) => void | Promise<void>;
  readonly life: (place: Place) => Subject['measure'];
}

export async function ipam({ rounds, quick, say }: BenchOptions): Promise<Report> {
  const root = await mkdtemp(join(tmpdir(), 'wincni-bench-'));
  try {
    const version = peerVersion();
    const kinds = kindsIn(root, version);
    const sizes = quick ? QUICK_SIZES : SIZES;
    const places: Place[] = [];
    const subjects: Measurable[] = [{ series: NODE_START, size: undefined, measure: startNode }];
    for (const size of sizes) {
      for (const [index, { name, fill, life }] of kinds.entries()) {
        say(`${name}: ${size} leases`);
        const place = { dataDir: join(root, `${index}-${size}`), size };
        await fill(place);
        places.push(place);
        subjects.push({ series: name, size, measure: life(place) });
      }
    }
    // What the filling left to be written would be written during the first rounds.
    spawnSync('sync');
    const measured = await measureInRounds(subjects, {
      rounds,
      onRound: (round) => {
        say(`round ${round} of ${rounds}`);
      },
    });
    places.forEach(assertUnchanged);
    return reportOf({ rounds, sizes, points: measured, isPeerHere: version !== undefined });
  } finally {
    say('removing the folders');
    rmSync(root, { recursive: true, force: true });
  }
}

function kindsIn(root: string, version: string | undefined): readonly Kind[] {
  const program = (name: string, path: string): Kind => ({
    name,
    fill: fillAddressFiles,
    life: (place) => programLife(path, place),
  });
  return [
    { name: OURS_IN_PROCESS, fill: fillStore, life: storeLife },
    program(OURS, installOurs('dist/wincni', join(root, 'bin'))),
    ...(version === undefined ? [] : [program(`${PEER_NAME} ${version}`, PEER)]),
  ];
}

const OURS_IN_PROCESS = 'wincni in process';
const OURS = 'wincni as host-local';
const PEER_NAME = "Debian's host-local";

interface Outcome {
  readonly rounds: number;
  readonly sizes: readonly number[];
  readonly points: Parameters<typeof linesOf>[0];
  readonly isPeerHere: boolean;
}

function reportOf({ rounds, sizes, points, isPeerHere }: Outcome): Report {
  const lines = linesOf(points);
  const nodeStart = lines.find(({ series }) => series === NODE_START);
  const lives = lines.filter(({ series }) => series !== NODE_START);
  const peer = lives.find(({ series }) => series.startsWith(PEER_NAME));
  return {
    title: 'IPAM: ADD and DEL over leases',
    body: [
      `ADD and DEL of one pod on a /16, both together, in ms: the median of ${rounds} rounds, in brackets the 95th percentile.`,
      'In a round everything is measured once. In process: lock taken, record and address on disk and flushed, lock given',
      'back, for each of reserve, commit and release. As executable: two processes, from start to end.',
      '',
      tableOf({ lives, sizes, peer, nodeStart }),
      ...(isPeerHere ? [] : ['', `${PEER_MISSING}.`]),
    ].join('\n'),
    plot: plotOf(lives),
  };
}

function plotOf(lives: readonly Line[]): Lines {
  return {
    title: 'ADD and DEL of one pod over leases',
    x: 'leases on the network',
    y: 'ms, median',
    series: lives.map(({ series }) => series),
    points: lives.flatMap(({ series, at }) => [...at].map(([size, { median }]) => ({ series, x: size, y: median }))),
  };
}
