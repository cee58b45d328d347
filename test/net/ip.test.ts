/** Addresses: what is read as one, its one text, and arithmetic against plain BigInt. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareIp, type Family, ipFrom, offset, parseIp, sameIp } from '../../src/net/ip.ts';
import { ip, ipValue, family as someFamily } from '../support/net.ts';

const parsing = suite('parseIp()');

const GOOD: readonly (readonly [text: string, family: Family, value: bigint, canonical: string])[] = [
  ['10.244.3.7', 4, 0x0af40307n, '10.244.3.7'],
  ['0.0.0.0', 4, 0n, '0.0.0.0'],
  ['255.255.255.255', 4, 0xffffffffn, '255.255.255.255'],
  ['::', 6, 0n, '::'],
  ['::1', 6, 1n, '::1'],
  ['FD00:0:0::01', 6, (0xfd00n << 112n) | 1n, 'fd00::1'],
  ['1:2:3:4:5:6:7::', 6, 0x00010002000300040005000600070000n, '1:2:3:4:5:6:7:0'],
  ['2001:db8:0:0:1:0:0:1', 6, 0x20010db8000000000001000000000001n, '2001:db8::1:0:0:1'],
  ['1:0:3:4:5:6:7:8', 6, 0x00010000000300040005000600070008n, '1:0:3:4:5:6:7:8'],
  ['64:ff9b::1.2.3.4', 6, 0x0064ff9b000000000000000001020304n, '64:ff9b::102:304'],
];
for (const [text, family, value, canonical] of GOOD) {
  parsing(`reads ${text}`, () => {
    assert.equal(parseIp(text), { family, value, text: canonical });
  });
}

const BAD = [
  ...['', ' ', '10', '10.1', '10.244.3', '10.244.3.256', '10.244.3.07', '0x0a.1.1.1', '10.244.3.7/24', '10.244.3.7.1'],
  ...[' 10.244.3.7', '10.244.3.7 ', '10.244.3.7\n', '1e1.1.1.1', '10.244.3.', '.10.244.3', '10.244.-3.7', '١.2.3.4'],
  ...[':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'fd00::00001', 'g::', '[::1]', '::1 '],
  ...['fe80::1%eth0', 'fd00::1/64', '::1.2.3', '::1.2.3.256', '::01.2.3.4', '::ffff:1.2.3.4', '::ffff:102:304'],
];
for (const text of BAD) {
  parsing(`refuses ${JSON.stringify(text)}`, () => {
    assert.is(parseIp(text), undefined);
  });
}
parsing('never throws, and what it reads has a text that is read the same', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./%]{0,45}$/), fc.ipV4Extended(), fc.ipV6());
  fc.assert(
    fc.property(text, (candidate) => {
      const read = parseIp(candidate);
      if (read !== undefined) assert.equal(parseIp(read.text), read);
    }),
  );
});
parsing.run();

const arithmetic = suite('address arithmetic');

arithmetic('ipFrom() and parseIp() undo each other', () => {
  fc.assert(
    fc.property(ipValue(), ({ family, value }) => {
      const made = ipFrom(family, value);
      const mapped = family === 6 && value >> 32n === 0xffffn;
      assert.equal(parseIp(made.text), mapped ? undefined : made);
    }),
  );
});
arithmetic('ipFrom() writes IPv6 as the WHATWG URL parser does, which follows RFC 5952', () => {
  fc.assert(
    fc.property(ipValue(6), ({ value }) => {
      const text = ipFrom(6, value).text;
      assert.is(new URL(`http://[${text}]/`).hostname, `[${text}]`);
    }),
  );
});
arithmetic('offset() adds, and refuses to leave the family', () => {
  fc.assert(
    fc.property(ipValue(), fc.bigInt({ min: -(1n << 129n), max: 1n << 129n }), ({ family, value }, by) => {
      const from = ipFrom(family, value);
      const sum = value + by;
      if (sum >= 0n && sum < 1n << (family === 4 ? 32n : 128n)) assert.is(offset(from, by).value, sum);
      else assert.throws(() => offset(from, by), /Cannot make an IPv[46] address/);
    }),
  );
});
arithmetic('offset() takes a number', () => {
  assert.is(offset(ip('10.244.3.255'), 1).text, '10.244.4.0');
  assert.is(offset(ip('fd00::'), -1).text, 'fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
});
arithmetic('compareIp() is an order by family, then value', () => {
  fc.assert(
    fc.property(someFamily, someFamily, fc.nat(3), fc.nat(3), (f, g, v, w) => {
      const [a, b] = [ipFrom(f, BigInt(v)), ipFrom(g, BigInt(w))];
      assert.is(compareIp(a, b), Math.sign(f === g ? v - w : f - g));
      assert.is(sameIp(a, b), f === g && v === w);
    }),
  );
});
arithmetic.run();
