/** The benchmarks run: a small one each, whose numbers nobody looks at. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PEER_MISSING, peerVersion } from '../../scripts/bench/ipam-programs.ts';
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
runs('an unknown name, no number of rounds, and a short run for the docs are refused', () =>
  inFolder((folder) => {
    assert.match(bench(['speed'], folder).stderr, /Cannot run "speed", expected one of ipam/);
    assert.match(bench(['ipam', '--rounds', '0'], folder).stderr, /Cannot use --rounds/);
    assert.is(bench(['ipam', '--rounds', '0'], folder).status, 1);
    assert.match(bench(['ipam', '--quick', '--write'], folder).stderr, /Cannot write so short a run into docs/);
    assert.match(bench(['ipam', '--rounds', '29', '--write'], folder).stderr, /Cannot write so short a run into docs/);
  }),
);
runs.run();
