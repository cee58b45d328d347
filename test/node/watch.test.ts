/** The watch on the file of peers: when it runs, what it does with a file that cannot be used, and that it ends. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Report } from '../../src/node/sync-run.ts';
import { watchPeers } from '../../src/node/sync-watch.ts';
import { CniError, Code } from '../../src/spec/error.ts';
import { listed, listOf } from './peer-nodes.ts';

const REPORT: Report = { lines: [], complaints: [], sum: 'routes', isComplete: true };
const INTERVAL_MS = 30_000;

interface Moment {
  /** What the file has from now on; undefined: it is gone. */
  readonly file?: string | undefined;
  /** Whether a notice comes; without one the wait lasts as long as it may. */
  readonly notice?: true;
  /** What the next run answers. */
  readonly fails?: CniError;
}

/** Lets these moments pass, one at each wait; answers what happened, with the seconds at which it did. */
async function watched(first: string | undefined, moments: readonly Moment[]): Promise<readonly string[]> {
  let [file, now, at]: [string | undefined, number, number] = [first, 0, 0];
  let fails: CniError | undefined;
  const seen: string[] = [];
  const see = (what: string): void => void seen.push(`${now / 1000} ${what}`);
  await watchPeers(
    {
      what: 'the peers',
      read: () => {
        if (file === undefined) throw new CniError(Code.Io, 'Cannot read the peers: ENOENT');
        return Buffer.from(file);
      },
      wait: (ms) => {
        const moment = moments[at] ?? {};
        at += 1;
        now += moment.notice === true ? 100 : ms;
        if ('file' in moment) file = moment.file;
        fails = moment.fails;
        return Promise.resolve();
      },
      isEnding: () => at > moments.length,
      sync: (peers) => {
        see(`sync ${peers.map(({ name }) => name).join(' ')}`);
        return fails === undefined ? Promise.resolve(REPORT) : Promise.reject(fails);
      },
      onReport: () => {
        see('done');
      },
      onFailure: ({ message, details }) => {
        see(`${message.slice(0, 40)}${details?.includes('waiting') === true ? ' ... waiting' : ''}`);
      },
      now: () => now,
    },
    INTERVAL_MS,
  );
  return seen;
}

const [two, three] = [listOf(listed(2)), listOf(listed(2), listed(3))];

const watch = suite('watchPeers()');

watch('runs at the start, and when the interval is over', async () => {
  const idle: readonly Moment[] = Array.from({ length: 61 }, () => ({}));
  const runs = (await watched(two, idle)).filter((line) => line.includes('sync'));
  assert.equal(runs, ['0 sync node-2', '30 sync node-2', '60 sync node-2']);
});
watch(
  'runs at once when the file has changed, with a notice or without, and not when it is written anew as it was',
  async () => {
    const seen = await watched(two, [{ file: three, notice: true }, { file: three, notice: true }, { file: two }]);
    assert.equal(
      seen.filter((line) => line.includes('sync')),
      ['0 sync node-2', '0.1 sync node-2 node-3', '1.2 sync node-2'],
    );
  },
);
watch('keeps the peers that it has while the file is half written, wrong or gone, and says so once', async () => {
  const half = three.slice(0, 40);
  const wrong = listOf(listed(2), listed(2));
  const moments: readonly Moment[] = [{ file: half }, {}, { file: wrong }, { file: undefined }, {}, { file: three }];
  assert.equal(await watched(two, moments), [
    '0 sync node-2',
    '0 done',
    `1 ${'Cannot read the peers: Unterminated strin'.slice(0, 40)} ... waiting`,
    '3 Cannot use peers[1].name: "node-2" is th ... waiting',
    '4 Cannot read the peers: ENOENT ... waiting',
    '6 sync node-2 node-3',
    '6 done',
  ]);
  const healing = await watched(two, [{ file: half }, ...Array.from({ length: 30 }, () => ({}))]);
  assert.ok(healing.includes('30 sync node-2'));
});
watch('waits for a first file that can be used', async () => {
  const seen = await watched(undefined, [{ file: '' }, { file: two }]);
  assert.equal(seen.slice(0, 1), ['0 Cannot read the peers: ENOENT ... waiting']);
  assert.equal(seen.slice(-2), ['2 sync node-2', '2 done']);
});
watch('a run that fails is told of, and the next one comes', async () => {
  const fails = new CniError(Code.TryAgainLater, 'Cannot lock it');
  const seen = await watched(two, [{ file: three, fails }, { file: two }]);
  assert.equal(seen.slice(2), ['1 sync node-2 node-3', '1 Cannot lock it', '2 sync node-2', '2 done']);
});
watch('a fault that is no failure of the machine ends it', async () => {
  const broken = watchPeers(
    {
      what: 'the peers',
      read: () => Buffer.from(two),
      wait: () => Promise.resolve(),
      isEnding: () => false,
      sync: () => Promise.reject(new TypeError('broken')),
      onReport: () => undefined,
      onFailure: () => undefined,
      now: () => 0,
    },
    INTERVAL_MS,
  );
  const message = await broken.then(
    () => 'none',
    (thrown: unknown) => (thrown as Error).message,
  );
  assert.is(message, 'broken');
});

watch.run();
