/** What wincni.exe says of the libraries that it needs; what then happens is in pe-imports.wine.test.ts. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { directory, offsetOf, type Pe, readPe, textAt } from '../../scripts/pe-image.js';
import { LIBRARIES_WHEN_CALLED } from '../../scripts/start-options.js';

const imports = suite('imports of wincni.exe');
const pe = readPe(readFileSync('dist/wincni.exe'));

/** Names of the libraries in a list of descriptors, in their order; it ends with one of zeros. */
function libraries(list: Pe, name: 'imports' | 'delayedImports', descriptor: { size: number; name: number }): string[] {
  const names = [];
  for (let at = offsetOf(list, directory(list, name).address); ; at += descriptor.size) {
    const address = list.image.readUInt32LE(at + descriptor.name);
    if (address === 0) return names.sort();
    names.push(textAt(list, address));
  }
}

imports('at its start it needs what every start calls, and COM, in which HNS hands out its answers', () => {
  // WS2_32, USER32 and ADVAPI32: libuv's sockets, its question whether Windows runs in safe mode, OpenSSL's random numbers.
  const expected = ['ADVAPI32.dll', 'KERNEL32.dll', 'USER32.dll', 'WS2_32.dll', 'ole32.dll'];
  assert.equal(libraries(pe, 'imports', { size: 20, name: 12 }), expected);
});

imports('all others wait until they are called', () => {
  assert.equal(libraries(pe, 'delayedImports', { size: 32, name: 4 }), [...LIBRARIES_WHEN_CALLED].sort());
});

imports('come from System32', () => {
  // DependentLoadFlags of IMAGE_LOAD_CONFIG_DIRECTORY64.
  assert.is(pe.image.readUInt16LE(offsetOf(pe, directory(pe, 'loadConfig').address) + 78), 0x800);
});

imports.run();
