/** The comparison as uvu tests: it is made once, and each scenario is a test that tells what is unexplained. */
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { explained } from './explained.ts';
import { judge, type Row } from './judge.ts';
import type { Machine } from './machine.ts';
import { scenarios } from './scenario.ts';
import { playAll } from './suite.ts';
import { differenceOf } from './table.ts';

/** Adds the tests to a suite. */
export function testScenarios(tests: Test, open: () => Promise<Machine>): void {
  let rows: readonly Row[] = [];
  tests.before(async () => {
    rows = judge(await playAll(open, scenarios()), explained());
  });
  for (const { name, steps } of scenarios()) {
    tests(name, () => {
      const row = rows.find(({ scenario }) => scenario === name);
      if (row === undefined) throw new Error(`${name} was not played`);
      assert.is(row.failure, undefined, row.failure);
      assert.is(row.steps, steps.length);
      assert.equal(
        row.unexplained.map((each) => `step ${each.step} ${differenceOf(each)}`),
        [],
      );
      assert.equal(row.stale, [], 'entries of the list that do not occur any more');
    });
  }
}
