/** The time a command may take. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDeadline } from '../../src/hns/deadline.ts';

const never = new Promise<never>(() => undefined);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const deadline = suite('startDeadline()');

deadline('race() answers what comes in time', async () => {
  assert.equal(await startDeadline(1000).race(Promise.resolve(5)), { value: 5 });
  assert.equal(await startDeadline(1000).race(sleep(5).then(() => undefined)), { value: undefined });
});
deadline('race() answers undefined for what does not', async () => {
  const started = performance.now();
  assert.is(await startDeadline(20).race(never), undefined);
  const took = performance.now() - started;
  assert.ok(took >= 15 && took < 1000, String(took));
});
deadline('race() passes a failure on', async () => {
  const outcome = startDeadline(1000).race(Promise.reject(new Error('why')));
  assert.is(await outcome.catch((error: unknown) => (error as Error).message), 'why');
});
deadline('race() takes what is there at once although no time is left', async () => {
  assert.equal(await startDeadline(0).race(Promise.resolve('there')), { value: 'there' });
});
deadline('race() leaves no timer behind', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await startDeadline(60_000).race(Promise.resolve());
  await startDeadline(60_000)
    .race(Promise.reject(new Error('why')))
    .catch(() => undefined);
  assert.is(timers(), before);
});
deadline('remainingMs() falls to 0 and not below; extend() starts anew', async () => {
  const short = startDeadline(5);
  assert.ok(short.remainingMs() <= 5);
  await sleep(15);
  assert.is(short.remainingMs(), 0);
  short.extend(10_000);
  const left = short.remainingMs();
  assert.ok(left > 9000 && left <= 10_000, String(left));
  short.extend(0);
  assert.is(short.remainingMs(), 0);
});

deadline.run();
