/** Strings and GUIDs as Windows has them in memory. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guidBytes, outPointer, wide } from '../../src/ffi/strings.ts';

const strings = suite('strings');

strings('wide() is UTF-16LE with a NUL at its end', () => {
  assert.is(wide('').toString('hex'), '0000');
  assert.is(wide('aé€').toString('hex'), '6100e900ac200000');
  assert.is(wide('😀').toString('hex'), '3dd800de0000');
});
strings('wide() keeps every text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => wide(text).toString('utf16le') === `${text}\0`));
});
strings('outPointer() is a NULL of eight bytes', () => {
  assert.is(outPointer().toString('hex'), '0000000000000000');
});

const GUIDS = [
  ['00112233-4455-6677-8899-aabbccddeeff', '33221100554477668899aabbccddeeff'],
  ['6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '10b8a76bad9dd11180b400c04fd430c8'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', 'ffffffffffffffffffffffffffffffff'],
] as const;
for (const [text, hex] of GUIDS) {
  strings(`guidBytes() lays ${text} out as guiddef.h has it`, () => {
    assert.is(guidBytes(text).toString('hex'), hex);
  });
}

/** The way back, written from guiddef.h: Data1 and Data2, Data3 little-endian, Data4 as it stands. */
function guidText(bytes: Buffer): string {
  const digits = (value: number, width: number): string => value.toString(16).padStart(width, '0');
  const rest = bytes.toString('hex', 8);
  const head = [digits(bytes.readUInt32LE(0), 8), digits(bytes.readUInt16LE(4), 4), digits(bytes.readUInt16LE(6), 4)];
  return [...head, rest.slice(0, 4), rest.slice(4)].join('-');
}
strings('guidBytes() is undone by reading the fields back, in any case', () => {
  fc.assert(
    fc.property(fc.mixedCase(fc.uuid()), (text) => {
      assert.is(guidText(guidBytes(text)), text.toLowerCase());
    }),
  );
});

const NO_GUIDS = [
  '',
  '{00112233-4455-6677-8899-aabbccddeeff}',
  '00112233-4455-6677-8899-aabbccddeef',
  '00112233-4455-6677-8899-aabbccddeeff0',
  '00112233445566778899aabbccddeeff',
  'g0112233-4455-6677-8899-aabbccddeeff',
  ' 00112233-4455-6677-8899-aabbccddeeff',
];
for (const text of NO_GUIDS) {
  strings(`guidBytes() refuses "${text}"`, () => {
    assert.throws(
      () => guidBytes(text),
      (error: unknown) => error instanceof RangeError && error.message === `Cannot read "${text}" as a GUID`,
    );
  });
}

strings.run();
