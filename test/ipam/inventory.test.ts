/** What a whole network holds, and how full it is: for GC and STATUS. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LeaseStore, Lock } from '../../src/ipam/lease.ts';
import type { CniError } from '../../src/spec/error.ts';
import { tree } from '../support/disk.ts';
import { fakeClock, holder, range, request, reserved, storeIn, usage } from '../support/ipam.ts';

const whole = suite<{ folder: string }>('a network as a whole');
whole.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'wincni-inventory-'));
});
whole.after.each(({ folder }) => {
  rmSync(folder, { recursive: true });
});

const take = async (store: LeaseStore, n: number): Promise<unknown> =>
  reserved(await store.reserve(request(holder(n))));

whole('inventory() of a network that never was is empty, and makes no folder', async ({ folder }) => {
  const store = storeIn(join(folder, 'sub'));
  assert.equal(await store.inventory(), { leases: [], tombstones: [], others: [] });
  assert.equal(await store.usage(usage(0)), { used: 0, total: 245n, leaked: 0, quarantined: 0, canReclaim: false });
});
whole(
  'inventory() tells leases of this boot from earlier ones, tombstones, and other programs’ holders',
  async ({ folder }) => {
    const clock = fakeClock();
    const store = storeIn(folder, { clock });
    await take(store, 1);
    await take(store, 2);
    await store.bury(holder(2).key);
    clock.reboot();
    await take(store, 3);
    const file = (name: string, content: string): void => {
      writeFileSync(join(folder, 'net', name), content);
    };
    file('10.244.3.100', 'peer\r\neth0');
    file('10.244.3.101', 'peer\neth0\n');
    file('10.244.3.102', 'peer\r\neth1');
    file('10.244.3.103', 'old');
    file('10.244.3.104', '');
    file('last_reserved_ip.1', '10.244.3.1');
    const { leases, tombstones, others } = await store.inventory();
    const seen = leases.map(({ lease, ofThisBoot }) => `${lease.containerId} ${ofThisBoot}`);
    assert.equal(seen.sort(), ['pod1 false', 'pod3 true']);
    assert.equal(
      tombstones.map((one) => [one.containerId, one.ageMs]),
      [['pod2', undefined]],
    );
    assert.equal(others, [
      { containerId: 'peer', ifname: 'eth0' },
      { containerId: 'peer', ifname: 'eth1' },
    ]);
  },
);
whole('inventory() removes what a crash left half written, whoever wrote it', async ({ folder }) => {
  const store = storeIn(folder);
  await take(store, 1);
  await take(store, 2);
  await store.bury(holder(2).key);
  const before = tree(folder);
  const places = ['10.244.3.77', 'last_reserved_ip.0', '.wincni/files-each', '.wincni/attachments/a.json'];
  for (const place of [...places, '.wincni/tombstones/a.json']) writeFileSync(join(folder, 'net', `${place}.tmp`), '1');
  await store.inventory();
  assert.equal(tree(folder), before);
});
whole('inventory() reports what it cannot read and goes on', async ({ folder }) => {
  const told: CniError[] = [];
  const store = storeIn(folder, { onUnreadable: (error) => told.push(error) });
  await take(store, 1);
  await take(store, 2);
  writeFileSync(join(folder, 'net', '.wincni', 'attachments', `${holder(1).key}.json`), '{');
  const { leases, others } = await store.inventory();
  assert.equal(
    leases.map(({ lease }) => lease.containerId),
    ['pod2'],
  );
  assert.equal(others, [{ containerId: 'pod1', ifname: 'eth0' }], 'its address file still names it');
  assert.match(told[0]?.message ?? '', /^Cannot read the lease record /);
});
whole(
  'usage() counts addresses in the range, and a tombstone that is due when there is no other',
  async ({ folder }) => {
    const clock = fakeClock();
    const store = storeIn(folder, { clock, ranges: [range('10.244.3.0/24', '10.244.3.10', '10.244.3.12')] });
    await take(store, 1);
    await take(store, 2);
    await store.bury(holder(1).key);
    mkdirSync(join(folder, 'net'), { recursive: true });
    writeFileSync(join(folder, 'net', '10.244.3.99'), 'outside\r\neth0');
    clock.advance(60_000);
    assert.equal(await store.usage(usage(60_000)), {
      used: 2,
      total: 3n,
      leaked: 1,
      quarantined: 0,
      canReclaim: false,
    });
    await take(store, 3);
    assert.equal(await store.usage(usage(60_000)), { used: 3, total: 3n, leaked: 1, quarantined: 0, canReclaim: true });
    assert.equal(await store.usage(usage(60_001)), {
      used: 3,
      total: 3n,
      leaked: 1,
      quarantined: 0,
      canReclaim: false,
    });
    clock.reboot();
    assert.equal(await store.usage(usage(60_001)), { used: 3, total: 3n, leaked: 1, quarantined: 0, canReclaim: true });
    writeFileSync(join(folder, 'net', '.wincni', 'tombstones', `${holder(1).key}.json`), '{');
    assert.equal(await store.usage(usage(0)), { used: 3, total: 3n, leaked: 1, quarantined: 0, canReclaim: false });
  },
);
whole('usage() waits for no lock', async ({ folder }) => {
  await take(storeIn(folder), 1);
  const held: Lock = { acquire: () => Promise.reject(new Error('somebody has it')) };
  assert.is((await storeIn(folder, { lock: held }).usage(usage(0))).used, 1);
});

whole.run();
