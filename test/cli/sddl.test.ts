/** Access lists as Windows writes them: read whole, or not at all. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDacl } from '../../src/cli/sddl.ts';
import { LISTED } from './listings.ts';

const sddl = suite('readDacl()');

sddl('reads flags, rights by name and by number, and SIDs', () => {
  assert.equal(readDacl(LISTED.belowProgramData), {
    isProtected: false,
    isOpen: false,
    entries: [
      { type: 'A', flags: ['OI', 'CI', 'ID'], mask: 0x1f01ff, sid: 'S-1-5-18' },
      { type: 'A', flags: ['OI', 'CI', 'ID'], mask: 0x1f01ff, sid: 'S-1-5-32-544' },
      { type: 'A', flags: ['OI', 'CI', 'IO', 'ID'], mask: 0x1f01ff, sid: 'S-1-3-0' },
      { type: 'A', flags: ['OI', 'CI', 'ID'], mask: 0x1200a9, sid: 'S-1-5-32-545' },
      { type: 'A', flags: ['CI', 'ID'], mask: 0x116, sid: 'S-1-5-32-545' },
    ],
  });
});
sddl('reads every list that it was shown', () => {
  const unread = Object.entries(LISTED).filter(([, list]) => readDacl(list) === undefined);
  assert.equal(unread, []);
  assert.is(readDacl(LISTED.inetpub)?.entries.length, 9);
});
sddl('knows what is protected, and a list that is none', () => {
  const protectedOnes = ['D:P', 'D:PAI', 'D:PARAI', 'D:ARPAI'].map((text) => readDacl(text)?.isProtected);
  assert.equal(protectedOnes, [true, true, true, true]);
  assert.equal([readDacl('D:AI')?.isProtected, readDacl('D:')?.isProtected], [false, false]);
  assert.equal([readDacl('D:NO_ACCESS_CONTROL')?.isOpen, readDacl('D:PAI')?.isOpen], [true, false]);
});
sddl('takes generic rights for those that they stand for', () => {
  const masks = ['GA', '0x10000000', 'GXGR', '0xa0000000', 'GRGW', 'SDGXGWGR'].map(
    (rights) => readDacl(`D:(A;;${rights};;;WD)`)?.entries[0]?.mask,
  );
  assert.equal(masks, [0x1f01ff, 0x1f01ff, 0x1200a9, 0x1200a9, 0x12019f, 0x1301bf]);
});
for (const text of [
  '',
  'O:BAG:SYD:PAI(A;;FA;;;SY)',
  'D:PAI(A;;FA;;;SY',
  'D:PAI(A;;XX;;;SY)',
  'D:PAI(A;;FA;;SY)',
  'D:PAI(A;;FA;;;)',
  'D:PAI(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;SY)',
  'D:(XA;;FX;;;S-1-1-0;(@User.Title=="PM"))',
]) {
  sddl(`does not guess at "${text}"`, () => {
    assert.is(readDacl(text), undefined);
  });
}
sddl.run();
