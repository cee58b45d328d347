/** Ours and the peer's host-local take turns on one folder, as random commands against a model; alone, and with our lease store. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seeded } from '../../properties/lives.ts';
import { inFolder } from '../../support/disk.ts';
import { holder } from '../../support/ipam.ts';
import { heldBy, holders, type Installed, installOurs } from '../host-local.ts';
import { type Block, type Party, parties } from './parties.ts';

const V4: Block = ['10.244.3.0/24', '10.244.3.10', '10.244.3.15'];
/** Smaller, so that a pod may find an address in the first set and none in the second. */
const V6: Block = ['fd00:244:3::/64', 'fd00:244:3::10', 'fd00:244:3::14'];
const SETS = {
  v4: { blocks: [V4], size: 6 },
  'dual stack': { blocks: [V4, V6], size: 5 },
} as const;
const PARTIES = { 'ours and the peer': 2, 'with our store in this process': 3 } as const;
const PODS = [1, 2, 3, 4, 5, 6, 7, 8];
const RUNS = 5;
const TURNS = 30;

const turn = (everyone: number): fc.Arbitrary<Pick<Command, 'verb' | 'pod'> & { readonly by: number }> =>
  fc.record({
    verb: fc.constantFrom<Command['verb']>('ADD', 'ADD', 'ADD', 'DEL', 'DEL', 'CHECK'),
    pod: fc.constantFrom(...PODS),
    by: fc.nat(everyone - 1),
  });

/** Which pod has which addresses. */
type Model = Map<number, readonly string[]>;

interface Command {
  readonly verb: 'ADD' | 'DEL' | 'CHECK';
  readonly pod: number;
  /** How many pods find addresses. */
  readonly size: number;
  /** How many addresses each gets. */
  readonly sets: number;
}

/** One command by one party; its answer must be the model's, which then has what was given. */
async function take(model: Model, party: Party, { verb, pod, size, sets }: Command): Promise<void> {
  const said = `${verb} of pod ${pod} by ${party.name}`;
  if (verb === 'CHECK') assert.is(await party.check(pod), model.has(pod), said);
  if (verb === 'DEL') {
    await party.del(pod);
    model.delete(pod);
  }
  if (verb !== 'ADD') return;
  const added = await party.add(pod);
  const refusal = model.has(pod) ? 'held' : model.size === size ? 'full' : undefined;
  if (refusal !== undefined || typeof added === 'string') {
    assert.is(added, refusal, said);
    return;
  }
  assert.is(added.length, sets, said);
  model.set(pod, added);
}

/** The files say what the model says, and nothing else; an address given twice has one file only. */
function assertFiles(dataDir: string, model: Model): void {
  const wanted = [...model].flatMap(([pod, ips]) => ips.map((ip) => [ip, heldBy(holder(pod).containerId)] as const));
  assert.equal(holders(dataDir), Object.fromEntries(wanted));
  assert.is(new Set(wanted.map(([ip]) => ip)).size, wanted.length, `an address twice: ${JSON.stringify(wanted)}`);
}

async function assertAllFull(all: readonly Party[]): Promise<void> {
  for (const party of all) assert.is(await party.add(100), 'full', party.name);
}

/** One pod goes, the next one comes, on a network that is full. */
async function swap(model: Model, by: { freeing: Party; adding: Party; size: number; sets: number }): Promise<void> {
  const pods = [...model.keys()];
  await take(model, by.freeing, { verb: 'DEL', ...by, pod: Math.min(...pods) });
  await take(model, by.adding, { verb: 'ADD', ...by, pod: Math.max(...pods) + 1 });
  assert.is(model.size, by.size, `freed by ${by.freeing.name}, given by ${by.adding.name}`);
}

const turns = suite<{ ours: Installed }>('host-local: ours and the peer take turns on one folder');
turns.before((context) => {
  context.ours = installOurs();
});
turns.after(({ ours }) => {
  ours.remove();
});

for (const [sets, { blocks, size }] of Object.entries(SETS)) {
  for (const [who, everyone] of Object.entries(PARTIES)) {
    turns(`random commands, ${sets}, ${who}`, async ({ ours: { exe } }) => {
      const life = fc.array(turn(everyone), { minLength: TURNS, maxLength: TURNS });
      const property = fc.asyncProperty(life, (steps) =>
        inFolder(async (dataDir) => {
          const all = parties(exe, { dataDir, blocks }).slice(0, everyone);
          const by = (n: number): Party => all[n % everyone] as Party;
          const model: Model = new Map();
          for (const step of steps) {
            await take(model, by(step.by), { ...step, size, sets: blocks.length });
            assertFiles(dataDir, model);
          }
          for (const [pod] of [...model]) await take(model, by(pod), { verb: 'DEL', pod, size, sets: blocks.length });
          assert.equal(holders(dataDir), {});
        }),
      );
      // What a shorter list of turns would show, the one that failed shows, too; each costs seconds.
      await fc.assert(property, { ...seeded(RUNS), endOnFailure: true, includeErrorInReport: true });
    });
  }

  turns(`exhaustion, ${sets}: all agree on it, and what one frees any other can give`, ({ ours: { exe } }) =>
    inFolder(async (dataDir) => {
      const all = parties(exe, { dataDir, blocks });
      const network = { size, sets: blocks.length };
      const by = (n: number): Party => all[n % all.length] as Party;
      const model: Model = new Map();
      for (let pod = 0; pod < size; pod++) await take(model, by(pod), { verb: 'ADD', pod, ...network });
      assert.is(model.size, size);
      for (const freeing of all) {
        await assertAllFull(all);
        for (const adding of all) {
          await swap(model, { freeing, adding, ...network });
          assertFiles(dataDir, model);
        }
      }
      for (const [pod] of [...model]) await take(model, by(pod + 1), { verb: 'DEL', pod, ...network });
      assert.equal(holders(dataDir), {});
    }),
  );
}

turns.run();
