/** The benchmarks run: a small one each, whose numbers nobody looks at. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PEER_MISSING, peerVersion } from '../../scripts/bench/ipam-programs.ts';
import { whyNoWine } from '../../scripts/wine-root.js';
import { inFolder, tree } from '../support/disk.ts';
import { ROOT } from '../support/plugin.ts';

const bench = (args: readonly string[], temporary: string) =>
  spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/bench/main.ts'), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary },
  });

const runs = suite('npm run bench');

runs('ipam --quick measures ours, and the peer or says that it is not there', () =>
  inFolder((folder) => {
    const [temporary, out] = [join(folder, 'tmp'), join(folder, 'out')];
    for (const path of [temporary, out]) mkdirSync(path);
    const { status, stdout, stderr } = bench(['ipam', '--quick', '--rounds', '2', '--write', '--out', out], temporary);
    assert.is(status, 0, stderr);
    const files = tree(out);
    assert.equal(Object.keys(files).sort(), ['performance-ipam.svg', 'performance.md']);
    const page = files['performance.md'] ?? '';
    const version = peerVersion();
    const peer = version === undefined ? [PEER_MISSING] : [`| Debian's host-local ${version} `];
    for (const text of ['| wincni in process ', '| wincni as host-local ', '| `node -e 0`', ...peer]) {
      assert.ok(stdout.includes(text), text);
      assert.ok(page.includes(text), text);
    }
    assert.not.match(page, /NaN|undefined|Infinity/);
    const left = readdirSync(temporary).filter((name) => name.startsWith('wincni'));
    assert.equal(left, [], 'what it worked on is removed');
  }),
);
runs('routes --quick tells of each change the time and the calls', () =>
  inFolder((folder) => {
    const { status, stdout, stderr } = bench(['routes', '--quick', '--rounds', '1'], folder);
    assert.is(status, 0, stderr);
    const counts = [...stdout.matchAll(/^\| (.*?) +\| .* \| +(\d+) \| +(\d+) \|$/gm)].map(([, ...cells]) => cells);
    assert.equal(counts, [
      ['routes: 50 nodes from nothing', '3', '50'],
      ['routes: no change', '3', '0'],
      ['routes: one node more', '3', '1'],
      ['routes: one node with another address', '3', '2'],
      ['remote subnets: 50 nodes from nothing', '4', '1'],
      ['remote subnets: no change', '4', '0'],
      ['remote subnets: one node more', '4', '1'],
      ['remote subnets: one node with another address', '4', '2'],
    ]);
    const left = readdirSync(folder).filter((name) => name.startsWith('wincni'));
    assert.equal(left, [], 'what it worked on is removed');
  }),
);
const systems = async (): Promise<readonly string[]> =>
  (await whyNoWine()) === undefined ? ['Linux', 'Wine'] : ['Linux'];

runs('startup --quick measures each verb, and under Wine or says why not', async () => {
  const wanted = (await systems()).flatMap((system) =>
    ['`node -e 0`', 'a program in C', 'VERSION', 'an input that is refused', 'STATUS', 'ADD', 'CHECK', 'DEL', 'GC'].map(
      (name) => `${system}: ${name}`,
    ),
  );
  await inFolder((folder) => {
    const { status, stdout, stderr } = bench(['startup', '--quick', '--rounds', '1'], folder);
    assert.is(status, 0, stderr);
    const rows = [...stdout.matchAll(/^\| (\w+: .*?) +\| +[\d.]+ \([\d.]+\) \| +[\d.]+× \| +[\d.]+ \| +[\d.]+× \|$/gm)];
    assert.equal(
      rows.map(([, name]) => name),
      wanted,
    );
    assert.is(stdout.includes('Not measured under Wine: '), !wanted.some((name) => name.startsWith('Wine')));
  });
});
runs('peers --quick measures ours alone, and an executable that nobody knows is refused', async () => {
  const wanted = (await systems()).map((system) => `### ${system}: win-bridge + host-local`);
  await inFolder((folder) => {
    const { status, stdout, stderr } = bench(
      ['peers', '--quick', '--only', 'win-bridge + host', '--pods', '2'],
      folder,
    );
    assert.is(status, 0, stderr);
    assert.equal(
      [...stdout.matchAll(/^### .*: win-bridge \+ host-local$/gm)].map(([title]) => title),
      [...wanted],
    );
    assert.match(
      stdout,
      /^\| no latency, one at a time, 0 endpoints +\| +[\d.]+ \| +[\d.]+ \| +[\d.]+ \| +12 \| +[\d.]+ \|$/m,
    );
    writeFileSync(join(folder, 'macvlan.exe'), '');
    const refused = bench(['peers', '--quick', '--peers', folder], folder);
    assert.is(refused.status, 1);
    assert.match(refused.stderr, /Cannot compare with "macvlan", expected one of win-bridge, host-local, flannel/);
  });
});
runs('an unknown name, no number of rounds, and a short run for the docs are refused', () =>
  inFolder((folder) => {
    assert.match(bench(['speed'], folder).stderr, /Cannot run "speed", expected one of ipam, routes, peers, startup/);
    assert.match(bench(['ipam', '--rounds', '0'], folder).stderr, /Cannot use --rounds/);
    assert.is(bench(['ipam', '--rounds', '0'], folder).status, 1);
    assert.match(bench(['ipam', '--quick', '--write'], folder).stderr, /Cannot write so short a run into docs/);
    assert.match(bench(['ipam', '--rounds', '29', '--write'], folder).stderr, /Cannot write so short a run into docs/);
  }),
);
runs.run();
