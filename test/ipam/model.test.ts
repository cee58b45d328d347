/** Random commands on several pods, cut at random system calls, against a model: no address twice, none lost, none leaked. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Holder, LeaseStore } from '../../src/ipam/lease.ts';
import type { Range } from '../../src/ipam/ranges.ts';
import { Cut, inFolder, scissors, tree } from '../support/disk.ts';
import { holder, range, request, storeIn, UNFLUSHED } from '../support/ipam.ts';

const PODS = [1, 2, 3, 4, 5].map((n) => holder(n));
const SIZE = 4;
const V4 = range('10.244.3.0/24', '10.244.3.10', `10.244.3.${9 + SIZE}`);
const V6 = range('fd00::/64', 'fd00::10', `fd00::1${SIZE - 1}`);
const RANGES = { 'one set': [V4], 'two sets': [V4, V6] } as const;

/** What one pod has, as the model and as the store tell it. */
interface Held {
  readonly state: 'none' | 'pending' | 'ready' | 'buried';
  readonly inFlight: boolean;
  /** Undefined in the model: any that were free, one of each set. */
  readonly addresses: readonly string[] | undefined;
}
const NONE: Held = { state: 'none', inFlight: false, addresses: [] };

type Verb = 'reserve' | 'commit' | 'markInFlight' | 'bury' | 'release' | 'exhume';
interface Step {
  readonly verb: Verb;
  readonly pod: number;
  readonly cut: { readonly nth: number; readonly when: 'before' | 'after' } | undefined;
}

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom<Verb>(
    'reserve',
    'reserve',
    'reserve',
    'commit',
    'markInFlight',
    'bury',
    'release',
    'release',
    'exhume',
  ),
  pod: fc.nat(PODS.length - 1),
  cut: fc.option(
    fc.record({ nth: fc.integer({ min: 1, max: 30 }), when: fc.constantFrom('before' as const, 'after' as const) }),
    {
      nil: undefined,
      freq: 3,
    },
  ),
});

const run: Readonly<Record<Verb, (store: LeaseStore, who: Holder) => Promise<unknown>>> = {
  reserve: (store, who) => store.reserve(request(who)),
  commit: (store, { key }) => store.commit(key),
  markInFlight: (store, { key }) => store.markInFlight(key),
  bury: (store, { key }) => store.bury(key),
  release: (store, who) => store.release(who),
  exhume: (store, { key }) => store.exhume(key),
};

/** From which states a command does something, and what the pod has then; addresses left out are any that were free. */
const AFTER: Readonly<Record<Verb, { readonly from: readonly Held['state'][]; readonly to: (held: Held) => Held }>> = {
  reserve: { from: ['none'], to: () => ({ state: 'pending', inFlight: false, addresses: undefined }) },
  commit: { from: ['pending', 'ready'], to: (held) => ({ ...held, state: 'ready', inFlight: false }) },
  markInFlight: { from: ['pending', 'ready'], to: (held) => ({ ...held, inFlight: true }) },
  bury: { from: ['pending', 'ready'], to: (held) => ({ ...held, state: 'buried' }) },
  release: { from: ['pending', 'ready'], to: () => NONE },
  exhume: { from: ['buried'], to: () => NONE },
};

async function observe(store: LeaseStore): Promise<readonly Held[]> {
  const all: Held[] = [];
  for (const who of PODS) {
    const buried = await store.buried(who.key);
    const found = buried ?? (await store.find(who.key));
    const addresses = (await store.addressesOf(who)).map(({ text }) => text);
    const state = buried === undefined ? (found?.state ?? 'none') : 'buried';
    all.push(found === undefined ? NONE : { state, inFlight: found.inFlight, addresses });
  }
  return all;
}

/** How a command ended: with its answer, with an error, or cut. */
async function end(
  work: Promise<unknown>,
): Promise<{ readonly how: 'done' | 'refused' | 'cut'; readonly answer?: unknown }> {
  try {
    return { how: 'done', answer: await work };
  } catch (thrown) {
    return { how: thrown instanceof Cut ? 'cut' : 'refused' };
  }
}

type End = Awaited<ReturnType<typeof end>>;

interface Place {
  readonly folder: string;
  readonly ranges: readonly Range[];
}

