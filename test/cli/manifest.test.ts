/** The manifest reads back as it was written; text that did not come from it is refused with the place. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Manifest, readManifest, writeManifest } from '../../src/cli/manifest.ts';
import { nodeFiles } from '../../src/disk/node-files.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder } from '../support/disk.ts';
import { throwsCni } from '../support/throws.ts';

const files = nodeFiles({ windows: false });
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

const MANIFEST: Manifest = {
  executables: [
    { version: '0.2.0', sha256: A },
    { version: '0.1.0', sha256: B },
  ],
  addons: [{ folder: 'wincni-addons-00ff', files: { 'ref.node': A, 'ffi.node': B } }],
  names: [{ name: 'wincni' }, { name: 'nat', before: { file: 'nat.exe.before-wincni-2', sha256: B } }],
};

const manifests = suite('manifest');

manifests('reads back what was written, and is not written again for nothing', () =>
  inFolder((folder) => {
    assert.is(readManifest(files, folder), undefined);
    writeManifest(files, folder, MANIFEST);
    assert.equal(readManifest(files, folder), MANIFEST);
    const { ino } = statSync(join(folder, 'wincni-install.json'));
    writeManifest(files, folder, MANIFEST);
    assert.is(statSync(join(folder, 'wincni-install.json')).ino, ino);
  }),
);

const whole = { format: 1, ...MANIFEST };
const REFUSED: readonly (readonly [what: string, value: unknown, message: RegExp])[] = [
  ['no object', [], /Cannot use it: it is \[\], expected a JSON object/],
  ['another format', { ...whole, format: 2 }, /format: it is 2, expected 1, the only one/],
  ['no names', { ...whole, names: undefined }, /names: it is absent, expected a JSON array/],
  [
    'an unknown name',
    { ...whole, names: [{ name: 'azure-vnet' }] },
    /names\[0\]\.name: it is "azure-vnet", expected one of wincni,/,
  ],
  [
    'a backup elsewhere',
    { ...whole, names: [{ name: 'nat', before: { file: '..\\x.before-wincni', sha256: A } }] },
    /names\[0\]\.before\.file: it is "\.\.\\\\x\.before-wincni"/,
  ],
  [
    'a hash that is none',
    { ...whole, executables: [{ version: '1', sha256: 'abc' }] },
    /executables\[0\]\.sha256: it is "abc"/,
  ],
  [
    'another folder for addons',
    { ...whole, addons: [{ folder: 'System32', files: {} }] },
    /addons\[0\]\.folder: it is "System32", expected text like \^wincni-addons/,
  ],
  [
    'addons without a hash',
    { ...whole, addons: [{ folder: 'wincni-addons-00', files: {} }] },
    /addons\[0\]\.files\.ref\.node: it is absent/,
  ],
];
for (const [what, value, message] of REFUSED) {
  manifests(`refuses ${what}`, () =>
    inFolder((folder) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'wincni-install.json'), JSON.stringify(value));
      throwsCni(() => readManifest(files, folder), Code.Decode, message);
    }),
  );
}
manifests('refuses what is no JSON', () =>
  inFolder((folder) => {
    writeFileSync(join(folder, 'wincni-install.json'), '{');
    throwsCni(() => readManifest(files, folder), Code.Decode, /^Cannot read ".*wincni-install\.json": /);
  }),
);
manifests.run();
