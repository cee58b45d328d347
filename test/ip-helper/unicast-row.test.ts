/** Rows of the address table as bytes. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PREFERRED } from '../../src/ip-helper/ip-helper.ts';
import {
  decodeAddressRow,
  encodeAddressRow,
  encodeNewAddress,
  UNICAST_ROW_SIZE,
} from '../../src/ip-helper/unicast-row.ts';
import { cidr } from '../support/net.ts';
import { addressRow } from './rows.ts';

const test = suite('MIB_UNICASTIPADDRESS_ROW');

test('a row comes back as it went, from anywhere in a table', () => {
  fc.assert(
    fc.property(addressRow, addressRow, (first, second) => {
      const table = Buffer.concat([encodeAddressRow(first), encodeAddressRow(second)]);
      assert.equal([decodeAddressRow(table), decodeAddressRow(table, UNICAST_ROW_SIZE)], [first, second]);
    }),
  );
});
test('an address to be made lives for ever, leaves its origins to Windows, and is not tentative', () => {
  const made = { luid: 5n, cidr: cidr('10.240.0.30/24') };
  const bytes = encodeNewAddress(made);
  assert.equal(decodeAddressRow(bytes), { ...made, index: 0, prefixOrigin: 16, suffixOrigin: 16, dadState: PREFERRED });
  assert.is(bytes.toString('hex', 52, 60), 'ff'.repeat(8));
});
test('an address of no family is none', () => {
  assert.throws(() => decodeAddressRow(Buffer.alloc(UNICAST_ROW_SIZE)), /its family is 0/);
});

test.run();
