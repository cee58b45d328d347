/** What is left on node and disk is judged, too: a plugin that leaves, takes or misplaces something is caught, and the case shrinks. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Case, cases } from './case.ts';
import { nodeTarget } from './node-target.ts';
import { play, stageOf } from './play.ts';
import { stages } from './stages.ts';
import type { Start, Target } from './target.ts';

const judged = suite('what a random case leaves');
const cwd = process.cwd();
judged.after.each(() => {
  process.chdir(cwd);
});

const GOOD = { status: 0, mutations: [], encoding: { kind: 'utf-8' } } as const;
const CASE: Case = {
  ...{ sample: 'win-bridge.conf', verb: 'ADD', env: {}, mutations: [], encoding: GOOD.encoding },
  ...{ runtime: [], executable: 'wincni', ipam: GOOD },
};
/** One that every verb refuses. */
const REFUSED: Partial<Case> = { mutations: [{ kind: 'replace', at: 0, by: 5 }] };
const NETWORKS = 'var/lib/cni/networks/cbr0';

/** A node whose commands do something else besides, when `when` says so. */
function spoilt(sample: string, when: (start: Start) => boolean, spoil: (root: string) => void): Target {
  const target = nodeTarget(sample);
  const [state = ''] = target.folders;
  return {
    ...target,
    start: async (start) => {
      const ended = await target.start(start);
      if (when(start)) spoil(dirname(state));
      return ended;
    },
  };
}

interface Fault {
  readonly one: Partial<Case>;
  readonly spoil: (root: string) => void;
  readonly why: RegExp;
}

const write = (root: string, path: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
};

const FAULTS: Readonly<Record<string, Fault>> = {
  'a refused ADD that leaves an address': {
    ...{ one: REFUSED, why: /^left behind: .*10\.244\.3\.77$/ },
    spoil: (root) => {
      write(root, `${NETWORKS}/10.244.3.77`);
    },
  },
  'a refused ADD that leaves a record': {
    ...{ one: REFUSED, why: /^left behind: .*x\.json$/ },
    spoil: (root) => {
      write(root, `${NETWORKS}/.wincni/attachments/x.json`);
    },
  },
  'a file in a folder that nobody named': {
    ...{ one: REFUSED, why: /^it wrote to ".*\/elsewhere\/x\.log"$/ },
    spoil: (root) => {
      write(root, 'elsewhere/x.log');
    },
  },
  'a CHECK that takes an address away': {
    ...{ one: { verb: 'CHECK' }, why: /^CHECK took away what is another pod's$/ },
    spoil: (root) => {
      rmSync(join(root, NETWORKS, '10.244.3.3'));
    },
  },
};
for (const [name, { one, spoil, why }] of Object.entries(FAULTS)) {
  judged(`is wrong for ${name}`, async () => {
    const target = spoilt(CASE.sample, ({ env }) => env['CNI_CONTAINERID'] !== undefined && isPlayed, spoil);
    let isPlayed = false;
    const stage = stageOf(target);
    assert.is(await play(stage, { ...CASE, verb: 'STATUS' }), undefined, 'the pod that stands is made first');
    isPlayed = true;
    assert.match((await play(stage, { ...CASE, ...one })) ?? 'nothing', why);
    await target.end();
  });
}

judged('is right for a plugin as it is, over and over on one node', async () => {
  const nodes = stages(nodeTarget);
  for (const verb of ['ADD', 'CHECK', 'DEL', 'ADD', 'GC', 'STATUS', 'VERSION', 'CHECK'])
    assert.is(await nodes.wrong({ ...CASE, verb }), undefined, verb);
  await nodes.end();
});

judged('shrinks to what it takes, on a new node for each try', async () => {
  const isLate = ({ env, stdin }: Start): boolean =>
    env['CNI_COMMAND'] === 'ADD' && /"ipRanges"/.test(stdin.toString());
  const nodes = stages((sample) =>
    spoilt(sample, isLate, (root) => {
      write(root, `${NETWORKS}/10.244.3.77`);
    }),
  );
  const property = fc.asyncProperty(cases, async (one) => {
    const wrong = await nodes.wrong({ ...one, sample: CASE.sample });
    if (wrong !== undefined) throw new Error(wrong);
  });
  const { counterexample } = await fc.check(property, { seed: 1, numRuns: 1000 });
  await nodes.end();
  const [found] = counterexample ?? [];
  assert.equal([found?.verb, found?.mutations], ['ADD', []]);
  assert.equal(found?.runtime, ['ranges']);
});

judged('a case without end is printed, and the process ended', () => {
  const program = `import { watchdog } from './test/fuzz/watchdog.ts';
    const dog = await watchdog(50);
    dog.watch('the first');
    dog.watch('the second');
    for (;;);`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const { stdout, signal } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  assert.is(stdout, 'no end within 50 ms: the second\nfuzz: ended early, 1 wrong\n');
  assert.is(signal, 'SIGKILL');
});

judged.run();
