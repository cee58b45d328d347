/** A plugin that is not ours, without deadlines and without tombstones: it is found out where that shows, and nowhere else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { minimalPlugin } from '../conformance/mutants/minimal-plugin.ts';
import type { Finding } from './finding.ts';
import { runHere } from './here.ts';
import type { Matrix } from './suite.ts';

const stranger = suite('a plugin that is not ours');

const where = ({ points }: Matrix, is: Finding['is']): readonly string[] =>
  points.filter(({ findings }) => findings.some((one) => one.is === is)).map(({ call, kind }) => `${call}, ${kind}`);

stranger('hangs where HNS does not answer, and gives a late address away', async () => {
  const matrix = await runHere(minimalPlugin(), { isOurs: false, limitMs: 500 });
  assert.match(matrix.skipped.join(), /^first ADD: without any fault: .*HNS has none/);
  const unanswered = matrix.points.filter(({ kind }) => kind === 'hang' || kind === 'late');
  assert.equal(
    where(matrix, 'hang'),
    unanswered.map(({ call, kind }) => `${call}, ${kind}`),
  );
  assert.equal(where(matrix, 'leak'), ['8 HcnCreateEndpoint, late', '8 HcnCreateEndpoint, late kill']);
  assert.equal(where(matrix, 'wrong answer'), []);
});

stranger.run();
