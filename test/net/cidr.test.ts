/** Blocks: text forms, edges, and membership against plain BigInt and the netmask package. */
import fc from 'fast-check';
import { Netmask } from 'netmask';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cidr,
  compareCidr,
  contains,
  formatCidr,
  lastOf,
  networkOf,
  overlaps,
  parseCidr,
  sizeOf,
} from '../../src/net/cidr.ts';
import { BITS, type Family, ipFrom } from '../../src/net/ip.ts';
import { cidr, ip, ipValue } from '../support/net.ts';

/** Blocks whose prefixes and values are close together, so that they often touch. */
function block(only?: Family): fc.Arbitrary<Cidr> {
  return ipValue(only).chain(({ family, value }) =>
    fc.nat(BITS[family]).map((prefix) => ({ ip: ipFrom(family, value), prefix })),
  );
}

const parsing = suite('parseCidr()');

for (const text of [
  '10.244.3.0/24',
  '10.244.3.7/24',
  '0.0.0.0/0',
  '10.0.0.1/32',
  '::/0',
  'fd00:10:244:3::/64',
  '::1/128',
]) {
  parsing(`reads ${text} and keeps its host bits`, () => {
    const read = parseCidr(text);
    assert.is(read && formatCidr(read), text);
  });
}
const BAD = [
  ...['', '/', '10.244.3.0', '10.244.3.0/', '/24', '10.244.3.0/33', '10.244.3.0/024', '10.244.3.0/+4', '10.244.3.0/-1'],
  ...[
    '10.244.3.0/24/24',
    '10.244.3.0/255.255.255.0',
    '10.244.3.0 /24',
    '10.244.3.0/ 24',
    '10.244.3/24',
    '10.244.3.0/1e1',
  ],
  ...['::/129', '::1%1/64', '::ffff:1.2.3.4/120', 'fd00::/0x40'],
];
for (const text of BAD) {
  parsing(`refuses ${JSON.stringify(text)}`, () => {
    assert.is(parseCidr(text), undefined);
  });
}
parsing('is undone by formatCidr()', () => {
  fc.assert(
    fc.property(block(), (made) => {
      if (made.ip.family === 6 && made.ip.value >> 32n === 0xffffn) return;
      assert.equal(parseCidr(formatCidr(made)), made);
    }),
  );
});
parsing.run();

const edges = suite('networkOf(), lastOf(), sizeOf()');

edges('give the edges of a pod subnet', () => {
  assert.is(networkOf(cidr('10.244.3.7/24')).text, '10.244.3.0');
  assert.is(lastOf(cidr('10.244.3.7/24')).text, '10.244.3.255');
  assert.is(sizeOf(cidr('10.244.3.7/24')), 256n);
  assert.is(lastOf(cidr('fd00:10:244:3::9/64')).text, 'fd00:10:244:3:ffff:ffff:ffff:ffff');
  assert.is(networkOf(cidr('10.0.0.1/32')).text, '10.0.0.1');
  assert.is(lastOf(cidr('10.0.0.1/32')).text, '10.0.0.1');
});
edges('agree with masks over BigInt', () => {
  fc.assert(
    fc.property(block(), (made) => {
      const hosts = (1n << BigInt(BITS[made.ip.family] - made.prefix)) - 1n;
      assert.is(networkOf(made).value, made.ip.value & ~hosts);
      assert.is(lastOf(made).value, made.ip.value | hosts);
      assert.is(sizeOf(made), hosts + 1n);
    }),
  );
});
edges('agree with netmask for IPv4', () => {
  fc.assert(
    fc.property(block(4), (made) => {
      const theirs = new Netmask(formatCidr(made));
      assert.is(networkOf(made).text, theirs.base);
      assert.is(lastOf(made).text, theirs.broadcast ?? theirs.last);
      assert.is(Number(sizeOf(made)), theirs.size);
    }),
  );
});
edges.run();

const membership = suite('contains() and overlaps()');

membership('contains() is between the edges, and never crosses families', () => {
  fc.assert(
    fc.property(block(), ipValue(), fc.boolean(), ({ ip: base, prefix }, other, near) => {
      const within = { ip: base, prefix };
      const value = near && base.family === other.family ? base.value ^ (other.value & 0xffffn) : other.value;
      const probe = ipFrom(other.family, value);
      const inside = base.family === other.family && value >= networkOf(within).value && value <= lastOf(within).value;
      assert.is(contains(within, probe), inside);
    }),
  );
});
membership('overlaps() is symmetric and means a shared edge', () => {
  fc.assert(
    fc.property(block(), block(), (a, b) => {
      const shared = contains(a, networkOf(b)) || contains(a, lastOf(b)) || contains(b, networkOf(a));
      assert.is(overlaps(a, b), shared);
      assert.is(overlaps(b, a), shared);
    }),
  );
});
membership('compareCidr() puts what shares an address side by side, the larger block first', () => {
  fc.assert(
    fc.property(fc.array(block(), { maxLength: 12 }), (blocks) => {
      const sorted = [...blocks].sort(compareCidr);
      const isShared = (all: readonly Cidr[]): boolean =>
        all.some((a, at) => all.slice(at + 1).some((b) => overlaps(a, b)));
      const next = sorted.slice(1).map((b, at) => [sorted[at] ?? b, b] as const);
      assert.is(
        next.some(([a, b]) => overlaps(a, b)),
        isShared(blocks),
      );
      for (const [a, b] of next) if (overlaps(a, b)) assert.ok(a.prefix <= b.prefix);
    }),
  );
});
membership('tells neighbours from nested blocks', () => {
  assert.not(overlaps(cidr('10.244.3.0/24'), cidr('10.244.4.0/24')));
  assert.ok(overlaps(cidr('10.244.0.0/16'), cidr('10.244.4.0/24')));
  assert.not(overlaps(cidr('0.0.0.0/0'), cidr('::/0')));
  assert.not(contains(cidr('10.244.3.0/24'), ip('10.244.2.255')));
});
membership.run();
