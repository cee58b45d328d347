/** dist/wincni installs itself, and what it installed attaches a pod: on Linux, on the simulator. */
import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { INSTALL_NAMES } from '../../src/cli/names.ts';
import { createMachine } from '../support/machine.ts';
import { NAMESPACES } from '../support/node.ts';
import { ROOT, unixPlugin } from '../support/plugin.ts';
import { createPlace, namesIn, type Place } from './installed.ts';

interface Context {
  place: Place;
}

const pod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const ALL = [...INSTALL_NAMES, 'wincni-addons-*', 'wincni-install.json'].sort();

/** What a person gets to see. */
function byHand(
  exe: string,
  ...args: readonly string[]
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(exe, args, { env: {}, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

const executable = suite<Context>('dist/wincni by hand');
executable.before.each((context) => {
  context.place = createPlace(join(ROOT, 'dist/wincni'), '');
});
executable.after.each(({ place }) => {
  place.remove();
});

executable('says what it is without arguments, and answers --version, --help and nonsense', ({ place: { exe } }) => {
  const none = byHand(exe);
  assert.equal([none.code, none.out], [0, '']);
  assert.match(none.err, /^wincni \d+\.\d+\.\d+: CNI plugin for Windows nodes/);
  assert.match(byHand(exe, '--version').out, /^wincni \d+\.\d+\.\d+\n$/);
  const help = byHand(exe, '--help');
  assert.equal([help.code, help.err], [0, '']);
  const wrong = byHand(exe, 'instal');
  assert.equal([wrong.code, wrong.out], [2, '']);
  assert.match(wrong.err, /^wincni: "instal" is no command\n/);
});
executable('arguments mean nothing to a command of a runtime', ({ place: { exe, bin } }) => {
  const env = { CNI_COMMAND: 'VERSION' };
  const { status, stdout } = spawnSync(exe, ['install', '--bin-dir', bin], {
    env,
    input: '{"cniVersion":"1.1.0"}',
    encoding: 'utf8',
  });
  assert.is(status, 0);
  assert.match(stdout, /^\{"cniVersion":"1\.1\.0","supportedVersions":/);
});
executable(
  'installs every name; one of them attaches a pod and detaches it',
  async ({ place: { exe, bin, download } }) => {
    const installed = byHand(exe, 'install', '--bin-dir', bin);
    assert.equal([installed.code, installed.err], [0, '']);
    assert.equal(namesIn(bin), ALL);
    assert.equal(readdirSync(download), ['wincni']);
    assert.is(lstatSync(join(bin, 'win-bridge')).ino, lstatSync(join(bin, 'wincni')).ino);
    const stamp = addonsStamp(bin);
    const machine = await createMachine({ ...unixPlugin('installed', join(bin, 'win-bridge'), []), exe: 'win-bridge' });
    try {
      const added = await machine.run('ADD', pod, machine.conf());
      assert.is(added.code, 0, added.text);
      assert.equal(machine.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${NAMESPACES[0]}`]);
      assert.is((await machine.run('DEL', pod, machine.conf())).code, 0);
      assert.equal([machine.endpoints(), machine.leases()], [[], []]);
    } finally {
      await machine.end();
    }
    // The first pod found the addons as install left them.
    assert.is(addonsStamp(bin), stamp);
    assert.equal(namesIn(bin), ALL);
  },
);
executable(
  'again, upgraded, and uninstalled by itself: what was there before is back',
  ({ place: { exe, newer, bin } }) => {
    byHand(exe, 'install', '--bin-dir', bin, '--as', 'host-local');
    writeFileSync(join(bin, 'nat'), 'nat of others');
    const again = byHand(exe, 'install', '--bin-dir', bin, '--as', 'host-local,nat');
    assert.equal([again.code, again.err], [0, '']);
    assert.is(byHand(newer, 'install', '--bin-dir', bin).code, 0);
    for (const name of ['wincni', 'host-local', 'nat'])
      assert.ok(readFileSync(join(bin, name)).equals(readFileSync(newer)), name);
    assert.equal(namesIn(bin), [
      'host-local',
      'nat',
      'nat.before-wincni',
      'wincni',
      'wincni-addons-*',
      'wincni-install.json',
    ]);
    const gone = byHand(join(bin, 'wincni'), 'uninstall', '--bin-dir', bin);
    assert.equal([gone.code, gone.err], [0, '']);
    assert.equal(namesIn(bin), ['nat']);
    assert.is(readFileSync(join(bin, 'nat'), 'utf8'), 'nat of others');
  },
);
executable('a folder that cannot be made is one error with its reason', ({ place: { exe } }) => {
  const { code, out, err } = byHand(exe, 'install', '--bin-dir', '/proc/bin');
  assert.is(code, 1);
  assert.match(out, /^wincni .* is being installed in /);
  assert.match(err, /^Cannot make "\/proc\/bin": E\w+\n/);
  assert.match(err, /\n {2}not there, as before: wincni, win-bridge, .*\nRun the same command again/);
});

function addonsStamp(bin: string): string {
  const [home = ''] = readdirSync(bin).filter((name) => name.startsWith('wincni-addons-'));
  return readdirSync(join(bin, home))
    .map((file) => `${file} ${lstatSync(join(bin, home, file)).ino}`)
    .join();
}
executable.run();
