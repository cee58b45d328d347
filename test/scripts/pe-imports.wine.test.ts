/** Delayed imports of Windows executables, by what happens when they run: a library of ours, and all of node.exe's. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildNative, DELAYED_WINDOWS } from '../../scripts/build-native.js';
import { binaryIn, pkgHome } from '../../scripts/node-binaries.js';
import { alignPe } from '../../scripts/pe-align.js';
import { delayImports } from '../../scripts/pe-imports.js';
import { LIBRARIES_WHEN_CALLED } from '../../scripts/start-options.js';
import * as wine from '../../scripts/wine.js';

const { mixed, importer, loader } = DELAYED_WINDOWS;
const folder = mkdtempSync(join(tmpdir(), 'wincni-imports-'));
const delayed = suite('delayed imports');

delayed.before(async () => {
  buildNative({ windows: true });
  await wine.ensure();
});
delayed.after(() => {
  rmSync(folder, { recursive: true });
});

/** A file of this content in the test's folder. */
function file(name: string, content: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o755 });
  return path;
}

/** Loads an importer as importer.dll, where another image already is, in a Windows with or without mixed.dll. */
async function load(image: Buffer, libraries: readonly string[]): Promise<wine.WineResult> {
  const prefix = await wine.freshPrefix();
  try {
    for (const library of libraries) await wine.installSystemDll(library, prefix);
    return await wine.run(file('loader.exe', readFileSync(loader)), [wine.windowsPath(file('importer.dll', image))], {
      prefix,
    });
  } finally {
    await wine.removePrefix(prefix);
  }
}

const lines = ({ stdout }: wine.WineResult): readonly string[] => stdout.trim().split(/\r?\n/);

// 1 + 10·2 + 100·3 + 1000·4 + 10000·5 + 100000·6, and the same of -1, 0.5, 2^40, 0.25, 7, 10^6.
const SUMS = ['first 654321.0', 'second 110051162847854.0'];

delayed('are loaded at the first call, which gets its arguments whole, wherever the image lies', async () => {
  const image = readFileSync(importer);
  const late = await load(delayImports(image, ['MIXED.DLL']), [mixed]);
  assert.equal(lines(late), ['moved 1', 'loaded 0', SUMS[0], 'loaded 1', SUMS[1]], late.stderr);
  const early = await load(image, [mixed]);
  assert.equal(lines(early), ['moved 1', 'loaded 1', SUMS[0], 'loaded 1', SUMS[1]], early.stderr);
});

delayed('come from System32 alone, and end the process when it has none', async () => {
  file('mixed.dll', readFileSync(mixed));
  const none = await load(delayImports(readFileSync(importer), ['mixed.dll']), []);
  assert.equal(lines(none), ['moved 1', 'loaded 0', 'raised c06d007e', 'leads back 1'], none.stderr);
  assert.is(none.code, 0x7e);
  rmSync(join(folder, 'mixed.dll'));
});

delayed("node.exe's answer as they do when they are not delayed", async () => {
  const image = readFileSync(binaryIn(await pkgHome(), 'win-x64'));
  // IPHLPAPI (interfaces), USERENV (home, when no variable names it), CRYPT32 (the system's certificates).
  const script = `
    const os = require('node:os'), tls = require('node:tls');
    delete process.env.USERPROFILE;
    console.log(JSON.stringify([os.networkInterfaces(), os.homedir(), tls.getCACertificates('system').length]));`;
  const run = (name: string, content: Buffer): Promise<wine.WineResult> =>
    wine.run(file(name, alignPe(content)), ['-e', script]);
  const usual = await run('usual.exe', image);
  const late = await run('late.exe', delayImports(image, LIBRARIES_WHEN_CALLED));
  assert.is(usual.code, 0, usual.stderr);
  assert.equal([late.code, late.stdout], [0, usual.stdout], late.stderr);
  const [interfaces, home] = JSON.parse(usual.stdout) as readonly [object, string];
  assert.ok(Object.keys(interfaces).length > 0);
  assert.match(home, /^[A-Z]:\\/);
});

delayed.run();
