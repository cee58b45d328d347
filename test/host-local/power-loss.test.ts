/** Power loss at every instant of a command of host-local: what was answered is still there, and DEL and GC make the rest clean. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder } from '../support/disk.ts';
import { type FakeClock, fakeClock, holder, request, reserved, texts } from '../support/ipam.ts';
import { atEachLoss, type Kept, type Loss } from '../support/power.ts';
import { addressesIn, assertClean, owners } from '../support/sweep.ts';
import { addressesSaid, SIZE, type Turn, theOther, theStore, type Verb } from '../support/turns.ts';

interface Case {
  readonly name: string;
  /** Pods that have their addresses before; the second one's stay. */
  readonly before: readonly number[];
  readonly verbs: readonly Verb[];
  /** After how many answers the first pod has what it was told, and nobody takes it back. */
  readonly keptAfter: number | undefined;
}
const CASES: readonly Case[] = [
  { name: 'ADD of the first pod', before: [], verbs: ['ADD'], keptAfter: 1 },
  { name: 'ADD', before: [2], verbs: ['ADD'], keptAfter: 1 },
  { name: 'DEL', before: [1, 2], verbs: ['DEL'], keptAfter: undefined },
  { name: 'GC', before: [1, 2], verbs: ['GC'], keptAfter: undefined },
  { name: 'DEL, then ADD of the same pod', before: [1, 2], verbs: ['DEL', 'ADD'], keptAfter: 2 },
];

/** Windows flushes no folder and has a journal: nothing there is strict. */
const SYSTEMS: readonly { readonly windows: boolean; readonly kept: readonly Kept[] }[] = [
  { windows: false, kept: ['strict', 'eager', 'ordered'] },
  { windows: true, kept: ['ordered'] },
];

/** Whose power is back: nothing that was not flushed is trusted. */
function rebooted(): FakeClock {
  const clock = fakeClock();
  clock.reboot();
  return clock;
}

const power = suite('power loss during a command of host-local');

for (const { windows, kept } of SYSTEMS) {
  for (const sets of [1, 2] as const) {
    for (const { name, before, verbs, keptAfter } of CASES) {
      power(`${name}, ${sets} set(s), names of ${windows ? 'Windows' : 'Linux'}`, () =>
        inFolder(async (root) => {
          const turn = { folder: root, sets, windows };
          for (const pod of before) addressesSaid(await theOther(turn, 'ADD', pod));
          const second = addressesIn(root, 2);
          let first: readonly string[] = [];
          let instants = 0;
          const steps = verbs.map((verb) => async (calls: Turn['calls'] & object) => {
            const said = await theOther({ ...turn, calls }, verb, verb === 'GC' ? [2] : 1);
            assert.is(said.exitCode, 0);
            if (verb === 'ADD') first = addressesSaid(said);
          });
          await atEachLoss({ root, steps, kept }, async (loss) => {
            instants++;
            const isKept = keptAfter !== undefined && loss.answered >= keptAfter;
            await recovers({ ...turn, folder: loss.folder, clock: rebooted() }, loss, {
              first: isKept ? first : undefined,
              second,
            });
          });
          assert.ok(instants > verbs.length * kept.length, `only ${instants} instants`);
        }),
      );
    }
  }
}

interface Told {
  /** Undefined while nothing is promised. */
  readonly first: readonly string[] | undefined;
  readonly second: readonly string[];
}

async function recovers(turn: Turn, { where }: Loss, { first, second }: Told): Promise<void> {
  const { folder, sets } = turn;
  for (const [address, pod] of owners(folder)) assert.ok([1, 2].includes(pod), `${address} is half a file, ${where}`);
  assert.equal(addressesIn(folder, 2), second, where);
  const held = addressesIn(folder, 1);
  if (first !== undefined) assert.equal([...held].sort(), [...first].sort(), where);

  const third = addressesSaid(await theOther(turn, 'ADD', 3));
  const fourth = texts(reserved(await theStore(turn).reserve(request(holder(4)))));
  const all = [...held, ...second, ...third, ...fourth];
  assert.is(new Set(all).size, all.length, `${all.join()}, ${where}`);
  assert.is(third.length + fourth.length, 2 * sets, where);

  for (const pod of [1, 2, 3]) assert.is((await theOther(turn, 'DEL', pod)).exitCode, 0, where);
  await theStore(turn).release(holder(4));
  assert.equal([...owners(folder)], [], where);
  assert.is((await theOther(turn, 'GC', [])).exitCode, 0, where);
  assertClean(folder, where);
  for (let pod = 1; pod <= SIZE; pod++) addressesSaid(await theOther(turn, 'ADD', pod));
  assert.is((await theOther(turn, 'ADD', SIZE + 1)).exitCode, 1, where);
  assert.is(owners(folder).size, SIZE * sets, where);
}

power.run();
