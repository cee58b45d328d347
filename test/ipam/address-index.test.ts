/** The index of addresses through the store: which address comes next, how long it waits, and what the index costs and survives. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SystemCalls } from '../../src/disk/node-files.ts';
import type { LeaseStore, Reservation } from '../../src/ipam/lease.ts';
import type { Range } from '../../src/ipam/ranges.ts';
import { inFolder } from '../support/disk.ts';
import {
  type FakeClock,
  fakeClock,
  holder,
  range,
  request,
  reserved,
  storeIn,
  texts,
  UNFLUSHED,
} from '../support/ipam.ts';

const FOUR = range('10.244.3.0/24', '10.244.3.10', '10.244.3.13');
const QUARANTINE_MS = 60_000;

interface World {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly store: (calls?: SystemCalls) => LeaseStore;
  readonly add: (pod: number) => Promise<string>;
  readonly del: (pod: number) => Promise<void>;
  readonly ask: (pod: number, ignoresQuarantine?: boolean) => Promise<Reservation>;
}

const index = suite('index of addresses');

function withIndex(name: string, use: (world: World) => Promise<void>, ranges: readonly Range[] = [FOUR]): void {
  index(name, () =>
    inFolder(async (folder) => {
      const clock = fakeClock();
      const ipam = {
        source: 'host-local',
        sets: ranges.map((one) => [one]),
        wanted: [],
        quarantineMs: QUARANTINE_MS,
      } as const;
      const store = (calls: SystemCalls = UNFLUSHED): LeaseStore => storeIn(folder, { ipam, clock, calls });
      const ask = (pod: number, ignoresQuarantine = false): Promise<Reservation> =>
        store().reserve(request(holder(pod), { ignoresQuarantine }));
      await use({
        folder,
        clock,
        store,
        ask,
        add: async (pod) => texts(reserved(await ask(pod))).join(),
        del: (pod) => store().release(holder(pod)),
      });
    }),
  );
}

withIndex(
  'addresses never given come first, then those given back the longest time ago',
  async ({ add, del, clock }) => {
    assert.equal([await add(1), await add(2)], ['10.244.3.10', '10.244.3.11']);
    await del(2);
    await del(1);
    assert.equal([await add(3), await add(4)], ['10.244.3.12', '10.244.3.13']);
    clock.advance(QUARANTINE_MS);
    assert.equal([await add(5), await add(6)], ['10.244.3.11', '10.244.3.10']);
  },
);

withIndex(
  'an address given back a moment ago is given when no other is left, and only when asked so',
  async (world) => {
    for (const pod of [1, 2, 3, 4]) await world.add(pod);
    await world.del(2);
    world.clock.advance(QUARANTINE_MS - 1);
    assert.equal(await world.ask(5), { kind: 'full', used: 3, total: 4n, leaked: 0, quarantined: 1 });
    assert.equal(texts(reserved(await world.ask(5, true))), ['10.244.3.11']);
    await world.del(3);
    assert.is((await world.ask(6)).kind, 'full');
    world.clock.advance(QUARANTINE_MS);
    assert.is(await world.add(6), '10.244.3.12');
  },
);

withIndex('the order outlives a restart of the node, the quarantine does not', async ({ add, del, clock, ask }) => {
  for (const pod of [1, 2, 3, 4]) await add(pod);
  for (const pod of [3, 1]) {
    await del(pod);
    clock.advance(1);
  }
  assert.is((await ask(5)).kind, 'full');
  clock.reboot();
  assert.equal([await add(5), await add(6)], ['10.244.3.12', '10.244.3.10']);
});

const net = ({ folder }: World, ...names: readonly string[]): string => join(folder, 'net', ...names);

withIndex('what another program reserves and frees is seen', async (world) => {
  await world.add(1);
  writeFileSync(net(world, '10.244.3.11'), 'other\r\neth0');
  assert.is(await world.add(2), '10.244.3.12');
  rmSync(net(world, '10.244.3.10'));
  rmSync(net(world, '10.244.3.11'));
  assert.is(await world.add(3), '10.244.3.13');
  world.clock.advance(QUARANTINE_MS);
  assert.equal([await world.add(4), await world.add(5)].sort(), ['10.244.3.10', '10.244.3.11']);
});

for (const years of [-10, 10]) {
  withIndex(
    `what others do is seen though the wall clock jumps by ${years} years, and the quarantine lasts`,
    async (world) => {
      const { now } = Date;
      await world.add(1);
      try {
        Date.now = () => now() + years * 365 * 86_400_000;
        assert.is(await world.add(2), '10.244.3.11');
        await world.del(1);
        writeFileSync(net(world, '10.244.3.12'), 'other\r\neth0');
        assert.is(await world.add(3), '10.244.3.13');
        assert.equal(await world.ask(4), { kind: 'full', used: 3, total: 4n, leaked: 0, quarantined: 1 });
      } finally {
        Date.now = now;
      }
      // As after a resume.
      world.clock.advance(86_400_000);
      assert.is(await world.add(4), '10.244.3.10');
    },
  );
}

withIndex('a file that appears without the folder saying so is not given again', async (world) => {
  await world.add(1);
  const { atime, mtime } = statSync(net(world));
  writeFileSync(net(world, '10.244.3.11'), 'other\r\neth0');
  // As when two changes fall into one tick of the system's clock.
  const { utimesSync } = await import('node:fs');
  utimesSync(net(world), atime, mtime);
  assert.is(await world.add(2), '10.244.3.12');
  assert.equal(
    (await world.store().addressesOf({ ...holder(9), containerId: 'other' })).map(({ text }) => text),
    ['10.244.3.11'],
  );
});

const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  'is gone': (path) => {
    rmSync(path);
  },
  'is empty': (path) => {
    truncateSync(path);
  },
  'is cut off': (path) => {
    truncateSync(path, 5000);
  },
  'is of another program': (path) => {
    writeFileSync(path, 'x'.repeat(20_000));
  },
  'is a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
};
for (const [how, damage] of Object.entries(DAMAGES)) {
  withIndex(`nothing is given twice or lost when the index ${how}`, async (world) => {
    for (const pod of [1, 2]) await world.add(pod);
    damage(net(world, '.wincni', 'index'));
    writeFileSync(net(world, 'touched'), '');
    assert.equal([await world.add(3), await world.add(4)].sort(), ['10.244.3.12', '10.244.3.13']);
    await world.del(1);
    assert.not(existsSync(net(world, '10.244.3.10')));
    assert.equal(
      (await world.store().addressesOf(holder(2))).map(({ text }) => text),
      ['10.244.3.11'],
    );
  });
}

/** Counts what a command does with the file system. */
function counting(): { readonly calls: SystemCalls; readonly count: () => number; readonly lists: () => number } {
  let [count, lists] = [0, 0];
  const counted = Object.entries(UNFLUSHED).map(([name, call]) => [
    name,
    (...args: readonly unknown[]): unknown => {
      count++;
      if (name === 'list' && String(args[0]).endsWith('net')) lists++;
      return (call as (...all: readonly unknown[]) => unknown)(...args);
    },
  ]);
  return { calls: Object.fromEntries(counted) as SystemCalls, count: () => count, lists: () => lists };
}

