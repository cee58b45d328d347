/** Calls that HNS refuses for now: made again while that is safe, as often as there are pauses, and never past the deadline. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PAUSES_MS, patience, retrier } from '../../src/hns/retry.ts';
import { ROWS } from '../../src/hns/status.ts';

const retry = suite('retrier()');

interface Bench {
  readonly call: ReturnType<typeof retrier>;
  /** Pauses made so far, in ms. */
  readonly pauses: number[];
}

function bench(remaining = 60_000): Bench {
  const pauses: number[] = [];
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  return { call: retrier(patience(pause), { remainingMs: () => remaining }), pauses };
}

/** Answers these HRESULTs in turn, then success. */
function answering(...hresults: readonly number[]): () => Promise<{ readonly hr: number }> {
  const left = [...hresults];
  return () => Promise.resolve({ hr: left.shift() ?? 0 });
}

/** Outcomes after which a call may be made again: any call, or one that only reads. */
const ANY = ['transient', 'unavailable'];
const READS = [...ANY, 'unknown'];

for (const [hr, name, outcome] of ROWS) {
  retry(`${name} is ${outcome}`, async () => {
    const found: boolean[] = [];
    for (const isChange of [true, false]) {
      const { call } = bench();
      found.push((await call(isChange, answering(hr | 0))).hr === 0);
    }
    assert.equal(found, [ANY.includes(outcome), READS.includes(outcome)]);
  });
}

const DOWN = 0x800706ba | 0;

retry('makes a call four times at the most, after longer and longer pauses', async () => {
  const { call, pauses } = bench();
  assert.is((await call(true, answering(DOWN, DOWN, DOWN, DOWN))).hr, DOWN);
  assert.is(pauses.length, PAUSES_MS.length);
  for (const [index, ms] of pauses.entries()) {
    const least = PAUSES_MS[index] ?? 0;
    assert.ok(ms >= least && ms <= least * 1.25, `${ms} ms`);
  }
});
retry('has so many pauses for all calls together', async () => {
  const { call, pauses } = bench();
  for (const hresults of [[DOWN], [DOWN, DOWN]]) assert.is((await call(true, answering(...hresults))).hr, 0);
  assert.is((await call(true, answering(DOWN))).hr, DOWN);
  assert.is(pauses.length, PAUSES_MS.length);
});
retry('calls side by side wait side by side', async () => {
  const { call, pauses } = bench();
  const refused = (): Promise<{ readonly hr: number }> => call(true, answering(DOWN, DOWN, DOWN));
  assert.equal(
    (await Promise.all([refused(), refused(), refused()])).map(({ hr }) => hr),
    [0, 0, 0],
  );
  assert.is(pauses.length, PAUSES_MS.length);
});
retry('answers at once when the time that is left is no longer than the pause', async () => {
  const { call, pauses } = bench(250);
  assert.is((await call(true, answering(DOWN))).hr, DOWN);
  assert.equal(pauses, []);
});

retry('gives a handle that came along with a refusal to the caller, who closes it', async () => {
  const { call, pauses } = bench();
  const answers = [{ hr: DOWN, handle: 7n }, { hr: 0 }];
  assert.equal(await call(false, () => Promise.resolve(answers.shift() ?? { hr: 0 })), { hr: DOWN, handle: 7n });
  assert.equal(pauses, []);
});

retry.run();
