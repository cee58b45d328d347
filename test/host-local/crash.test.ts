/** Every verb of host-local that changes something, ended at every system call: no half file, no address twice, DEL makes it clean. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SystemCalls } from '../../src/disk/node-files.ts';
import { Cut, inFolder, type Scissors, scissors, tree } from '../support/disk.ts';
import { hostLocal, portsOf, type Said } from '../support/host-local.ts';
import { UNFLUSHED } from '../support/ipam.ts';

const RANGES = [
  [{ subnet: '10.1.0.0/24', rangeStart: '10.1.0.10', rangeEnd: '10.1.0.13' }],
  [{ subnet: 'fd00::/64', rangeStart: 'fd00::10', rangeEnd: 'fd00::13' }],
];

interface Calling {
  readonly calls?: SystemCalls;
  readonly conf?: object;
}

const run = (folder: string, verb: string, n: number, { calls = UNFLUSHED, conf = {} }: Calling = {}): Promise<Said> =>
  hostLocal(
    portsOf({ defaultDataDir: folder, calls }),
    { CNI_COMMAND: verb, CNI_CONTAINERID: `pod${n}`, CNI_IFNAME: 'eth0', CNI_NETNS: 'none', CNI_PATH: '/bin' },
    { cniVersion: '1.1.0', name: 'net', type: 'bridge', ipam: { type: 'host-local', ranges: RANGES }, ...conf },
  );

const ONLY_TWO = { conf: { 'cni.dev/valid-attachments': [{ containerID: 'pod2', ifname: 'eth0' }] } };
const CASES = {
  ADD: { before: [2], conf: {} },
  DEL: { before: [1, 2], conf: {} },
  GC: { before: [1, 2], conf: ONLY_TWO },
} as const;

/** Whose address files there are, without what lies beside one that is being written. */
const held = (folder: string): readonly string[] =>
  Object.entries(tree(folder))
    .filter(([path]) => /\/[0-9a-f.:]+$/.test(path))
    .map(([, content]) => content)
    .sort();

const crash = suite('host-local ended at every system call');

for (const [verb, { before, conf }] of Object.entries(CASES)) {
  for (const when of ['before', 'after'] as const) {
    crash(`of ${verb}, ${when} its effect`, async () => {
      let cuts = 0;
      while (await cutAt(verb, { before, conf, cut: scissors(cuts + 1, when) })) cuts++;
      assert.ok(cuts > 5, `only ${cuts} calls`);
    });
  }
}

interface Cutting {
  readonly before: readonly number[];
  readonly conf: object;
  readonly cut: Scissors;
}

/** Runs the first pod's command up to the cut; answers whether there was one. */
const cutAt = (verb: string, { before, conf, cut }: Cutting): Promise<boolean> =>
  inFolder(async (outer) => {
    const folder = join(outer, 'networks');
    for (const n of before) assert.is((await run(folder, 'ADD', n)).exitCode, 0);
    try {
      await run(folder, verb, 1, { ...conf, calls: cut.calls });
    } catch (thrown) {
      if (!(thrown instanceof Cut)) throw thrown;
    }
    await recovers(folder);
    return cut.isCut();
  });

/** Each file is whole, the other pod's are as they were, a third gets its own, and DEL of all leaves no address. */
async function recovers(folder: string): Promise<void> {
  for (const content of held(folder)) assert.ok(['pod1\r\neth0', 'pod2\r\neth0'].includes(content), content);
  assert.is(held(folder).filter((content) => content.startsWith('pod2')).length, 2);
  assert.is((await run(folder, 'ADD', 3)).exitCode, 0);
  for (const n of [1, 2, 3]) assert.is((await run(folder, 'DEL', n)).exitCode, 0);
  assert.equal(held(folder), []);
  assert.is((await run(folder, 'ADD', 1)).exitCode, 0);
  assert.is((await run(folder, 'GC', 0, { conf: { 'cni.dev/valid-attachments': [] } })).exitCode, 0);
  const left = Object.keys(tree(folder)).filter((path) => !/last_reserved_ip\.[01]$|lock$/.test(path));
  assert.equal(left, []);
}

crash.run();
