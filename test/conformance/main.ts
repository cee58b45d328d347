/** `npm run conformance`: the suite against an executable, as a table; or the checklist as a document. */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DOCUMENT, documentOf } from './document.ts';
import type { Output } from './lab.ts';
import { POINTS } from './points.ts';
import { conforms, reportOf, scoreOf, tableOf } from './report.ts';
import { linuxSubject, wineSubject } from './subjects.ts';
import { runSuite } from './suite.ts';

const { values } = parseArgs({
  options: {
    plugin: { type: 'string' },
    type: { type: 'string', default: 'win-bridge' },
    wine: { type: 'boolean', default: false },
    json: { type: 'string' },
    outputs: { type: 'string' },
    only: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

try {
  if (values.docs) writeFileSync(DOCUMENT, documentOf());
  else process.exitCode = await main();
} catch (failure) {
  console.error(failure instanceof Error ? failure.message : failure);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { type, wine, json, outputs } = values;
  const plugin = pluginPath();
  const only = wantedPoints();
  const seen: Output[] = [];
  const run = await runSuite({
    open: () => (wine ? wineSubject(plugin, type) : linuxSubject(plugin, type)),
    type,
    onOutput: (output) => seen.push(output),
    ...(only === undefined ? {} : { only }),
  });
  const report = reportOf(run.subject, run.points, run.cases);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`);
  if (outputs !== undefined) writeFileSync(outputs, seen.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const line of [...tableOf(run.points), scoreOf(run.points)]) console.log(line);
  return conforms(run.points) ? 0 : 1;
}

function pluginPath(): string {
  const { plugin } = values;
  if (plugin === undefined) throw new Error('Cannot start: no plugin is given, expected --plugin PATH');
  if (!existsSync(plugin)) throw new Error(`Cannot start: there is no file "${plugin}", expected an executable`);
  return resolve(plugin);
}

function wantedPoints(): readonly string[] | undefined {
  const only = values.only?.split(',');
  const unknown = only?.find((id) => !POINTS.some((point) => point.id === id));
  if (unknown === undefined) return only;
  throw new Error(`Cannot run "${unknown}": it is no point, expected ids such as P23 or W03`);
}
