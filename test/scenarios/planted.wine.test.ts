/** What is loaded, and from where: planted DLLs, tampered addons, options in the environment, missing Windows features. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildNative, DELAYED_WINDOWS } from '../../scripts/build-native.js';
import { LIBRARIES_WHEN_CALLED } from '../../scripts/start-options.js';
import * as wine from '../../scripts/wine.js';
import { createMachine, type Machine } from '../support/machine.ts';
import { NAMESPACES } from '../support/node.ts';
import { installWindowsExecutable, type Plugin, ROOT } from '../support/plugin.ts';

interface Context {
  folder: string;
  machine: Machine;
  add: (more?: Readonly<Record<string, string>>, prefix?: string) => Promise<wine.WineResult>;
}

const pod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const scenario = suite<Context>('what wincni.exe loads');

scenario.before.each(async (context) => {
  await wine.ensure();
  context.folder = mkdtempSync(join(tmpdir(), 'wincni-planted-'));
  const exe = await installWindowsExecutable(context.folder);
  const plugin: Plugin = {
    name: 'planted',
    exe: 'win-bridge.exe',
    path: wine.windowsPath,
    run: (env, stdin) => wine.run(exe, [], { env, stdin }),
    remove: () => Promise.resolve(),
  };
  const machine = await createMachine(plugin);
  context.machine = machine;
  context.add = (more = {}, prefix) => {
    const options = {
      env: { ...machine.env('ADD', pod), ...more },
      stdin: JSON.stringify(machine.conf()),
      cwd: context.folder,
    };
    return wine.run(exe, [], prefix === undefined ? options : { ...options, prefix });
  };
});

scenario.after.each(async ({ machine, folder }) => {
  await machine.end();
  rmSync(folder, { recursive: true });
});

scenario('DLLs planted beside the executable and in the current folder stay unused', async ({ folder, add }) => {
  // Windows takes kernel32 and ole32 from its KnownDLLs whatever lies about; Wine has no such list, so they are left out.
  for (const dll of ['computenetwork.dll', 'vmcompute.dll']) {
    writeFileSync(join(folder, dll), 'planted');
  }
  const added = await add();
  assert.is(added.code, 0, added.stdout);
});

scenario('libraries that Node imports are not taken from beside the executable either', async ({ folder, add }) => {
  buildNative({ windows: true });
  // Wine's own random numbers load crypt32 from there, whoever asks for them; those of Windows do not.
  for (const library of LIBRARIES_WHEN_CALLED.filter((name) => name !== 'CRYPT32.dll')) {
    copyFileSync(DELAYED_WINDOWS.planted, join(folder, library.toLowerCase()));
  }
  const added = await add();
  assert.is(added.code, 0, added.stdout + added.stderr);
});

scenario('an addon that was tampered with is restored before it is loaded', async ({ folder, add }) => {
  assert.is((await add()).code, 0);
  const home = readdirSync(folder).find((name) => name.startsWith('wincni-addons-')) ?? '';
  const addon = join(folder, home, 'ffi.node');
  const whole = readFileSync(addon);
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 0xff, 5000);
  writeFileSync(addon, bytes);
  const again = await add();
  assert.equal([again.code, (JSON.parse(again.stdout) as { readonly code: number }).code], [1, 103]);
  assert.ok(readFileSync(addon).equals(whole));
});

scenario('NODE_OPTIONS and its like do not act on the executable', async ({ folder, add }) => {
  const trace = join(folder, 'ran');
  writeFileSync(join(folder, 'evil.js'), `require('fs').writeFileSync(${JSON.stringify(wine.windowsPath(trace))}, '')`);
  const evil = wine.windowsPath(join(folder, 'evil.js')).replaceAll('\\', '/');
  const added = await add({ NODE_OPTIONS: `--require ${evil}`, NODE_PATH: wine.windowsPath(folder) });
  assert.is(added.code, 0, added.stdout);
  assert.not.ok(existsSync(trace));
});

scenario('a Windows without the feature Containers is told of it', async ({ machine, add }) => {
  const prefix = await wine.freshPrefix();
  try {
    const added = await add({}, prefix);
    const error = JSON.parse(added.stdout) as { readonly code: number; readonly msg: string; readonly details: string };
    assert.equal([added.code, error.code], [1, 105]);
    assert.match(error.msg, /^Cannot load ".*system32\\computenetwork\.dll": .*126/i);
    assert.match(error.details, /feature "Containers"/);
    assert.equal([machine.leases(), machine.records('attachments')], [[], []]);
  } finally {
    await wine.removePrefix(prefix);
  }
});

scenario('an HNS that lacks an export is named with the export', async ({ add }) => {
  const prefix = await wine.freshPrefix();
  try {
    // A library that is there, and has none of the functions.
    const library = join(ROOT, 'node_modules/ref-napi/prebuilds/win32-x64/node.napi.node');
    copyFileSync(library, join(prefix, 'drive_c/windows/system32/computenetwork.dll'));
    const added = await add({}, prefix);
    const error = JSON.parse(added.stdout) as { readonly code: number; readonly msg: string };
    assert.equal([added.code, error.code], [1, 105]);
    assert.match(error.msg, /^Cannot find "HcnEnumerateNetworks" in ".*computenetwork\.dll": .*127/i);
  } finally {
    await wine.removePrefix(prefix);
  }
});

scenario.run();
