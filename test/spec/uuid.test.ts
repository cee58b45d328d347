/** Name-based ids: RFC 9562's algorithm, and values that no later version may change. */
import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isGuid } from '../../src/spec/netns.ts';
import { isNameBased, nameBasedGuid } from '../../src/spec/uuid.ts';

/** UUID version 5, written from RFC 9562 sections 4.1, 4.2 and 5.5 with BigInt, apart from what is tested. */
function uuid5(space: string, name: string): string {
  const bytes = Buffer.from(space.replaceAll('-', ''), 'hex');
  const digest = createHash('sha1').update(bytes).update(name, 'utf8').digest('hex').slice(0, 32);
  const version = 0xfn << 76n;
  const variant = 0x3n << 62n;
  const value = (BigInt(`0x${digest}`) & ~version & ~variant) | (5n << 76n) | (2n << 62n);
  return value
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The name space this plugin has had from the start. */
const SPACE = '6f0d3a5e-8c2b-4f7a-9d1e-5b3c7a904e21';

const uuid = suite('nameBasedGuid()');

uuid('the check itself gives the test vector of RFC 9562 appendix A.4', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  assert.is(uuid5(dns, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
});
uuid('nameBasedGuid() is version 5 over its parts, in upper case', () => {
  const part = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      assert.is(nameBasedGuid(...parts), uuid5(SPACE, parts.join('\0')).toUpperCase());
    }),
  );
});

/** Changing one of these loses every endpoint and lease that an earlier version left on a node. */
const PINS: readonly (readonly [parts: readonly string[], guid: string])[] = [
  [['endpoint', 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000', 'a1b2c3', 'eth0'], '2316F1BA-3315-57DB-AAC9-AC7767B653C3'],
  [['attachment', 'cbr0', 'a1b2c3', 'eth0'], '215F6625-885B-55BF-9048-D45A0FCFF75C'],
];
for (const [parts, guid] of PINS) {
  uuid(`nameBasedGuid() of ${parts.join(' ')} stays what it is`, () => {
    assert.is(nameBasedGuid(...parts), guid);
  });
}

uuid('nameBasedGuid() tells the parts apart, and their order', () => {
  const ids = [['a', 'bc'], ['ab', 'c'], ['abc'], ['abc', ''], ['', 'abc'], ['bc', 'a']].map((parts) =>
    nameBasedGuid(...parts),
  );
  assert.is(new Set(ids).size, ids.length);
  assert.ok(ids.every(isGuid));
});
uuid('isNameBased() knows its own ids, and no random one, in either case', () => {
  for (let i = 0; i < 100; i++) {
    const own = nameBasedGuid(String(i));
    const random = randomUUID();
    assert.equal([own, own.toLowerCase(), random, random.toUpperCase()].map(isNameBased), [true, true, false, false]);
  }
});

uuid.run();
