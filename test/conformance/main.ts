/** `npm run conformance`: the suite against an executable, as a table; or the checklist as a document. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { executableAt, runCommand } from '../support/harness.ts';
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

await runCommand(async () => {
  if (!values.docs) return main();
  writeFileSync(DOCUMENT, documentOf());
  return 0;
});

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
  return executableAt(plugin);
}

function wantedPoints(): readonly string[] | undefined {
  const only = values.only?.split(',');
  const unknown = only?.find((id) => !POINTS.some((point) => point.id === id));
  if (unknown === undefined) return only;
  throw new Error(`Cannot run "${unknown}": it is no point, expected ids such as P23 or W03`);
}
