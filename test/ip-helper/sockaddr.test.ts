/** Addresses as Windows has them in memory. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeAddress, encodeAddress, familyOf, SOCKADDR_SIZE } from '../../src/ip-helper/sockaddr.ts';
import { ip } from '../support/net.ts';
import { address } from './rows.ts';

const test = suite('SOCKADDR_INET');

test('an address comes back as it went', () => {
  fc.assert(
    fc.property(address(), fc.nat(9), (each, at) => {
      const bytes = Buffer.concat([Buffer.alloc(at, 0xff), encodeAddress(each)]);
      assert.is(bytes.length - at, SOCKADDR_SIZE);
      assert.equal(decodeAddress(bytes, at), each);
    }),
  );
});
test('the bytes are those of Windows', () => {
  assert.is(encodeAddress(ip('10.240.0.30')).toString('hex'), `020000000af0001e${'00'.repeat(20)}`);
  const six = ['1700', '0000', '00000000', 'fd000000000000000000000000000030', '00000000'].join('');
  assert.is(encodeAddress(ip('fd00::30')).toString('hex'), six);
});
test('what is of no family, or of one of Linux, is no address', () => {
  for (const family of [0, 10, 30]) {
    const bytes = encodeAddress(ip('fd00::30'));
    bytes.writeUInt16LE(family, 0);
    assert.is(decodeAddress(bytes), undefined);
    assert.is(familyOf(family), undefined);
  }
});

test.run();
