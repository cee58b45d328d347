/** Every command of the store ended at every system call: what is left is old or new, and DEL makes it clean. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LeaseStore } from '../../src/ipam/lease.ts';
import { Cut, inFolder, scissors, tree } from '../support/disk.ts';
import { holder, range, request, reserved, storeIn, texts } from '../support/ipam.ts';

const [one, other] = [holder(1), holder(2)];
const ranges = [range('10.244.3.0/24', '10.244.3.10', '10.244.3.12')];

interface Case {
  readonly name: string;
  readonly before: (store: LeaseStore) => Promise<unknown>;
  readonly act: (store: LeaseStore) => Promise<unknown>;
  /** What may be found afterwards. */
  readonly allowed: readonly string[];
}

const nothing = (): Promise<void> => Promise.resolve();
const lease = async (store: LeaseStore): Promise<void> => {
  reserved(await store.reserve(request(one)));
};
const ready = async (store: LeaseStore): Promise<void> => {
  await lease(store);
  await store.commit(one.key);
};
const grave = async (store: LeaseStore): Promise<void> => {
  await lease(store);
  await store.bury(one.key);
};

const CASES: readonly Case[] = [
  { name: 'reserve', before: nothing, act: (s) => s.reserve(request(one)), allowed: ['none', 'pending'] },
  {
    name: 'markInFlight',
    before: lease,
    act: (s) => s.markInFlight(one.key),
    allowed: ['pending', 'pending in flight'],
  },
  { name: 'commit', before: lease, act: (s) => s.commit(one.key), allowed: ['pending', 'ready'] },
  { name: 'bury', before: lease, act: (s) => s.bury(one.key), allowed: ['pending', 'buried'] },
  { name: 'release', before: lease, act: (s) => s.release(one), allowed: ['none', 'pending'] },
  { name: 'release of a ready lease', before: ready, act: (s) => s.release(one), allowed: ['none', 'ready'] },
  { name: 'claim', before: grave, act: (s) => s.claim(one.key), allowed: ['buried'] },
  { name: 'expire', before: grave, act: (s) => s.expire(one.key, 0), allowed: ['none', 'buried'] },
  { name: 'exhume', before: grave, act: (s) => s.exhume(one.key), allowed: ['none', 'buried'] },
];

async function stateOf(store: LeaseStore): Promise<string> {
  if ((await store.buried(one.key)) !== undefined) return 'buried';
  const found = await store.find(one.key);
  return found === undefined ? 'none' : `${found.state}${found.inFlight ? ' in flight' : ''}`;
}

/** Runs up to the cut; answers whether there was one. */
async function cutAt(
  nth: number,
  when: 'before' | 'after',
  { folder, act }: { folder: string; act: Case['act'] },
): Promise<boolean> {
  const cut = scissors(nth, when);
  try {
    await act(storeIn(folder, { calls: cut.calls, ranges }));
  } catch (thrown) {
    if (!(thrown instanceof Cut)) throw thrown;
  }
  return cut.isCut();
}

const crash = suite('a crash at every system call');

for (const { name, before, act, allowed } of CASES) {
  for (const when of ['before', 'after'] as const) {
    crash(`of ${name}, ${when} its effect`, async () => {
      const seen = new Set<string>();
      for (let nth = 1; ; nth++) {
        const isCut = await inFolder(async (folder) => {
          const store = storeIn(folder, { ranges });
          await before(store);
          const wasCut = await cutAt(nth, when, { folder, act });
          seen.add(await stateOf(store));
          await recovers(folder, `${name} cut ${when} call ${nth}`);
          return wasCut;
        });
        if (!isCut) break;
        assert.ok(nth < 100);
      }
      assert.equal([...seen].sort(), [...allowed].sort());
    });
  }
}

/** Another pod gets an address of its own, the command can be repeated, and DEL leaves nothing but the round's place. */
async function recovers(folder: string, where: string): Promise<void> {
  const store = storeIn(folder, { ranges });
  const held = await store.addressesOf(one);
  const living = await store.find(one.key);
  const neighbour = reserved(await store.reserve(request(other)));
  assert.not(
    held.some(({ text }) => text === texts(neighbour)[0]),
    where,
  );
  if (living !== undefined)
    assert.equal(
      texts(living),
      held.map(({ text }) => text),
      where,
    );
  const isBuried = (await store.buried(one.key)) !== undefined;
  await store.release(one);
  if (isBuried) {
    // An exhumation that was cut short may have freed the addresses; nothing else may.
    assert.equal(await store.addressesOf(one), held, where);
    await store.exhume(one.key);
  }
  const again = reserved(await store.reserve(request(one)));
  assert.is.not(texts(again)[0], texts(neighbour)[0], where);
  await store.release(one);
  await store.release(other);
  await store.tombstones(5);
  assert.equal(Object.keys(tree(folder)), ['net/last_reserved_ip.0'], where);
}
crash.run();
