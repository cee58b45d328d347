/** MAC addresses: both spellings in, both out. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatMacColons, formatMacDashes, parseMac } from '../../src/net/mac.ts';

const mac = suite('mac');

for (const text of ['00-15-5D-4B-01-07', '00:15:5d:4b:01:07', '00-15-5d-4B-01-07']) {
  mac(`parseMac() reads ${text}`, () => {
    assert.equal(parseMac(text), { digits: '00155d4b0107' });
  });
}
for (const text of [
  '',
  '00155d4b0107',
  '00-15-5D-4B-01',
  '00-15-5D-4B-01-07-08',
  '00-15:5D-4B:01-07',
  '0g-15-5D-4B-01-07',
]) {
  mac(`parseMac() refuses ${JSON.stringify(text)}`, () => {
    assert.is(parseMac(text), undefined);
  });
}
mac('parseMac() undoes both formats', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{12}$/), (digits) => {
      assert.equal(parseMac(formatMacDashes({ digits })), { digits });
      assert.equal(parseMac(formatMacColons({ digits })), { digits });
    }),
  );
});
mac('formats are those of HNS and of CNI', () => {
  assert.is(formatMacDashes({ digits: '00155d4b0107' }), '00-15-5D-4B-01-07');
  assert.is(formatMacColons({ digits: '00155d4b0107' }), '00:15:5d:4b:01:07');
});
mac.run();