/** The step on the store; answers what is there afterwards, which the model must allow. */
async function take(at: Place, { verb, pod, cut }: Step, model: readonly Held[]): Promise<readonly Held[]> {
  const calls = cut === undefined ? UNFLUSHED : scissors(cut.nth, cut.when).calls;
  const ended = await end(run[verb](storeIn(at.folder, { ...at, calls }), holder(pod + 1)));
  const now = await observe(storeIn(at.folder, at));
  const others = now.filter((_, index) => index !== pod);
  assert.equal(
    others,
    model.filter((_, index) => index !== pod),
  );
  const taken = others.flatMap(({ addresses = [] }) => addresses);
  const [before, mine] = [model[pod] ?? NONE, now[pod] ?? NONE];
  assert.not(
    mine.addresses?.some((address) => taken.includes(address)),
    'an address twice',
  );
  const isFull = verb === 'reserve' && before.state === 'none' && isTakenUp(at, pod);
  const isAllowed = fits(mine, at.ranges.length);
  assert.ok(
    outcomes({ verb, before, isFull, ended }).some(isAllowed),
    JSON.stringify({ verb, how: ended.how, before, mine }),
  );
  return now;
}

/** Whether the other pods have every address of a set: also what a reservation that was cut between two of them keeps until its DEL. */
function isTakenUp({ folder, ranges }: Place, pod: number): boolean {
  const files = Object.entries(tree(folder)).filter(([path]) => /\/[0-9a-f.:]+$/.test(path));
  const others = files.filter(([, content]) => content !== `pod${pod + 1}\r\neth0`).map(([path]) => path);
  return ranges.some(
    ({ first }) => others.filter((path) => path.includes(':') === (first.family === 6)).length === SIZE,
  );
}

/** What a pod may have after a command: the new state; after a cut also the old one. */
function outcomes(of: { verb: Verb; before: Held; isFull: boolean; ended: End }): readonly Held[] {
  const { from, to } = AFTER[of.verb];
  const acts = from.includes(of.before.state) && !of.isFull;
  const wanted = acts ? to(of.before) : of.before;
  // An exhumation that was cut may have freed addresses, in their order, and left the tombstone.
  const { addresses = [] } = of.before;
  const halfway =
    of.verb === 'exhume' ? addresses.map((_, index) => ({ ...of.before, addresses: addresses.slice(index + 1) })) : [];
  if (of.ended.how === 'cut') return [of.before, wanted, ...(acts ? halfway : [])];
  const isUpdate = of.verb === 'commit' || of.verb === 'markInFlight';
  assert.is(of.ended.how, isUpdate && !acts ? 'refused' : 'done');
  if (of.isFull) assert.is((of.ended.answer as { kind: string }).kind, 'full');
  return [wanted];
}

const fits =
  (mine: Held, sets: number) =>
  (want: Held): boolean =>
    want.state === mine.state &&
    want.inFlight === mine.inFlight &&
    (want.addresses === undefined ? mine.addresses?.length === sets : want.addresses.join() === mine.addresses?.join());

/** Everything that is held has its file, with its holder in it; nothing held is only on paper. */
function assertFiles(folder: string, model: readonly Held[]): void {
  const files = tree(folder);
  for (const [index, { addresses = [] }] of model.entries()) {
    for (const address of addresses) assert.is(files[`net/${address}`], `pod${index + 1}\r\neth0`);
  }
}

const model = suite('lease store against a model');

for (const [name, ranges] of Object.entries(RANGES)) {
  model(`random commands, cut at random calls, with ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) =>
        inFolder(async (folder) => {
          let held: readonly Held[] = PODS.map(() => NONE);
          for (const one of steps) {
            held = await take({ folder, ranges }, one, held);
            assertFiles(folder, held);
          }
          const store = storeIn(folder, { ranges });
          for (const who of PODS) {
            await store.release(who);
            await store.exhume(who.key);
          }
          await store.tombstones(PODS.length);
          const left = Object.keys(tree(folder)).filter((path) => !/\/last_reserved_ip\.[01]/.test(path));
          assert.equal(left, []);
        }),
      ),
      { numRuns: 250 },
    );
  });
}
model.run();
