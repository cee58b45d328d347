/** Records on disk: those of an older version, and those that cannot be read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CniError, Code } from '../../src/spec/error.ts';
import { inFolder, tree } from '../support/disk.ts';
import { holder, request, reserved, storeIn, texts } from '../support/ipam.ts';
import { ip } from '../support/net.ts';
import { rejectsCni } from '../support/throws.ts';

const [one, two] = [holder(1), holder(2)];
const record = (who: { key: string }): string => `net/.wincni/attachments/${who.key}.json`;
const stone = (who: { key: string }): string => `net/.wincni/tombstones/${who.key}.json`;
const json = (text: string | undefined): unknown => JSON.parse(text ?? 'null');

const old = suite('records of version 1');

const OLD = {
  version: 1,
  ...one,
  network: 'net',
  hnsNetworkId: 'N',
  endpointId: 'E',
  endpointName: 'pod1_net',
  netns: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01',
  state: 'ready',
  inFlight: false,
  bootId: 'boot-1',
  uptimeMs: 5,
};
old('one with an address is of host-local, one without is of a plugin', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'net', '.wincni', 'attachments'), { recursive: true });
    writeFileSync(join(folder, 'net', '10.244.3.10'), 'pod1\r\neth0');
    writeFileSync(join(folder, record(one)), JSON.stringify({ ...OLD, addresses: ['10.244.3.10/24'] }));
    writeFileSync(join(folder, record(two)), JSON.stringify({ ...OLD, ...two, addresses: [] }));
    const at = storeIn(folder);
    const [first, second] = [await at.find(one.key), await at.find(two.key)];
    assert.equal([first?.source, first && texts(first)], ['host-local', ['10.244.3.10']]);
    assert.equal([second?.source, second?.addresses], ['plugin', []]);
    await at.markInFlight(one.key);
    assert.is((json(tree(folder)[record(one)]) as { version: number }).version, 2);
    await at.bury(one.key);
    assert.equal(await at.addressesOf(one), [ip('10.244.3.10')]);
    await at.exhume(one.key);
    await at.release(two);
    assert.equal(tree(folder), {});
  }),
);
old('a tombstone of version 1 is one', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'net', '.wincni', 'tombstones'), { recursive: true });
    const buried = { bootId: 'boot-1', uptimeMs: 500 };
    writeFileSync(join(folder, stone(one)), JSON.stringify({ ...OLD, addresses: [], buried, claimed: false }));
    assert.is((await storeIn(folder).buried(one.key))?.ageMs, 500);
  }),
);
old.run();

const damage = suite('records that cannot be read');

for (const content of [
  '',
  '{',
  '[]',
  '{}',
  '{"version":3}',
  '{"version":2}',
  '{"version":1}',
  'null',
  '{"version":2,"key":5}',
]) {
  damage(`one with ${JSON.stringify(content)} is error 101 and stays`, () =>
    inFolder(async (folder) => {
      const path = join(folder, record(one));
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, content);
      const at = storeIn(folder);
      for (const attempt of [
        () => at.find(one.key),
        () => at.reserve(request(one)),
        () => at.release(one),
        () => at.bury(one.key),
      ]) {
        const error = await rejectsCni(attempt(), Code.Ipam, /unreadable, expected version 1 to 2/);
        assert.ok(error.message.includes(path));
      }
      assert.equal(tree(folder), { [record(one)]: content });
    }),
  );
}
damage('a tombstone among them is reported, and the others are still looked at', () =>
  inFolder(async (folder) => {
    const errors: CniError[] = [];
    const at = storeIn(folder, { onUnreadable: (error) => errors.push(error) });
    for (const who of [one, two]) {
      reserved(await at.reserve(request(who)));
      await at.bury(who.key);
    }
    writeFileSync(join(folder, stone(one)), '{"version":9}');
    writeFileSync(join(folder, `${stone(two)}.tmp`), '{"vers');
    assert.equal(
      (await at.tombstones(5)).map(({ key }) => key),
      [two.key],
    );
    assert.equal(
      errors.map((error) => [error.code, error.message.includes(stone(one))]),
      [[Code.Ipam, true]],
    );
    assert.is(tree(folder)[stone(one)], '{"version":9}');
    assert.is(tree(folder)[`${stone(two)}.tmp`], undefined);
    assert.ok(errors.every((error) => error instanceof CniError));
  }),
);
damage.run();
