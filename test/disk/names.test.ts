/** Names that Windows refuses or changes are refused on every system. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertWritable } from '../../src/disk/names.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const names = suite('assertWritable()');

const GOOD = [
  'C:\\var\\lib\\cni\\networks\\cbr0\\10.244.3.7',
  'c:/var/lib/cni/networks/cbr0/.wincni/attachments/0f.json',
  '\\\\server\\share\\x',
  '\\\\?\\C:\\long\\path',
  '/var/lib/cni/networks/cbr0/fd00_10__2',
  '/tmp/../x/./y',
  'CONSOLE',
  'com',
  'COM10',
  'nul_',
  'null',
  'a.b.c',
  'x'.repeat(255),
];
for (const path of GOOD) {
  names(`takes ${path.slice(0, 60)}`, () => {
    assertWritable(path, 'drive');
  });
}

const BAD: readonly (readonly [path: string, reason: RegExp])[] = [
  ...['<', '>', '"', '|', '?', '*', '\u0000', '\u001f', '\n'].map((c) => [`/x/a${c}b/y`, /holds/] as const),
  ['C:\\x\\fd00::2', /holds ":"/],
  ['/x/fd00::2', /holds ":"/],
  ['CC:\\x', /holds ":"/],
  ['C:x', /holds ":"/],
  ['/x/net./y', /ends in a dot or a space/],
  ['/x/net /y', /ends in a dot or a space/],
  ['/x/.../y', /ends in a dot/],
  ...[
    'CON',
    'con',
    'PRN',
    'AUX',
    'NUL',
    'nul.txt',
    'COM1',
    'LPT9',
    'COM¹',
    'CONIN$',
    'conout$',
    'NUL .txt',
    'aux.tar.gz',
  ].map((name) => [`C:\\x\\${name}\\y`, /is a device/] as const),
  [`/x/${'y'.repeat(256)}`, /longer than 255/],
];
for (const [path, reason] of BAD) {
  names(`refuses ${JSON.stringify(path.slice(0, 40))}`, () => {
    const error = throwsCni(
      () => {
        assertWritable(path, 'drive');
      },
      Code.Io,
      reason,
    );
    assert.ok(error.message.includes(path));
  });
}
names('takes a colon anywhere only where host-local writes one: on Linux', () => {
  assertWritable('/var/lib/cni/networks/net/fd00::2', 'any');
});
names('takes every GUID and every address as a name', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uuid(),
        fc.ipV4(),
        fc.ipV6().map((text) => text.replaceAll(':', '_')),
      ),
      (name) => {
        assertWritable(`C:\\x\\${name}.json`, 'drive');
      },
    ),
  );
});
names.run();
