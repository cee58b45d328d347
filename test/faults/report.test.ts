/** The table and its last line. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hang, leak, wrong } from './finding.ts';
import { isClean, sumOf, tableOf } from './report.ts';
import type { Matrix } from './suite.ts';

const CLEAN: Matrix = {
  kinds: ['kill before', 'final', 'never'],
  points: [
    { scene: 'ADD', call: '1 HcnOpenNetwork', kind: 'kill before', findings: [] },
    { scene: 'ADD', call: '1 HcnOpenNetwork', kind: 'final', findings: [] },
    { scene: 'ADD', call: 'file 1 mkdir net', kind: 'kill before', findings: [] },
  ],
  skipped: ['GC: the plugin does not serve it'],
};
const BAD: Matrix = {
  ...CLEAN,
  points: CLEAN.points.map((point, at) =>
    at === 1 ? { ...point, findings: [leak('an address'), leak('a port'), hang('of ADD')] } : point,
  ),
};

const report = suite('the table of faults');

report('has a row for each call and a column for each kind that occurs', () => {
  assert.equal(tableOf(CLEAN), [
    'not in the matrix: GC: the plugin does not serve it',
    '                      kill before  final',
    'ADD 1 HcnOpenNetwork  ok           ok',
    'ADD file 1 mkdir net  ok           -',
  ]);
  assert.is(sumOf(CLEAN), 'faults: 3 points, 0 leaks, 0 hangs, 0 wrong answers');
  assert.ok(isClean(CLEAN));
});

report('tells what was found at a point, and counts the point once in each class', () => {
  assert.is(tableOf(BAD)[2], 'ADD 1 HcnOpenNetwork  ok           LEAK+HANG');
  assert.equal(tableOf(BAD).slice(4), [
    'ADD 1 HcnOpenNetwork, final: LEAK: an address',
    'ADD 1 HcnOpenNetwork, final: LEAK: a port',
    'ADD 1 HcnOpenNetwork, final: HANG: of ADD',
  ]);
  assert.is(sumOf(BAD), 'faults: 3 points, 1 leaks, 1 hangs, 0 wrong answers');
  assert.not.ok(isClean(BAD));
  assert.not.ok(isClean({ ...CLEAN, points: [{ scene: '', call: '', kind: '', findings: [wrong('code 0')] }] }));
});

report.run();
