/** host-local.exe on a disk of Windows: LockFileEx among processes that all want it, and an index that the next one may trust. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as wine from '../../scripts/wine.js';
import { decodeHead } from '../../src/ipam/index-head.ts';
import { PAGE } from '../../src/ipam/pages.ts';
import { inFolder } from '../support/disk.ts';
import { type Answer, answerOf, confOf, envOf, type Installed, installOurs, NETWORK } from './host-local.ts';
import { addAllThenDelAll } from './load.ts';

const load = suite<{ ours: Installed }>('host-local under load, wincni.exe under Wine');
load.before(async (context) => {
  await wine.ensure();
  context.ours = installOurs('dist/wine/wincni.exe', 'host-local.exe');
});
load.after(({ ours }) => {
  ours.remove();
});

const caller =
  (exe: string, dataDir: string) =>
  async (verb: string, containerId: string): Promise<Answer> => {
    const conf = confOf(wine.windowsPath(dataDir), [[{ subnet: '10.244.16.0/20' }]]);
    const { code, stdout } = await wine.run(exe, [], { env: envOf(verb, containerId), stdin: JSON.stringify(conf) });
    return answerOf(code, stdout);
  };

load('4 loops of 10 ADDs on a /20, then of 10 DELs', ({ ours: { exe } }) =>
  inFolder((dataDir) => addAllThenDelAll({ dataDir, loops: 4, each: 10, run: caller(exe, dataDir) })),
);

load('the index of one command is there for the next: it names the time that the folder has', ({ ours: { exe } }) =>
  inFolder(async (dataDir) => {
    await caller(exe, dataDir)('ADD', 'pod-1');
    const folder = join(dataDir, NETWORK);
    const head = decodeHead(readFileSync(join(folder, '.wincni/index')).subarray(0, PAGE));
    assert.is(head?.stamp, String(statSync(folder, { bigint: true }).mtimeNs));
  }),
);

load.run();
