/** Power loss at every instant of a command of the store: what was answered is still there, and DEL and GC make the rest clean. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LeaseStore } from '../../src/ipam/lease.ts';
import { inFolder } from '../support/disk.ts';
import { fakeClock, holder, request, reserved, texts } from '../support/ipam.ts';
import { atEachLoss, type Kept, type Loss } from '../support/power.ts';
import { addressesIn, assertClean, owners, sweep } from '../support/sweep.ts';
import { addressesSaid, SIZE, type Turn, theOther, theStore } from '../support/turns.ts';

const [one, other] = [holder(1), holder(2)];
const PORTS = [{ protocol: 6, hostPort: 8080, hostIp: undefined }];

type Step = (store: LeaseStore) => Promise<unknown>;
interface Case {
  readonly name: string;
  /** Not recorded: it is on the disk. */
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
  /** What the pod must have once so many steps have been answered, and "any" while nothing is promised. */
  readonly promised: readonly ('any' | 'kept' | 'ready' | 'buried')[];
}

const reserve: Step = async (store) => reserved(await store.reserve(request(one, { ports: PORTS })));
const commit: Step = (store) => store.commit(one.key);
const bury: Step = (store) => store.bury(one.key);
const neighbour: Step = async (store) => {
  reserved(await store.reserve(request(other)));
  await store.commit(other.key);
};

const CASES: readonly Case[] = [
  { name: 'ADD of the first pod', before: [], steps: [reserve, commit], promised: ['any', 'kept', 'ready'] },
  { name: 'ADD', before: [neighbour], steps: [reserve, commit], promised: ['any', 'kept', 'ready'] },
  {
    name: 'DEL',
    before: [neighbour, reserve, commit],
    steps: [(store) => store.release(one)],
    promised: ['any', 'any'],
  },
  { name: 'bury', before: [neighbour, reserve], steps: [bury], promised: ['kept', 'buried'] },
  {
    name: 'exhume',
    before: [neighbour, reserve, bury],
    steps: [(store) => store.exhume(one.key)],
    promised: ['any', 'any'],
  },
  {
    name: 'DEL, then ADD of the same pod',
    before: [neighbour, reserve, commit],
    steps: [(store) => store.release(one), reserve, commit],
    promised: ['any', 'any', 'kept', 'ready'],
  },
];

/** Windows flushes no folder and has a journal: nothing there is strict. */
const SYSTEMS: readonly { readonly windows: boolean; readonly kept: readonly Kept[] }[] = [
  { windows: false, kept: ['strict', 'eager', 'ordered'] },
  { windows: true, kept: ['ordered'] },
];

const power = suite('power loss during a command of the store');

for (const { windows, kept } of SYSTEMS) {
  for (const sets of [1, 2] as const) {
    for (const { name, before, steps, promised } of CASES) {
      power(`${name}, ${sets} set(s), names of ${windows ? 'Windows' : 'Linux'}`, () =>
        inFolder(async (root) => {
          const turn = { folder: root, sets, windows };
          for (const step of before) await step(theStore(turn));
          const clock = fakeClock();
          const had = { one: addressesIn(root, 1), other: addressesIn(root, 2) };
          let instants = 0;
          const recorded = steps.map(
            (step) => (calls: Turn['calls'] & object) => step(theStore({ ...turn, calls, clock })),
          );
          await atEachLoss({ root, steps: recorded, kept }, async (loss) => {
            instants++;
            await recovers({ ...turn, folder: loss.folder, clock: rebooted() }, loss, {
              had,
              promised: promised[loss.answered] ?? 'any',
            });
          });
          assert.ok(instants > 3 * kept.length, `only ${instants} instants`);
        }),
      );
    }
  }
}

function rebooted(): ReturnType<typeof fakeClock> {
  const clock = fakeClock();
  clock.reboot();
  return clock;
}

interface Known {
  readonly had: { readonly one: readonly string[]; readonly other: readonly string[] };
  readonly promised: Case['promised'][number];
}

async function recovers(turn: Turn, { where }: Loss, { had, promised }: Known): Promise<void> {
  const store = theStore(turn);
  const { folder, sets } = turn;
  for (const [address, pod] of owners(folder)) assert.ok([1, 2].includes(pod), `${address} is half a file, ${where}`);
  assert.equal(addressesIn(folder, 2), had.other, where);
  if (had.other.length > 0) assert.is((await store.find(other.key))?.state, 'ready', where);

  const buried = await store.buried(one.key);
  const living = await store.find(one.key);
  const lease = buried ?? living;
  if (promised !== 'any') assert.is(lease?.addresses.length, sets, where);
  if (promised === 'ready') assert.is(living?.state, 'ready', where);
  if (promised === 'buried') assert.not(buried === undefined, where);
  // What a tombstone no longer has was given back by an exhumation that had begun.
  const held = promised === 'any' ? addressesIn(folder, 1) : texts(lease ?? { addresses: [] });
  assert.equal([...addressesIn(folder, 1)].sort(), [...held].sort(), where);

  const third = texts(reserved(await store.reserve(request(holder(3)))));
  const fourth = addressesSaid(await theOther(turn, 'ADD', 4));
  const all = [...held, ...had.other, ...third, ...fourth];
  assert.is(new Set(all).size, all.length, `${all.join()}, ${where}`);
  assert.is(third.length + fourth.length, 2 * sets, where);

  for (const pod of [1, 2, 3, 4]) await store.release(holder(pod));
  await sweep(store, []);
  assertClean(folder, where);
  await holdsAll(turn, where);
}

/** Nothing is lost of the ranges: as many pods as there are addresses get one, and no more do. */
async function holdsAll(turn: Turn, where: string): Promise<void> {
  const store = theStore(turn);
  for (let pod = 1; pod <= SIZE; pod++) assert.is((await store.reserve(request(holder(pod)))).kind, 'reserved', where);
  assert.is(owners(turn.folder).size, SIZE * turn.sets, where);
  assert.is((await store.reserve(request(holder(SIZE + 1)))).kind, 'full', where);
}

power.run();
