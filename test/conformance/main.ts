/** `npm run conformance`: the suite against an executable, as a table; or the checklist as a document. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DOCUMENT, documentOf } from './document.ts';
import type { Output } from './lab.ts';
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

if (values.docs) {
  writeFileSync(DOCUMENT, documentOf());
} else {
  process.exitCode = await main(resolve(values.plugin ?? 'dist/wincni'));
}

async function main(plugin: string): Promise<number> {
  const outputs: Output[] = [];
  const { type, wine, only, json } = values;
  const run = await runSuite({
    open: () => (wine ? wineSubject(plugin, type) : linuxSubject(plugin, type)),
    type,
    onOutput: (output) => outputs.push(output),
    ...(only === undefined ? {} : { only: only.split(',') }),
  });
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify(reportOf(run.subject, run.points, run.cases), null, 1)}\n`);
  if (values.outputs !== undefined)
    writeFileSync(values.outputs, outputs.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const line of [...tableOf(run.points), scoreOf(run.points)]) console.log(line);
  return conforms(run.points) ? 0 : 1;
}
