/** Page-aligned copies of Windows executables: the loaded image stays the same, all places in the file move along. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { alignPe, dropSignature, fileAlignment, PAGE } from '../../scripts/pe-align.js';
import { COFF, directory, peImage, section } from '../support/pe-image.ts';

const align = suite('alignPe()');

align('starts each section at a page, where its address stays', () => {
  const aligned = alignPe(peImage());
  assert.is(fileAlignment(aligned), PAGE);
  assert.equal(section(aligned, 0), { address: 0x1000, size: PAGE, offset: PAGE });
  assert.equal(section(aligned, 1), { address: 0x2000, size: PAGE, offset: 2 * PAGE });
  assert.is(aligned.length, 3 * PAGE);
});

align('keeps what the sections hold and fills the rest with zeros', () => {
  const image = peImage();
  const aligned = alignPe(image);
  assert.ok(aligned.subarray(PAGE, PAGE + 0x5c0).equals(image.subarray(0x400, 0x9c0)));
  assert.ok(aligned.subarray(2 * PAGE, 2 * PAGE + 0x200).every((byte) => byte === 2));
  assert.ok(aligned.subarray(2 * PAGE + 0x200).every((byte) => byte === 0));
});

align('moves the place of debug data along', () => {
  const aligned = alignPe(peImage());
  assert.is(aligned.readUInt32LE(PAGE + 0x5c0 + 24), 2 * PAGE + 0x10);
  assert.is(aligned.readUInt32LE(PAGE + 0x5c0 + 20), 0x2010);
});

align('drops what is no part of the loaded image: signature and symbols', () => {
  const aligned = alignPe(peImage());
  assert.equal(directory(aligned, 4), [0, 0]);
  assert.equal(directory(aligned, 6), [0x15c0, 28]);
  assert.is(aligned.readUInt32LE(COFF + 8), 0);
});

align('changes nothing the second time', () => {
  const once = alignPe(peImage());
  assert.ok(alignPe(once).equals(once));
});

align('leaves the image that it was given as it is', () => {
  const image = peImage();
  alignPe(image);
  assert.ok(image.equals(peImage()));
});

for (const [what, bytes, message] of [
  ['a script', Buffer.from('#!/bin/sh\n'.padEnd(80)), /no MZ/],
  ['an empty file', Buffer.alloc(0), /no MZ/],
  ['a DOS program', Buffer.from('MZ'.padEnd(80, '\0')), /no PE header/],
] as const) {
  align(`refuses ${what}`, () => {
    assert.throws(() => alignPe(bytes), message);
  });
}

align('refuses a 32-bit image', () => {
  const image = peImage();
  image.writeUInt16LE(0x10b, COFF + 20);
  assert.throws(() => alignPe(image), /expected 523 \(PE32\+\)/);
});

align.run();

const signature = suite('dropSignature()');

signature('changes the reference to the signature and nothing else', () => {
  const image = peImage();
  const unsigned = dropSignature(peImage());
  assert.equal(directory(unsigned, 4), [0, 0]);
  assert.is([...unsigned].filter((byte, index) => byte !== image[index]).length, 3);
});

signature.run();
