/** Random ADD, DEL and GC of our host-local at once, some of them killed, against what the runtime was told. */
import { watch } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { seeded } from '../properties/lives.ts';
import { inFolder, tree } from '../support/disk.ts';
import { hostLocal, portsOf } from '../support/host-local.ts';
import {
  type Answer,
  command,
  confOf,
  envOf,
  heldBy,
  holders,
  type Installed,
  installOurs,
  NETWORK,
  start,
  temporaryFiles,
} from './host-local.ts';

const RUNS = 100;
/** Two that are there before, of which GC is told that the second is gone, and three that may come. */
const OLD = ['old', 'gone'];
const PODS = [...OLD, 'new1', 'new2', 'new3'];
const V4 = [{ subnet: '10.244.3.0/24' }];
const V6 = [{ subnet: 'fd00:244:3::/64' }];

interface Step {
  readonly verb: 'ADD' | 'DEL' | 'GC';
  readonly pod: string;
  /** After so long, or at so many changes of the network's folder, whoever makes them; undefined: it lives to its end. */
  readonly killed: { readonly afterMs: number } | { readonly atChange: number } | undefined;
}
interface Ran extends Step {
  readonly answer: Answer;
}

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom('ADD', 'ADD', 'ADD', 'DEL', 'GC'),
  pod: fc.constantFrom(...PODS),
  killed: fc.oneof(
    fc.constant(undefined),
    fc.record({ afterMs: fc.integer({ min: 0, max: 120 }) }),
    // The milliseconds in which it writes are met by chance too rarely.
    fc.record({ atChange: fc.integer({ min: 1, max: 12 }) }),
  ),
});
const sequence = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 5 }),
  sets: fc.constantFrom([V4], [V4, V6]),
});

/** GC's configuration: these pods are all that there is. */
const withList = (conf: object, pods: readonly string[]): object => ({
  ...conf,
  cniVersion: '1.1.0',
  'cni.dev/valid-attachments': pods.map((containerID) => ({ containerID, ifname: 'eth0' })),
});

interface Place {
  readonly exe: string;
  readonly conf: object;
  /** The network's. */
  readonly folder: string;
}

async function run({ exe, conf, folder }: Place, { verb, pod, killed }: Step): Promise<Answer> {
  const list = PODS.filter((one) => one !== 'gone');
  const { ended, kill } = start(exe, [verb, pod], verb === 'GC' ? withList(conf, list) : conf);
  const spare = killed === undefined ? () => undefined : killLater(kill, killed, folder);
  const answer = await ended;
  spare();
  return answer;
}

/** Answers what calls it off. */
function killLater(kill: () => void, when: NonNullable<Step['killed']>, folder: string): () => void {
  if ('afterMs' in when) {
    const timer = setTimeout(kill, when.afterMs);
    return () => {
      clearTimeout(timer);
    };
  }
  let changes = 0;
  const watcher = watch(folder, () => {
    changes += 1;
    if (changes === when.atChange) kill();
  });
  return () => {
    watcher.close();
  };
}

/** Whoever was not killed has succeeded, but for an ADD of a pod that has addresses. */
function assertEnd({ verb, pod, killed, answer: { code, text } }: Ran): void {
  const isDuplicate = verb === 'ADD' && text.includes(`"code":${Code.AttachmentExists}`);
  const isKilled = code === null && killed !== undefined;
  assert.ok(code === 0 || isDuplicate || isKilled, `${verb} of ${pod} ended with ${code}: ${text}`);
}

type Addresses = readonly string[];

/** What a pod must have after its commands; undefined where both are right. */
function wanted(pod: string, before: Addresses | undefined, ran: readonly Ran[]): Addresses | undefined {
  const its = ran.filter((one) => (one.verb === 'GC' ? pod === 'gone' : one.pod === pod));
  const adds = its.filter(({ verb }) => verb === 'ADD');
  const removals = its.filter(({ verb }) => verb !== 'ADD');
  if (removals.length > 0) {
    const isGone = adds.length === 0 && removals.some(({ answer }) => answer.code === 0);
    return isGone ? [] : undefined;
  }
  const told = [before, ...adds.map(({ answer }) => answer.addresses)].filter((one) => one !== undefined);
  assert.ok(told.length <= 1, `${pod} was given addresses twice: ${JSON.stringify(told)}`);
  return told[0] ?? (adds.length === 0 ? [] : undefined);
}

/** Every file is whole and names one pod, and who was told of an address has it; answers who must have some. */
function assertHeld(dataDir: string, before: Record<string, Addresses>, ran: readonly Ran[]): readonly string[] {
  const files = Object.entries(holders(dataDir));
  const contents = PODS.map(heldBy);
  for (const [ip, content] of files) assert.ok(contents.includes(content), `${ip} holds ${JSON.stringify(content)}`);
  return PODS.filter((pod) => {
    const must = wanted(pod, before[pod], ran);
    if (must === undefined) return false;
    const has = files.filter(([, content]) => content === heldBy(pod)).map(([ip]) => ip);
    assert.equal(has.sort(), [...must].sort(), pod);
    return must.length > 0;
  });
}

/** The old pods, by host-local in this process; their addresses. */
async function begin(dataDir: string, conf: object): Promise<Record<string, Addresses>> {
  const ports = portsOf({ defaultDataDir: dataDir });
  for (const pod of OLD) assert.is((await hostLocal(ports, envOf('ADD', pod), conf)).exitCode, 0);
  const files = Object.entries(holders(dataDir));
  const of = (pod: string): Addresses => files.filter(([, content]) => content === heldBy(pod)).map(([ip]) => ip);
  return Object.fromEntries(OLD.map((pod) => [pod, of(pod)]));
}

const kills = suite<{ ours: Installed }>('host-local, processes at once and kill -9, dist/wincni');
kills.before((context) => {
  context.ours = installOurs();
});
kills.after(({ ours }) => {
  ours.remove();
});

kills(`${RUNS} random sequences lose nothing and leave nothing`, async ({ ours: { exe } }) => {
  const property = fc.asyncProperty(sequence, ({ steps, sets }) =>
    inFolder(async (dataDir) => {
      const conf = confOf(dataDir, sets);
      const before = await begin(dataDir, conf);
      const place = { exe, conf, folder: join(dataDir, NETWORK) };
      const ran = await Promise.all(steps.map(async (one) => ({ ...one, answer: await run(place, one) })));
      ran.forEach(assertEnd);
      const living = assertHeld(dataDir, before, ran);
      const kept = Object.fromEntries(
        Object.entries(holders(dataDir)).filter(([, content]) => living.map(heldBy).includes(content)),
      );
      const swept = await command(exe, ['GC', ''], withList(conf, living));
      assert.is(swept.code, 0, swept.text);
      assert.equal(holders(dataDir), kept);
      for (const { code, text } of await Promise.all(living.map((pod) => command(exe, ['DEL', pod], conf)))) {
        assert.is(code, 0, text);
      }
      assert.equal([holders(dataDir), temporaryFiles(dataDir)], [{}, []], JSON.stringify(tree(dataDir)));
    }),
  );
  // How the processes meet is not in the seed: a shorter sequence would fail by chance only.
  await fc.assert(property, { ...seeded(RUNS), endOnFailure: true, includeErrorInReport: true });
});

kills.run();
