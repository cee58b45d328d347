/** What the executable touches, verb by verb: no more than the reviewed list, and of VERSION and refused input nothing that works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { traceOfStarts } from '../../scripts/bench/startup-trace.ts';
import { ROOT } from '../support/plugin.ts';

const REVIEWED = readFileSync(join(ROOT, 'test/fixtures/startup-trace.txt'), 'utf8');

const startup = suite('what a start touches');

startup('is what test/fixtures/startup-trace.txt lists: npm run bench -- startup --trace --write', async () => {
  assert.is(await traceOfStarts(), REVIEWED);
});

const sections = new Map(REVIEWED.split('\n\n').map((text) => [text.slice(0, text.indexOf(':')), text]));

for (const verb of ['VERSION', 'refused']) {
  startup(`${verb} loads no addon, nothing of HNS and leases, and opens no file of the node`, () => {
    const text = sections.get(verb) ?? '';
    assert.match(text, /: without addons\n/);
    assert.not.match(text, /src\/(?:ffi|hns|ipam|plugins|policy|cli|node)\b|<leases>|<root>|wincni-addons/);
  });
}
for (const verb of ['STATUS', 'ADD', 'CHECK', 'GC', 'DEL']) {
  startup(`${verb} loads nothing of the command line and of the node's side`, () => {
    const text = sections.get(verb) ?? '';
    assert.match(text, /: with addons\n/);
    assert.not.match(text, /src\/(?:cli|node|ip-helper)\b|child_process|crypto|perf_hooks/);
  });
}
startup('STATUS changes no file', () => {
  assert.not.match(sections.get('STATUS') ?? '', /^ {2}(?:mkdir|rename|unlink|utimensat) |\.tmp|\/lock$/m);
});

startup.run();
