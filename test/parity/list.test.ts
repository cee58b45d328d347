/** The reviewed list, the recordings and the document, without any executable. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DOCUMENT, documentOf } from './document.ts';
import { explained } from './explained.ts';
import { flawsOf } from './judge.ts';
import { KINDS, REASONS } from './reasons.ts';
import { SCENARIOS, scenarios } from './scenario.ts';

const list = suite('parity: list and document');
const entries = explained();

list('all recordings are there', () => {
  assert.is(scenarios().length, SCENARIOS);
  assert.is(new Set(scenarios().map(({ name }) => name)).size, SCENARIOS);
});

list('a pattern chooses scenarios by their whole names', () => {
  assert.equal(
    scenarios('win-bridge-v2-b*').map(({ name }) => name),
    ['win-bridge-v2-bad-input', 'win-bridge-v2-basic'],
  );
  assert.equal(scenarios('basic'), []);
});

list('every entry has a reason that there is, and stands there once', () => {
  assert.equal(flawsOf(entries), []);
});

list('every entry is about a step of a scenario', () => {
  const steps = new Map(scenarios().map(({ name, steps: of }) => [name, of.length]));
  assert.equal(
    entries.filter(({ scenario, step }) => !(step >= 0 && step < (steps.get(scenario) ?? 0))),
    [],
  );
});

list('every reason is of a kind, which is its place in the document', () => {
  const kinds = Object.keys(KINDS);
  assert.equal(
    Object.keys(REASONS).filter((reason) => !kinds.includes(reason.split('.')[0] ?? '')),
    [],
  );
});

list('every reason is used', () => {
  const used = new Set(entries.map(({ reason }) => reason));
  assert.equal(
    Object.keys(REASONS).filter((reason) => !used.has(reason)),
    [],
  );
});

list('docs/parity.md is what the rules and the list say', () => {
  assert.is(readFileSync(DOCUMENT, 'utf8'), documentOf(entries), 'run: npm run parity -- --docs');
});

list.run();
