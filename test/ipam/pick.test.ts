/** What a lease gets by each source of addresses: asked for by name, fixed, or none that is ours to give. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Supply } from '../../src/ipam/config.ts';
import type { LeaseStore, Reservation, ReserveRequest } from '../../src/ipam/lease.ts';
import { inFolder, tree } from '../support/disk.ts';
import { holder, range, request, reserved, storeIn, texts } from '../support/ipam.ts';
import { cidr, ip } from '../support/net.ts';

const [one, two] = [holder(1), holder(2)];
const record = (who: { key: string }): string => `net/.wincni/attachments/${who.key}.json`;

const named = suite('addresses asked for by name');

/** A store that is asked for addresses by name. */
const asking = (folder: string, wanted: readonly (string | undefined)[]): LeaseStore => {
  const sets = [[range('10.244.3.0/24', '10.244.3.10')], [range('fd00::/64', 'fd00::10', 'fd00::ff')]];
  const asked = wanted.map((text) => (text === undefined ? undefined : ip(text)));
  return storeIn(folder, {
    ipam: { source: 'host-local', sets: sets.slice(0, wanted.length), wanted: asked, quarantineMs: 0 },
  });
};

named('an address asked for is given, and the others in their order', () =>
  inFolder(async (folder) => {
    const given = async (n: number, ...wanted: readonly (string | undefined)[]): Promise<readonly string[]> =>
      texts(reserved(await asking(folder, wanted).reserve(request(holder(n)))));
    assert.equal(await given(1, '10.244.3.50', undefined), ['10.244.3.50', 'fd00::10']);
    assert.equal(await given(2, undefined, 'fd00::5f'), ['10.244.3.10', 'fd00::5f']);
    assert.equal(await given(3, undefined, undefined), ['10.244.3.11', 'fd00::11']);
    assert.is(tree(folder)['net/last_reserved_ip.1'], 'fd00::11');
  }),
);
named('an address asked for is that one or none', () =>
  inFolder(async (folder) => {
    reserved(await asking(folder, ['10.244.3.50']).reserve(request(one)));
    const before = tree(folder);
    const answer = (
      wanted: readonly (string | undefined)[],
      more: Partial<ReserveRequest> = {},
    ): Promise<Reservation> => asking(folder, wanted).reserve(request(two, more));
    const no = (text: string, why: string): unknown => ({ kind: 'unavailable', address: ip(text), why });
    assert.equal(await answer(['10.244.3.50']), no('10.244.3.50', 'container "pod1" has it'));
    assert.equal(
      await answer(['10.244.3.60'], { reserved: [ip('10.244.3.60')] }),
      no('10.244.3.60', 'the network keeps it for itself'),
    );
    assert.equal(await answer(['10.244.3.60'], { exclude: [ip('10.244.3.60')] }), no('10.244.3.60', 'HNS refused it'));
    assert.equal(tree(folder), before);
    // HNS refused both: the one that can change does.
    const exclude = ['10.244.3.60', 'fd00::10'].map(ip);
    assert.equal(texts(reserved(await answer(['10.244.3.60', undefined], { exclude }))), ['10.244.3.60', 'fd00::11']);
  }),
);
named.run();

function seed(folder: string, files: Record<string, string>): void {
  mkdirSync(join(folder, 'net'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'net', name), content);
}

const elsewhere = suite('addresses that no file says');

const STATIC: Supply = {
  source: 'static',
  addresses: ['10.244.3.77/24', 'fd00::77/64'].map((text) => ({ address: cidr(text), gateway: undefined })),
};
const GIVEN: readonly Supply[] = [STATIC, { source: 'hns' }, { source: 'plugin' }];
for (const ipam of GIVEN) {
  const first = ipam.source === 'static' ? ['10.244.3.77', 'fd00::77'] : [];
  elsewhere(`a lease of ${ipam.source} lives and dies by its record alone`, () =>
    inFolder(async (folder) => {
      const at = storeIn(folder, { ipam });
      const lease = reserved(await at.reserve(request(one)));
      assert.equal([lease.source, texts(lease)], [ipam.source, first]);
      assert.equal(await at.find(one.key), lease);
      assert.is((await at.reserve(request(one))).kind, 'exists');
      // Nothing is exclusive: what the configuration gives twice is HNS's to judge.
      assert.equal(texts(reserved(await at.reserve(request(two)))), first);
      assert.equal(Object.keys(tree(folder)).sort(), [record(one), record(two)].sort());

      await at.commit(one.key, [cidr('10.244.3.9/24')]);
      const had = ipam.source === 'static' ? first : ['10.244.3.9'];
      const found = await at.find(one.key);
      assert.equal([found?.state, found && texts(found)], ['ready', had]);
      assert.equal(
        (await at.addressesOf(one)).map(({ text }) => text),
        had,
      );
      await at.commit(one.key);
      assert.equal(
        (await at.addressesOf(one)).map(({ text }) => text),
        had,
        'kept where nothing is said',
      );

      await at.bury(one.key);
      assert.is((await at.buried(one.key))?.source, ipam.source);
      assert.is((await at.reserve(request(one))).kind, 'buried');
      await at.exhume(one.key);
      await at.release(two);
      assert.equal(Object.keys(tree(folder)), []);
    }),
  );
  elsewhere(`a lease of ${ipam.source} hides none of host-local's, and takes none of its files`, () =>
    inFolder(async (folder) => {
      reserved(await storeIn(folder, { ipam }).reserve(request(one)));
      await storeIn(folder, { ipam }).commit(one.key, [cidr('10.244.3.10/24')]);
      seed(folder, { '10.244.3.10': 'pod2\r\neth0', '10.244.3.77': 'pod1\r\neth0' });
      for (const at of [storeIn(folder, { ipam }), storeIn(folder)]) {
        assert.equal(await at.reserve(request(two)), { kind: 'foreign', addresses: [ip('10.244.3.10')] });
      }
      await storeIn(folder).release(one);
      assert.equal(Object.keys(tree(folder)).sort(), ['net/10.244.3.10', 'net/10.244.3.77']);
    }),
  );
}
elsewhere('static addresses that HNS refused, or that the network keeps, are given no other in their place', () =>
  inFolder(async (folder) => {
    const no = (text: string, why: string): unknown => ({ kind: 'unavailable', address: ip(text), why });
    const refused = await storeIn(folder, { ipam: STATIC }).reserve(request(one, { exclude: [ip('fd00::77')] }));
    assert.equal(refused, no('fd00::77', 'HNS refused it'));
    const kept = await storeIn(folder, { ipam: STATIC }).reserve(request(one, { reserved: [ip('10.244.3.77')] }));
    assert.equal(kept, no('10.244.3.77', 'the network keeps it for itself'));
    assert.equal(tree(folder), {});
  }),
);
elsewhere.run();
