/**
 * `npm run load`: 200 pods come and go at random, 32 commands at a time, on nodes whose HNS takes its time. Options: --quick
 * (400 operations, a twentieth of the latencies), --wine (120 operations of the executable of Windows, 16 at a time),
 * --plugin PATH, --operations N, --seed N, --write (the section of docs/performance.md).
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineLine } from '../../scripts/bench/machine-line.ts';
import { writeReport } from '../../scripts/bench/report.ts';
import { executableAt, runCommand } from '../support/harness.ts';
import { linuxExecutable, type Plugin, ROOT, windowsExecutable } from '../support/plugin.ts';
import { type Pace, type Played, play } from './play.ts';
import { findingsOf, isGood, locksLine, sumOf, tableOf } from './report.ts';
import { SETUPS } from './setups.ts';

const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  options: {
    quick: { type: 'boolean', default: false },
    wine: { type: 'boolean', default: false },
    plugin: { type: 'string' },
    operations: { type: 'string' },
    seed: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const SIZES = {
  full: { operations: 2000, atOnce: 32, scale: 1 },
  quick: { operations: 400, atOnce: 32, scale: 1 / 20 },
  wine: { operations: 120, atOnce: 16, scale: 1 / 20 },
} as const;

const TITLE = 'Load: 200 pods, 32 commands at a time';
const STORY = `\
A node of 200 pods, three times: on one network, on two, and on one with both families. Each pod has a host port. ADD, CHECK
and DEL come in random order, never two at once for one pod, and each is a process of its own; the last DELs take away what there is.
HNS is the simulator with the latencies of the field: 5 to 20 ms for a read, 100 to 500 ms to create an endpoint, 50 to 200 ms to
attach, detach or delete one. It carries changes out one at a time, as HNS seems to, and reads beside them: most of an ADD's or
DEL's time is the wait for the changes of the 31 commands beside it. Commands have the 60 s that they have by default.

Judged: every answer (a result, nothing, or the error of a CHECK on a pod that is not there), at each ADD's answer the address in
the ledger of living pods and in HNS, and when all are gone endpoints, namespace members, leases, records, tombstones,
host ports, open handles and strings. File locks are read from the kernel's list when a call arrives and before it takes effect.`;

await runCommand(main);

async function main(): Promise<number> {
  const size = SIZES[values.wine ? 'wine' : values.quick ? 'quick' : 'full'];
  if (values.write && size !== SIZES.full)
    throw new Error('Cannot write so short a load into docs, expected all of it');
  const pace = {
    ...size,
    operations: numberOf('operations', size.operations),
    seed: numberOf('seed', Date.now() % 0x7fffffff),
    seesLocks: !values.wine,
  };
  const context = {
    name: 'load',
    command: ['npm run load', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    machine: machineLine(tmpdir()),
    date: new Date(),
  };
  console.error(`${pace.operations} operations, seed ${pace.seed}`);
  const all = await playAll(await pluginOf(), pace);
  const body = [tableOf(all), locksLine(all, pace.seesLocks)].join('\n\n');
  console.log(body);
  for (const line of findingsOf(all)) console.log(line);
  if (values.write)
    await writeReport({ title: TITLE, body: `${STORY}\n\n${body}`, plot: undefined }, context, join(ROOT, 'docs'));
  console.log(sumOf(all));
  return isGood(all) ? 0 : 1;
}

async function playAll(plugin: Plugin, pace: Pace): Promise<readonly Played[]> {
  try {
    const all: Played[] = [];
    for (const [index, setup] of SETUPS.entries()) {
      // Together they make the number that was asked for.
      const operations = Math.floor((pace.operations + index) / SETUPS.length);
      all.push(await play(plugin, setup, { ...pace, operations }));
      console.error(`${setup.name}: ${operations} operations done`);
    }
    return all;
  } finally {
    await plugin.remove();
  }
}

function pluginOf(): Plugin | Promise<Plugin> {
  const path = executableAt(values.plugin ?? join(ROOT, values.wine ? 'dist/wine/wincni.exe' : 'dist/wincni'));
  return values.wine ? windowsExecutable(path) : linuxExecutable(path);
}

function numberOf(name: 'operations' | 'seed', otherwise: number): number {
  const number = Number(values[name] ?? otherwise);
  if (!Number.isInteger(number) || number < 1) throw new Error(`Cannot use --${name}, expected a number from 1`);
  return number;
}