withIndex(
  'ADD and DEL do as much beside 400 leases as beside 4, and list no folder of leases',
  async ({ store, add }) => {
    const cost = async (pod: number): Promise<readonly number[]> => {
      const [adding, deleting] = [counting(), counting()];
      reserved(await store(adding.calls).reserve(request(holder(pod))));
      await store(deleting.calls).release(holder(pod));
      assert.is(adding.lists() + deleting.lists(), 0);
      return [adding.count(), deleting.count()];
    };
    for (const pod of [1, 2, 3, 4]) await add(pod);
    const few = await cost(1000);
    for (let pod = 5; pod <= 400; pod++) await add(pod);
    const [adding = 0, deleting = 0] = await cost(1000);
    // A longer list under one hash reads a page more.
    assert.ok(adding <= (few[0] ?? 0) + 6 && deleting <= (few[1] ?? 0) + 6, JSON.stringify({ few, adding, deleting }));
  },
  [range('10.244.0.0/16', '10.244.0.10', '10.244.255.254')],
);

withIndex(
  'in a range of 2^64 the index stays small, and forgets who has been gone the longest',
  async (world) => {
    await world.add(0);
    for (let pod = 1; pod <= 1500; pod++) {
      await world.add(pod);
      await world.del(pod);
    }
    assert.ok(statSync(net(world, '.wincni', 'index')).size < 300_000);
    assert.equal(
      readdirSync(net(world)).filter((name) => name.includes(':')),
      ['fd00::10'],
    );
    assert.equal(
      (await world.store().addressesOf(holder(0))).map(({ text }) => text),
      ['fd00::10'],
    );
  },
  [range('fd00::/64', 'fd00::10', 'fd00::ffff:ffff:ffff:ffff')],
);

withIndex(
  'the index grows with its leases',
  async (world) => {
    for (let pod = 1; pod <= 1100; pod++) await world.add(pod);
    assert.is(new Set(readdirSync(net(world)).filter((name) => name.includes(':'))).size, 1100);
    for (let pod = 1; pod <= 1100; pod++) await world.del(pod);
    assert.equal(
      readdirSync(net(world)).filter((name) => name.includes(':')),
      [],
    );
  },
  [range('fd00::/64', 'fd00::10', 'fd00::ffff:ffff:ffff:ffff')],
);

withIndex('leases of an earlier boot are suspects, a few at a time, and those of this boot are not', async (world) => {
  const { add, store, clock } = world;
  const keyOf = ({ containerId }: { readonly containerId: string }): string => holder(Number(containerId.slice(3))).key;
  const suspects = async (limit: number): Promise<readonly string[]> =>
    (await store().suspects({ limit, keyOf })).map(({ containerId }) => containerId);
  for (const pod of [1, 2]) await add(pod);
  writeFileSync(net(world, '10.244.3.13'), 'other\r\neth0');
  assert.equal(await suspects(5), []);
  clock.reboot();
  await add(3);
  assert.equal([await suspects(1), await suspects(5)], [['pod1'], ['pod1', 'pod2']]);
  await store().spare(holder(1).key);
  assert.equal(await suspects(5), ['pod2']);
  assert.not(await store().reclaim(holder(3).key));
  assert.ok(await store().reclaim(holder(2).key));
  assert.equal([await suspects(5), existsSync(net(world, '10.244.3.11'))], [[], false]);
  assert.is((await store().find(holder(1).key))?.containerId, 'pod1');
});
index.run();
