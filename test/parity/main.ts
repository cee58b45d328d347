/** `npm run parity`: every recorded scenario with our executable in the peer's place, as a table. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { executableAt, runCommand } from '../support/harness.ts';
import { ROOT } from '../support/plugin.ts';
import { DOCUMENT, documentOf } from './document.ts';
import { explained } from './explained.ts';
import { flawsOf, judge, type Row } from './judge.ts';
import { linuxMachine } from './linux-machine.ts';
import { SCENARIOS, type Scenario, scenarios } from './scenario.ts';
import { playAll } from './suite.ts';
import { count, sumOf, tableOf } from './table.ts';
import { wineMachine } from './wine-machine.ts';

const { values } = parseArgs({
  options: {
    plugin: { type: 'string' },
    wine: { type: 'boolean', default: false },
    only: { type: 'string', default: '*' },
    'write-unexplained': { type: 'string' },
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

await runCommand(async () => {
  if (!values.docs) return main();
  writeFileSync(DOCUMENT, documentOf(explained()));
  return 0;
});

async function main(): Promise<number> {
  const plugin = pluginPath();
  const list = explained();
  const flaws = flawsOf(list);
  const played = await playAll(() => (values.wine ? wineMachine(plugin) : linuxMachine(plugin)), wanted());
  const rows = judge(played, list);
  for (const line of [...tableOf(rows), ...flaws]) console.log(line);
  writeFiles(rows);
  console.log(sumOf(rows));
  return flaws.length === 0 && count(rows, 'unexplained') === 0 ? 0 : 1;
}

function pluginPath(): string {
  return executableAt(values.plugin ?? join(ROOT, values.wine ? 'dist/wincni.exe' : 'dist/wincni'));
}

function wanted(): readonly Scenario[] {
  const all = scenarios();
  if (all.length !== SCENARIOS)
    throw new Error(`Cannot start: there are ${all.length} scenarios, expected ${SCENARIOS}`);
  const found = scenarios(values.only);
  if (found.length === 0) throw new Error(`Cannot start: no scenario is called "${values.only}"`);
  return found;
}

function writeFiles(rows: readonly Row[]): void {
  const open = rows.flatMap(({ unexplained }) => unexplained.map((each) => ({ ...each, reason: '' })));
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  if (values['write-unexplained'] !== undefined) writeFileSync(values['write-unexplained'], text(open));
  if (values.json !== undefined) writeFileSync(values.json, text({ sum: sumOf(rows), rows }));
}
