/** Whose the address files of a folder are, where records have different numbers of addresses. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import type { LeaseStore } from '../../src/ipam/lease.ts';
import type { Range } from '../../src/ipam/ranges.ts';
import { inFolder, tree } from '../support/disk.ts';
import { holder, range, request, reserved, storeIn, UNFLUSHED } from '../support/ipam.ts';

const V4 = range('10.244.3.0/24', '10.244.3.10');
const V6 = range('fd00::/64', 'fd00::10', 'fd00::ff');
const MORE = range('10.244.4.0/24', '10.244.4.10');

interface Counted {
  readonly store: (...ranges: readonly Range[]) => LeaseStore;
  /** How many address files were read. */
  readonly reads: () => number;
  readonly note: () => string | undefined;
  readonly peer: (address: string, content: string) => void;
  /** host-local removes an address's file. */
  readonly gone: (address: string) => void;
}

const tally = suite('whose address files there are');

const counted =
  (use: (on: Counted) => Promise<void>): (() => Promise<void>) =>
  () =>
    inFolder(async (folder) => {
      let reads = 0;
      const calls = {
        ...UNFLUSHED,
        read: (path: string) => {
          if (/\/[0-9a-f.:]+$/.test(path)) reads++;
          return SYSTEM_CALLS.read(path);
        },
      };
      await use({
        store: (...ranges) => storeIn(folder, { calls, ranges }),
        reads: () => {
          const until = reads;
          reads = 0;
          return until;
        },
        note: () => tree(folder)['net/.wincni/files-each'],
        gone: (address) => {
          rmSync(join(folder, 'net', address));
        },
        peer: (address, content) => {
          mkdirSync(join(folder, 'net'), { recursive: true });
          writeFileSync(join(folder, 'net', address), content);
        },
      });
    });

const add = async (store: LeaseStore, ...numbers: readonly number[]): Promise<void> => {
  for (const n of numbers) reserved(await store.reserve(request(holder(n))));
};

tally(
  'with several addresses for each record no address file is read',
  counted(async ({ store, reads, note }) => {
    const at = store(V4, V6);
    await add(at, 1, 2, 3, 4, 5, 6, 7, 8);
    assert.is(note(), '2');
    assert.is(reads(), 0);
    await at.bury(holder(8).key);
    assert.is(reads(), 2, 'its own');
    await add(at, 9);
    assert.is(reads(), 0);
  }),
);
tally(
  'a record whose file host-local has removed hides no lease from CHECK and DEL',
  counted(async ({ store, peer, gone }) => {
    const at = store(V4);
    await add(at, 1);
    gone('10.244.3.10');
    peer('10.244.3.50', 'pod9\r\neth0');
    assert.equal(
      (await at.addressesOf(holder(9))).map(({ text }) => text),
      ['10.244.3.50'],
    );
    await at.release(holder(9));
    assert.equal(await at.addressesOf(holder(9)), []);
  }),
);
tally(
  'a lease of a peer is found among them',
  counted(async ({ store, peer }) => {
    const at = store(V4, V6);
    await add(at, 1, 2);
    peer('10.244.3.50', 'pod9\r\neth0');
    peer('fd00::50', 'pod9\r\neth0');
    const answer = await at.reserve(request(holder(9)));
    assert.equal(answer.kind === 'foreign' && answer.addresses.map(({ text }) => text), ['10.244.3.50', 'fd00::50']);
    await at.release(holder(9));
    await add(at, 9);
  }),
);
tally(
  'one set more: neither a peer is overlooked, nor are the files read for ever',
  counted(async ({ store, reads, note, peer }) => {
    await add(store(V4), 1, 2);
    assert.is(note(), undefined);
    const at = store(V4, V6);
    await add(at, 3);
    assert.is(note(), 'mixed');
    // As many files as three records of two addresses had: by that number alone this one would be ours.
    peer('10.244.3.50', 'pod9\r\neth0');
    peer('10.244.3.51', 'pod8\r\neth0');
    assert.is((await at.reserve(request(holder(9)))).kind, 'foreign');
    await at.release(holder(9));
    await at.release(holder(8));
    reads();
    await add(at, 4);
    assert.is(note(), 'mixed');
    assert.is(reads(), 0, 'records are counted, not address files');
    await at.release(holder(1));
    await at.release(holder(2));
    await add(at, 5);
    assert.is(note(), '2');
    await at.release(holder(3));
    await at.release(holder(4));
    await at.release(holder(5));
    await add(store(V4), 6);
    assert.is(note(), '1');
  }),
);
tally(
  'one set less, and another number again',
  counted(async ({ store, note, peer }) => {
    await add(store(V4, V6), 1);
    await add(store(V4), 2, 3);
    assert.is(note(), 'mixed');
    await add(store(V4, V6, MORE), 4);
    peer('10.244.3.99', 'pod9\r\neth0');
    assert.equal(
      (await store(V4).addressesOf(holder(9))).map(({ text }) => text),
      ['10.244.3.99'],
    );
    assert.equal(await store(V4).addressesOf(holder(8)), []);
  }),
);
tally('a record that cannot be read, where they have to be counted, costs the reading of the files', () =>
  inFolder(async (folder) => {
    await add(storeIn(folder, { ranges: [V4] }), 1);
    await add(storeIn(folder, { ranges: [V4, V6] }), 2);
    writeFileSync(join(folder, 'net', '.wincni', 'attachments', `${holder(1).key}.json`), '{');
    writeFileSync(join(folder, 'net', '10.244.3.99'), 'pod9\r\neth0');
    const at = storeIn(folder, { ranges: [V4, V6] });
    assert.is((await at.reserve(request(holder(9)))).kind, 'foreign');
    await add(at, 3);
  }),
);
tally.run();
