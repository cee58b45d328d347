/** wincni.exe installs itself on Windows (Wine): hard links, executables that run, what icacls.exe does not do there. */
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as wine from '../../scripts/wine.js';
import { INSTALL_NAMES } from '../../src/cli/names.ts';
import { createMachine, type Machine } from '../support/machine.ts';
import { NAMESPACES } from '../support/node.ts';
import { installWindowsExecutable, type Plugin, ROOT } from '../support/plugin.ts';
import { createPlace, namesIn, type Place } from './installed.ts';

interface Context {
  place: Place;
  /** A node whose plugin is win-bridge.exe of the bin folder. */
  machine: Machine;
  byHand: (exe: string, ...args: readonly string[]) => Promise<wine.WineResult>;
}

const pod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const ALL = [...INSTALL_NAMES.map((name) => `${name}.exe`), 'wincni-addons-*', 'wincni-install.json'].sort();

/** Some seconds at most: a first call under Wine takes its time. */
async function until(isSo: () => boolean): Promise<void> {
  for (let left = 400; !isSo() && left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(isSo());
}

const windows = suite<Context>('wincni.exe by hand (Wine)');
windows.before.each(async (context) => {
  await wine.ensure();
  const place = createPlace(join(ROOT, 'dist/wine/wincni.exe'), '.exe');
  // For the DLLs of the simulator; the executable that comes with them is not used.
  await installWindowsExecutable(join(place.newer, '..'));
  const plugin: Plugin = {
    name: 'installed',
    exe: 'win-bridge.exe',
    path: wine.windowsPath,
    run: (env, stdin) => wine.run(join(place.bin, 'win-bridge.exe'), [], { env, stdin }),
    remove: () => Promise.resolve(),
  };
  context.place = place;
  context.machine = await createMachine(plugin);
  context.byHand = (exe, ...args) =>
    wine.run(
      exe,
      args.map((arg) => arg.replace(place.bin, wine.windowsPath(place.bin))),
    );
});
windows.after.each(async ({ place, machine }) => {
  await machine.end();
  place.remove();
});

windows('says exactly what icacls.exe of Wine did not do, and has installed everything', async ({ place, byHand }) => {
  const { code, stdout, stderr } = await byHand(place.exe, 'install', '--bin-dir', place.bin);
  assert.is(code, 1, stderr);
  assert.equal(namesIn(place.bin), ALL);
  assert.equal(namesIn(place.download), ['wincni.exe']);
  const complaints = stderr.trim().split(/\r?\n/);
  const folders = ['C:\\var\\lib\\cni', 'C:\\ProgramData\\wincni'];
  assert.is(complaints.length, 2 + INSTALL_NAMES.length + folders.length, stderr);
  for (const line of complaints) {
    assert.match(
      line,
      /^Cannot set the rights of ".*": icacls\.exe says nothing of them here, .*, expected SYSTEM and Administrators full/,
    );
  }
  for (const folder of folders) {
    assert.ok(stderr.includes(`"${folder}"`), stderr);
    assert.ok(lstatSync(await wine.unixPath(folder)).isDirectory());
  }
  assert.match(stdout, /win-bridge\.exe: new\r?\n/);
});
windows(
  'an installed name attaches a pod and detaches it, with the addons as install left them',
  async ({ place, machine, byHand }) => {
    const installed = await byHand(place.exe, 'install', '--bin-dir', place.bin, '--no-acl');
    assert.equal([installed.code, installed.stderr], [0, '']);
    assert.is(lstatSync(join(place.bin, 'win-bridge.exe')).nlink, INSTALL_NAMES.length);
    const [home = ''] = readdirSync(place.bin).filter((name) => name.startsWith('wincni-addons-'));
    const addons = (): readonly number[] =>
      readdirSync(join(place.bin, home)).map((file) => lstatSync(join(place.bin, home, file)).ino);
    const before = addons();
    const added = await machine.run('ADD', pod, machine.conf());
    assert.is(added.code, 0, added.text);
    assert.equal(machine.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${NAMESPACES[0]}`]);
    assert.is((await machine.run('DEL', pod, machine.conf())).code, 0);
    assert.equal([machine.endpoints(), machine.leases()], [[], []]);
    assert.equal(addons(), before);
    const again = await byHand(place.exe, 'install', '--bin-dir', place.bin, '--no-acl');
    assert.is(again.stdout.match(/\.exe: unchanged/g)?.length, INSTALL_NAMES.length);
  },
);
windows(
  'an executable that runs is replaced, finishes its command, and is removed by the next install',
  async ({ place, machine, byHand }) => {
    await byHand(place.exe, 'install', '--bin-dir', place.bin, '--no-acl', '--as', 'win-bridge');
    // HNS does not answer, so that the command runs until its own deadline.
    machine.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
    const adding = machine.run('ADD', pod, machine.conf({ timeoutSeconds: 15 }));
    await until(() => machine.calls().includes('HcnCreateEndpoint'));
    const upgraded = await byHand(place.newer, 'install', '--bin-dir', place.bin, '--no-acl');
    assert.equal([upgraded.code, upgraded.stderr], [0, '']);
    assert.match(
      upgraded.stdout,
      /win-bridge\.exe: upgraded; what had the name is running, as win-bridge\.exe\.old-1 now/,
    );
    assert.ok(readFileSync(join(place.bin, 'win-bridge.exe')).equals(readFileSync(place.newer)));
    assert.ok(existsSync(join(place.bin, 'win-bridge.exe.old-1')));
    machine.setFaults([]);
    machine.releaseHeld();
    const { code, out } = await adding;
    assert.equal([code, out?.['code']], [1, 11]);
    assert.is((await machine.run('DEL', pod, machine.conf())).code, 0);
    assert.is((await byHand(place.newer, 'install', '--bin-dir', place.bin, '--no-acl')).code, 0);
    assert.equal(namesIn(place.bin), ['win-bridge.exe', 'wincni-addons-*', 'wincni-install.json', 'wincni.exe']);
  },
);
windows(
  'uninstall brings back what was there, also when it is run by the file that it removes',
  async ({ place, byHand }) => {
    await byHand(place.exe, 'install', '--bin-dir', place.bin, '--no-acl', '--as', 'host-local');
    writeFileSync(join(place.bin, 'nat.exe'), 'nat of others');
    await byHand(place.exe, 'install', '--bin-dir', place.bin, '--no-acl', '--as', 'nat');
    assert.equal(
      namesIn(place.bin).filter((name) => name.startsWith('nat')),
      ['nat.exe', 'nat.exe.before-wincni'],
    );
    const gone = await byHand(join(place.bin, 'wincni.exe'), 'uninstall', '--bin-dir', place.bin);
    assert.equal([gone.code, gone.stderr], [0, '']);
    assert.is(readFileSync(join(place.bin, 'nat.exe'), 'utf8'), 'nat of others');
    const left = namesIn(place.bin).filter((name) => !name.includes('.old-'));
    assert.equal(left, ['nat.exe', 'wincni-install.json'], gone.stdout);
    assert.match(gone.stdout, /wincni\.exe: removed; the installed one is running, as wincni\.exe\.old-1 now/);
    const swept = await byHand(place.exe, 'uninstall', '--bin-dir', place.bin);
    assert.equal([swept.code, swept.stderr, namesIn(place.bin)], [0, '', ['nat.exe']]);
  },
);
windows.run();
