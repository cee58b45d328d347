/** Odd places for the leases and odd clocks: each works, or is one error that names the place. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND, THIRD } from '../support/pods.ts';

const confIn = (node: TestNode, dataDir: string, more: object = {}): Record<string, unknown> =>
  node.conf({ cniVersion: '1.1.0', ipam: { type: 'host-local', dataDir, subnet: '10.244.3.0/24' }, ...more });
const ON_NETWORK = { containerId: '', ifname: '', netns: '' };

/** A whole life, with another pod beside. */
async function live(
  node: TestNode,
  conf: Record<string, unknown>,
  between: () => void = () => undefined,
): Promise<void> {
  const prevResult = await must(node.run('ADD', POD, conf));
  between();
  await must(node.run('CHECK', POD, { ...conf, prevResult }));
  await must(node.run('ADD', SECOND, conf));
  between();
  await must(node.run('STATUS', ON_NETWORK, conf));
  await must(node.run('GC', ON_NETWORK, conf));
  assert.is(new Set(node.endpoints().map((line) => line.split(' ')[1])).size, 2);
  await must(node.run('DEL', POD, conf));
  between();
  await must(node.run('ADD', THIRD, conf));
  for (const pod of [SECOND, THIRD]) await must(node.run('DEL', pod, conf));
  nothingLeft(node);
}

const around = suite('surroundings');

const FOLDERS: readonly (readonly string[])[] = [
  ['with spaces', 'and more of them'],
  ['Größe', 'сеть', 'ネットワーク', '🪟'],
  ['d'.repeat(100), 'e'.repeat(100), 'f'.repeat(100)],
  ["quotes ' and & signs; (these)", '%TEMP%', '$HOME'],
];
for (const folders of FOLDERS) {
  around(
    `leases may lie in ${folders.join('/').slice(0, 40)}, ${folders.join('/').length} characters`,
    onNode((node) => live(node, confIn(node, join(node.dataDir, ...folders)))),
  );
}

/** What stands where the folder should be, and the error. */
const IN_THE_WAY: Readonly<Record<string, readonly [path: (folder: string) => string, code: RegExp]>> = {
  'a file where the leases go': [(folder) => folder, /ENOTDIR|EEXIST/],
  'a file where the network goes': [(folder) => join(folder, 'cbr0'), /ENOTDIR|EEXIST/],
  'a file where the records go': [(folder) => join(folder, 'cbr0', '.wincni'), /ENOTDIR|EEXIST/],
  'a folder where the record goes': [(folder) => join(folder, 'cbr0', 'last_reserved_ip.0', 'x'), /EISDIR/],
};
for (const [what, [pathIn, errno]] of Object.entries(IN_THE_WAY)) {
  around(
    `${what} is one error that names it, and no pod has anything`,
    onNode(async (node) => {
      const folder = join(node.dataDir, 'leases');
      const path = pathIn(folder);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, '');
      const conf = confIn(node, folder);
      const { msg } = await fails(node.run('ADD', POD, conf), Code.Io, errno);
      assert.match(msg, folder);
      assert.equal([node.endpoints(), node.members()], [[], []]);
      rmSync(path.endsWith('x') ? join(path, '..') : path, { recursive: true });
      await live(node, conf);
    }),
  );
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** The wall clock of this process, moved. */
function withClock(use: (move: (ms: number) => void) => Promise<void>): Promise<void> {
  const real = Date.now;
  let moved = 0;
  Date.now = () => real() + moved;
  return use((ms) => {
    moved += ms;
  }).finally(() => {
    Date.now = real;
  });
}
for (const years of [-20, 30]) {
  around(
    `the wall clock may jump by ${years} years between any two commands`,
    onNode((node) =>
      withClock((move) =>
        live(node, confIn(node, node.dataDir), () => {
          move(years * YEAR_MS);
        }),
      ),
    ),
  );
}
around(
  'an uptime that falls back keeps what is set aside, and no address is given twice',
  onNode(async (node) => {
    const conf = confIn(node, node.dataDir, { tombstoneSeconds: 60 });
    node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
    await fails(node.run('ADD', POD, { ...conf, timeoutSeconds: 0.05 }), Code.TryAgainLater, /did not answer/);
    node.setFaults([]);
    await must(node.run('DEL', POD, conf));
    node.pass(-900_000);
    await must(node.run('ADD', SECOND, conf));
    assert.equal(node.records('tombstones').length, 1);
    node.releaseHeld();
    await must(node.run('DEL', THIRD, conf));
    assert.equal([node.records('tombstones'), node.leases().length], [[], 1]);
    await must(node.run('DEL', SECOND, conf));
    await live(node, conf, () => {
      node.pass(-10_000);
    });
  }),
);

around.run();
