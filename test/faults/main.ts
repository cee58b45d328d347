/** `npm run faults`: the matrix of an executable, as a table. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { linuxSubject, wineSubject } from '../conformance/subjects.ts';
import { ROOT } from '../support/plugin.ts';
import { HERE } from './here.ts';
import { inProcess } from './in-process.ts';
import { ALL_KINDS, KINDS } from './kinds.ts';
import { isClean, sumOf, tableOf } from './report.ts';
import { SCENES } from './scene.ts';
import { type Options, runMatrix } from './suite.ts';

const { values } = parseArgs({
  options: {
    plugin: { type: 'string' },
    type: { type: 'string' },
    wine: { type: 'boolean', default: false },
    'in-process': { type: 'boolean', default: false },
    sample: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    kinds: { type: 'string' },
    limit: { type: 'string' },
  },
});

/** A command is a process that mostly waits. */
const AT_ONCE = 2;
/** Starting takes seconds under Wine on a crowded machine. */
const TIMES = {
  linux: { limitMs: 20_000, shortSeconds: 0.5, usualSeconds: 60 },
  wine: { limitMs: 60_000, shortSeconds: 2, usualSeconds: 60 },
};

try {
  process.exitCode = await main();
} catch (failure) {
  console.error(failure instanceof Error ? failure.message : failure);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { subject, ...around } = await opened();
  try {
    const matrix = await runMatrix({
      ...around,
      subject,
      isOurs: values.plugin === undefined,
      kinds: (values.full ? ALL_KINDS : KINDS).filter(({ name }) => isNamed(values.kinds, name)),
      scenes: SCENES.filter(({ name }) => isNamed(values.only, name)),
      isSample: values.sample,
      cleanUp: values.sample ? 'in turns' : 'both ways',
    });
    for (const line of tableOf(matrix)) console.log(line);
    console.log(sumOf(matrix));
    const isWhole = matrix.points.length > 0 && (values.plugin !== undefined || matrix.skipped.length === 0);
    return isWhole && isClean(matrix) ? 0 : 1;
  } finally {
    await subject.end();
  }
}

/** The plugin, and what depends on how it is run. */
async function opened(): Promise<Omit<Options, 'isOurs' | 'kinds' | 'scenes' | 'isSample' | 'cleanUp'>> {
  if (values['in-process']) return { subject: inProcess(), ...HERE };
  const plugin = pluginPath();
  // Ours is what the configuration says under that name; under a peer's it would be that peer.
  const type = values.type ?? (values.plugin === undefined ? 'wincni' : 'win-bridge');
  const subject = await (values.wine ? wineSubject(plugin, type) : linuxSubject(plugin, type));
  const cniPath = subject.path(dirname(plugin));
  return { subject, cniPath, ...times(), atOnce: AT_ONCE, fileKills: fileKills() };
}

/**
 * After the effect of one call is before the next one, of files or of HNS, and the latter are points of their own: together
 * these are all states that a killed command can leave.
 */
function fileKills(): readonly ('before' | 'after')[] {
  if (values.wine || values.sample) return [];
  return values.full ? ['before', 'after'] : ['after'];
}

/** Whether "ADD,DEL" has the name; without a list, all are wanted. */
function isNamed(names: string | undefined, name: string): boolean {
  return names === undefined || names.split(',').includes(name);
}

function times(): (typeof TIMES)['linux' | 'wine'] {
  const usual = values.wine ? TIMES.wine : TIMES.linux;
  return values.limit === undefined ? usual : { ...usual, limitMs: Number(values.limit) * 1000 };
}

function pluginPath(): string {
  const plugin = values.plugin ?? join(ROOT, values.wine ? 'dist/wincni.exe' : 'dist/wincni');
  if (!existsSync(plugin)) throw new Error(`Cannot start: there is no file "${plugin}", expected an executable`);
  return resolve(plugin);
}
