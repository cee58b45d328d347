/** The lease store on a real folder: what is there after each function, and what each answers. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import type { Reservation } from '../../src/ipam/lease.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import type { Ip } from '../../src/net/ip.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder, tree } from '../support/disk.ts';
import { fakeClock, holder, range, request, reserved, storeIn, texts, UNFLUSHED, usage } from '../support/ipam.ts';
import { ip } from '../support/net.ts';
import { rejectsCni, throwsCni } from '../support/throws.ts';

const [one, two] = [holder(1), holder(2)];
const record = (who: { key: string }): string => `net/.wincni/attachments/${who.key}.json`;
const stone = (who: { key: string }): string => `net/.wincni/tombstones/${who.key}.json`;
const json = (text: string | undefined): unknown => JSON.parse(text ?? 'null');

const store = suite('lease store');

store("reserve() leaves a pending record and host-local's files", () =>
  inFolder(async (folder) => {
    const lease = reserved(await storeIn(folder).reserve(request(one)));
    assert.equal(texts(lease), ['10.244.3.10']);
    const { [record(one)]: written, ...peers } = tree(folder);
    assert.equal(peers, { 'net/10.244.3.10': 'pod1\r\neth0', 'net/last_reserved_ip.0': '10.244.3.10' });
    const { exclude, reserved: kept, ignoresQuarantine, podNamespace, podName, ...asked } = request(one);
    assert.equal([exclude, kept, ignoresQuarantine, podNamespace, podName], [[], [], false, undefined, undefined]);
    const rest = {
      source: 'host-local',
      addresses: ['10.244.3.10/24'],
      state: 'pending',
      inFlight: false,
      bootId: 'boot-1',
      uptimeMs: 1000,
    };
    assert.equal(json(written), { version: 2, ...asked, ...rest });
  }),
);
store('find(), markInFlight() and commit() follow a lease to ready', () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    assert.is(await at.find(one.key), undefined);
    const lease = reserved(await at.reserve(request(one)));
    assert.equal(await at.find(one.key), lease);
    await at.markInFlight(one.key);
    assert.equal(await at.find(one.key), { ...lease, inFlight: true });
    await at.commit(one.key);
    assert.equal(await at.find(one.key), { ...lease, state: 'ready', inFlight: false });
    assert.equal(await at.reserve(request(one)), { kind: 'exists', lease: { ...lease, state: 'ready' } });
  }),
);
store('commit() and markInFlight() of a lease that is gone are errors', () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    reserved(await at.reserve(request(one)));
    await at.release(one);
    await rejectsCni(at.commit(one.key), Code.Ipam, /is gone/);
    await rejectsCni(at.markInFlight(one.key), Code.Ipam, /is gone/);
    assert.equal(Object.keys(tree(folder)), ['net/last_reserved_ip.0']);
  }),
);
store("release() frees exactly the holder's lease, once or twice", () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    for (const who of [one, two, { ...holder(1, 'eth1'), key: holder(99).key }])
      reserved(await at.reserve(request(who)));
    await at.release(one);
    const left = tree(folder);
    assert.is(left['net/10.244.3.10'], undefined);
    assert.is(left['net/10.244.3.11'], 'pod2\r\neth0');
    assert.is(left['net/10.244.3.12'], 'pod1\r\neth1');
    await at.release(one);
    assert.equal(tree(folder), left);
  }),
);
store('a function on a network that has no folder finds nothing and makes nothing', () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    await at.release(one);
    await at.bury(one.key);
    await at.exhume(one.key);
    assert.is(await at.find(one.key), undefined);
    assert.is(await at.buried(one.key), undefined);
    assert.equal([await at.addressesOf(one), await at.tombstones(5)], [[], []]);
    assert.equal(tree(folder), {});
  }),
);
store('an exhausted range says how many are used of how many', () =>
  inFolder(async (folder) => {
    const at = storeIn(folder, { ranges: [range('10.244.3.0/24', '10.244.3.1', '10.244.3.4')] });
    const kept = ['10.244.3.1', '10.244.3.2'].map(ip);
    const ask = (n: number, exclude: readonly Ip[] = []): Promise<Reservation> =>
      at.reserve(request(holder(n), { reserved: kept, exclude }));
    reserved(await ask(1));
    assert.equal(await ask(2, [ip('10.244.3.4')]), { kind: 'full', used: 1, total: 2n, leaked: 0, quarantined: 0 });
    reserved(await ask(2));
    assert.equal(await ask(3), { kind: 'full', used: 2, total: 2n, leaked: 0, quarantined: 0 });
    assert.equal(await at.usage({ tombstoneMs: 0, reserved: kept }), {
      used: 2,
      total: 2n,
      leaked: 0,
      quarantined: 0,
      canReclaim: false,
    });
    // What a network keeps is known only when it has been found: the same store on another one.
    assert.equal(await at.usage({ tombstoneMs: 0, reserved: [] }), {
      used: 2,
      total: 3n,
      leaked: 0,
      quarantined: 0,
      canReclaim: false,
    });
    assert.equal(await at.find(holder(3).key), undefined);
  }),
);
store('one address of each set, each with a round of its own, until one of them has none', () =>
  inFolder(async (folder) => {
    const ranges = [range('10.244.3.0/24', '10.244.3.10'), range('fd00::/64', 'fd00::1', 'fd00::3')];
    const at = storeIn(folder, { ranges });
    assert.equal(reserved(await at.reserve(request(one))).addresses.map(formatCidr), ['10.244.3.10/24', 'fd00::2/64']);
    assert.equal(texts(reserved(await at.reserve(request(two)))), ['10.244.3.11', 'fd00::3']);
    assert.equal(await at.reserve(request(holder(3))), { kind: 'full', used: 2, total: 2n, leaked: 0, quarantined: 0 });
    assert.equal(await at.usage(usage(0)), { used: 2, total: 2n, leaked: 0, quarantined: 0, canReclaim: false });
    assert.equal(
      (await at.addressesOf(two)).map(({ text }) => text),
      ['10.244.3.11', 'fd00::3'],
    );
    await at.release(one);
    const { [record(two)]: written, ...peers } = tree(folder);
    assert.equal((json(written) as { addresses: unknown }).addresses, ['10.244.3.11/24', 'fd00::3/64']);
    assert.equal(peers, {
      'net/10.244.3.11': 'pod2\r\neth0',
      'net/fd00::3': 'pod2\r\neth0',
      'net/last_reserved_ip.0': '10.244.3.11',
      'net/last_reserved_ip.1': 'fd00::3',
    });
    assert.equal(texts(reserved(await at.reserve(request(one)))), ['10.244.3.12', 'fd00::2']);
  }),
);
store('a set of several ranges gives one address, from the first that has one', () =>
  inFolder(async (folder) => {
    const set = [range('10.1.0.0/24', '10.1.0.10', '10.1.0.11'), range('10.2.0.0/16', '10.2.0.10', '10.2.0.10')];
    const at = storeIn(folder, { ipam: { source: 'host-local', sets: [set], wanted: [], quarantineMs: 0 } });
    const given: string[] = [];
    for (const n of [1, 2, 3]) {
      given.push(...reserved(await at.reserve(request(holder(n)))).addresses.map(formatCidr));
    }
    assert.equal(given, ['10.1.0.10/24', '10.1.0.11/24', '10.2.0.10/16']);
    assert.equal(await at.reserve(request(holder(4))), { kind: 'full', used: 3, total: 3n, leaked: 0, quarantined: 0 });
    await at.release(two);
    assert.equal(texts(reserved(await at.reserve(request(holder(4))))), ['10.1.0.11']);
  }),
);
store('reserved and excluded addresses are never given, whatever the range holds', () =>
  inFolder(async (folder) => {
    const kept = ['10.244.3.0', '10.244.3.1', '10.244.3.2', '10.244.3.255'].map(ip);
    const at = storeIn(folder, { ranges: [range('10.244.3.0/24', '10.244.3.0', '10.244.3.255')] });
    const asked = request(one, { reserved: kept, exclude: [ip('10.244.3.3')] });
    assert.equal(texts(reserved(await at.reserve(asked))), ['10.244.3.4']);
  }),
);
store('a name that CNI does not allow leaves dataDir untouched', () =>
  inFolder((folder) => {
    for (const network of ['..', '.', '', 'a/b', 'a\\b', '-x', 'a b']) {
      throwsCni(() => storeIn(folder, { network }), Code.InvalidConfig);
    }
    assert.equal(tree(folder), {});
  }),
);
store("IPv6 files are named as the system's host-local names them", () =>
  inFolder(async (folder) => {
    const ranges = [
      {
        subnet: { ip: ip('fd00::'), prefix: 64 },
        first: ip('fd00::1'),
        last: ip('fd00::ff'),
        gateway: ip('fd00::fff'),
      },
    ];
    const setups = [
      { network: 'win', windows: true },
      { network: 'lin', windows: false },
    ];
    for (const setup of setups) {
      const at = storeIn(folder, { ...setup, ranges });
      reserved(await at.reserve(request(one)));
      assert.equal(texts(reserved(await at.reserve(request(two)))), ['fd00::2']);
      assert.equal(
        (await at.addressesOf(two)).map(({ text }) => text),
        ['fd00::2'],
      );
      await at.release(one);
    }
    const {
      'win/fd00__2': win,
      'lin/fd00::2': lin,
      'win/last_reserved_ip.0': last,
      'win/fd00__1': freed,
    } = tree(folder);
    assert.equal([win, lin, last, freed], ['pod2\r\neth0', 'pod2\r\neth0', 'fd00::2', undefined]);
  }),
);
store('a write that fails is taken back', () =>
  inFolder(async (folder) => {
    const full = (path: string): never => {
      throw Object.assign(new Error(`ENOSPC: no space left on device, open '${path}'`), { code: 'ENOSPC' });
    };
    const calls = {
      ...UNFLUSHED,
      open: (path: string, flags: string) => (/last_res/.test(path) ? full(path) : UNFLUSHED.open(path, flags)),
    };
    await rejectsCni(storeIn(folder, { calls }).reserve(request(one)), Code.Io, /last_reserved_ip.0": ENOSPC/);
    assert.equal(tree(folder), {});
  }),
);
store("the lock is on host-local's file, taken for each function and given back after errors", () =>
  inFolder(async (folder) => {
    const log: string[] = [];
    const lock = {
      acquire: (path: string, deadlineMs: number) => {
        log.push(`${path.slice(folder.length)} ${deadlineMs}`);
        return Promise.resolve(() => log.push('free'));
      },
    };
    const at = storeIn(folder, { lock: lock });
    await at.reserve(request(one));
    await rejectsCni(at.commit(two.key), Code.Ipam);
    assert.equal(log, ['/net/lock 30000', 'free', '/net/lock 30000', 'free']);
  }),
);
store('many at once share the folder through the real lock, and no address is given twice', () =>
  inFolder(async (folder) => {
    const pods = Array.from({ length: 40 }, (_, n) => holder(n + 1));
    const open = () => storeIn(folder, { lock: createFileLock() });
    const leases = await Promise.all(pods.map(async (who) => reserved(await open().reserve(request(who)))));
    assert.is(new Set(leases.flatMap(texts)).size, pods.length);
    await Promise.all(pods.map((who) => open().release(who)));
    assert.equal(Object.keys(tree(folder)).sort(), ['net/last_reserved_ip.0', 'net/lock']);
  }),
);
store.run();

function seed(folder: string, files: Record<string, string>): void {
  mkdirSync(join(folder, 'net'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'net', name), content);
}

const peers = suite('leases of host-local');

for (const content of ['pod1\r\neth0', 'pod1\r\neth0\n', 'pod1']) {
  peers(`one with content ${JSON.stringify(content)} is foreign, and released`, () =>
    inFolder(async (folder) => {
      seed(folder, {
        '10.244.3.10': content,
        '10.244.3.11': 'pod2\r\neth0',
        lock: '',
        'last_reserved_ip.0': '10.244.3.11',
      });
      const at = storeIn(folder);
      assert.equal(await at.reserve(request(one)), { kind: 'foreign', addresses: [ip('10.244.3.10')] });
      assert.equal(await at.addressesOf(one), [ip('10.244.3.10')]);
      assert.equal(texts(reserved(await at.reserve(request(holder(3))))), ['10.244.3.12']);
      await at.release(one);
      assert.equal(
        Object.keys(tree(folder))
          .filter((name) => /10\.244/.test(name))
          .sort(),
        ['net/10.244.3.11', 'net/10.244.3.12'],
      );
    }),
  );
}
peers('the old form without interface counts only where the new one is absent', () =>
  inFolder(async (folder) => {
    seed(folder, { '10.244.3.10': 'pod1', '10.244.3.11': 'pod1\r\neth0', '10.244.3.12': 'pod1\r\neth1' });
    await storeIn(folder).release(one);
    assert.equal(tree(folder), { 'net/10.244.3.10': 'pod1', 'net/10.244.3.12': 'pod1\r\neth1' });
  }),
);
peers('a lease of theirs keeps an address that an old record of ours for the same container names', () =>
  inFolder(async (folder) => {
    const ranges = [range('10.244.3.0/24', '10.244.3.10'), range('fd00:244:3::/64', 'fd00:244:3::10')];
    const at = storeIn(folder, { ranges });
    const [v4 = '', v6 = ''] = texts(reserved(await at.reserve(request(one))));
    await at.commit(one.key);
    // host-local's DEL and ADD: the first address comes again, the second does not.
    rmSync(join(folder, 'net', v6));
    seed(folder, { 'fd00:244:3::77': 'pod1\r\neth0' });
    const theirs = [v4, 'fd00:244:3::77'];
    const answer = await storeIn(folder, { ranges }).reserve(request(one));
    assert.is(answer.kind, 'foreign');
    const held = await storeIn(folder, { ranges }).addressesOf(one);
    assert.equal(held.map(({ text }) => text).sort(), theirs);
    await storeIn(folder, { ranges }).release(one);
    assert.equal(
      Object.keys(tree(folder)).filter((name) => /10\.244|fd00/.test(name)),
      [],
    );
  }),
);
peers('a lease of ours that host-local released is none, and can be made anew', () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    reserved(await at.reserve(request(one)));
    await at.commit(one.key);
    rmSync(join(folder, 'net', '10.244.3.10'));
    assert.is(await at.find(one.key), undefined);
    assert.equal(texts(reserved(await at.reserve(request(one)))), ['10.244.3.11']);
    await at.release(one);
    assert.equal(Object.keys(tree(folder)), ['net/last_reserved_ip.0']);
  }),
);
peers("an address that meanwhile is another holder's is not freed with our record", () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    reserved(await at.reserve(request(one)));
    await at.commit(one.key);
    seed(folder, { '10.244.3.10': 'other\r\neth0' });
    assert.equal(await at.addressesOf(one), []);
    await at.release(one);
    assert.is(await at.find(one.key), undefined);
    assert.is(tree(folder)['net/10.244.3.10'], 'other\r\neth0');
  }),
);
peers('no address file is read where our records account for all of them', () =>
  inFolder(async (folder) => {
    const reads: string[] = [];
    const calls = {
      ...UNFLUSHED,
      read: (path: string) => {
        reads.push(path);
        return SYSTEM_CALLS.read(path);
      },
    };
    const at = storeIn(folder, { calls });
    for (let n = 10; n < 60; n++) reserved(await at.reserve(request(holder(n))));
    reads.length = 0;
    reserved(await at.reserve(request(one)));
    await at.commit(one.key);
    await at.release(one);
    assert.ok(reads.length <= 16, reads.join('\n'));
    assert.ok(
      reads.filter((path) => /\/10\.244\.3\.\d+$/.test(path)).every((path) => path.endsWith('.60')),
      reads.join('\n'),
    );
  }),
);
peers.run();

const graves = suite('tombstones');

graves('claim() is true for one at a time, and makes the tombstone as new', () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const at = storeIn(folder, { clock });
    assert.is(await at.claim(one.key), false);
    await at.reserve(request(one));
    await at.bury(one.key);
    clock.advance(50_000);
    assert.is(await at.claim(one.key), true);
    assert.is((await at.buried(one.key))?.ageMs, 0);
    clock.advance(29_999);
    assert.is(await at.claim(one.key), false);
    clock.advance(1);
    assert.is(await at.claim(one.key), true, 'a claim whose process died');
    clock.reboot();
    assert.is(await at.claim(one.key), true, 'a claim of another boot');
    await at.exhume(one.key);
    assert.is(await at.claim(one.key), false);
  }),
);
graves('expire() frees what is due at the time it is asked, not at the time it was seen', () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const at = storeIn(folder, { clock });
    assert.is(await at.expire(one.key, 0), true, 'no folder, no tombstone');
    await at.reserve(request(one));
    assert.is(await at.expire(one.key, 0), true, 'a lease is no tombstone');
    assert.is((await at.find(one.key))?.state, 'pending');
    await at.bury(one.key);
    clock.advance(500);
    assert.is(await at.expire(one.key, 501), false);
    await at.claim(one.key);
    assert.is(await at.expire(one.key, 500), false, 'claimed since');
    assert.equal(await at.addressesOf(one), [ip('10.244.3.10')]);
    clock.advance(500);
    assert.is(await at.expire(one.key, 500), true);
    assert.equal(tree(folder), { 'net/last_reserved_ip.0': '10.244.3.10' });

    await at.reserve(request(one));
    await at.bury(one.key);
    clock.reboot();
    assert.is(await at.expire(one.key, 86_400_000), true, 'another boot');
    assert.is(await at.buried(one.key), undefined);
  }),
);
graves('bury() sets the lease aside, exhume() frees it', () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const at = storeIn(folder, { clock });
    const lease = reserved(await at.reserve(request(one)));
    await at.markInFlight(one.key);
    clock.advance(500);
    await at.bury(one.key);
    clock.advance(2500);
    const tombstone = { ...lease, inFlight: true, ageMs: 2500 };
    assert.equal(await at.buried(one.key), tombstone);
    assert.equal(await at.tombstones(5), [tombstone]);
    assert.is(await at.find(one.key), undefined);
    assert.equal(await at.reserve(request(one)), { kind: 'buried', tombstone });
    const { [stone(one)]: written, [record(one)]: gone } = tree(folder);
    assert.is(gone, undefined);
    assert.equal((json(written) as { buried: unknown }).buried, { bootId: 'boot-1', uptimeMs: 1500 });

    await at.release(one);
    await at.bury(one.key);
    assert.equal(await at.addressesOf(one), [ip('10.244.3.10')]);
    await rejectsCni(at.commit(one.key), Code.Ipam, /is gone/);
    await at.exhume(one.key);
    await at.exhume(one.key);
    assert.equal(tree(folder), { 'net/last_reserved_ip.0': '10.244.3.10' });
    assert.equal(texts(reserved(await at.reserve(request(one)))), ['10.244.3.11']);
  }),
);
graves('a tombstone of another boot has no age', () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const at = storeIn(folder, { clock });
    reserved(await at.reserve(request(one)));
    await at.bury(one.key);
    clock.reboot();
    assert.is((await at.buried(one.key))?.ageMs, undefined);
  }),
);
graves('bury() without a lease makes none', () =>
  inFolder(async (folder) => {
    const at = storeIn(folder);
    reserved(await at.reserve(request(two)));
    await at.bury(one.key);
    assert.equal(await at.tombstones(5), []);
  }),
);
graves('each has its turn, and no more are read than asked for', () =>
  inFolder(async (folder) => {
    let reads = 0;
    const calls = {
      ...UNFLUSHED,
      read: (path: string) => {
        if (path.includes('tombstones')) reads++;
        return SYSTEM_CALLS.read(path);
      },
    };
    const at = storeIn(folder, { calls });
    for (let n = 1; n <= 7; n++) {
      reserved(await at.reserve(request(holder(n))));
      await at.bury(holder(n).key);
    }
    reads = 0;
    const turns: (readonly string[])[] = [];
    for (let turn = 0; turn < 4; turn++) turns.push((await at.tombstones(3)).map(({ containerId }) => containerId));
    assert.equal(turns, [
      ['pod1', 'pod2', 'pod3'],
      ['pod4', 'pod5', 'pod6'],
      ['pod7', 'pod1', 'pod2'],
      ['pod3', 'pod4', 'pod5'],
    ]);
    assert.is(reads, 12);
    await at.exhume(holder(6).key);
    assert.equal(
      (await at.tombstones(2)).map(({ containerId }) => containerId),
      ['pod7', 'pod1'],
    );
    assert.is((await at.tombstones(100)).length, 6);
  }),
);
graves.run();
