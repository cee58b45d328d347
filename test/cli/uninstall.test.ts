/** What is in the bin folder after uninstall: what was there before, and whatever others have put there since. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { install } from '../../src/cli/install.ts';
import { INSTALL_NAMES } from '../../src/cli/names.ts';
import { uninstall } from '../../src/cli/uninstall.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { addonsFolder, type Bench, createBench, foreign, running } from './bench.ts';

interface Context {
  bench: Bench;
}

const uninstalling = suite<Context>('uninstall()');
uninstalling.before.each((context) => {
  context.bench = createBench();
});
uninstalling.after.each(({ bench }) => {
  bench.remove();
});

const installAll = (bench: Bench, version: string): void => {
  const options = { binDir: bench.bin, names: INSTALL_NAMES, dryRun: false, acl: true };
  assert.is(install(options, bench.machine(version)), 0);
  bench.said();
};

uninstalling('puts back what was there before, and removes the rest', ({ bench }) => {
  const before = { 'README.md': 'text', 'nat.exe': 'nat of others', 'wincni.exe': 'wincni of others' };
  foreign(bench.bin, before);
  installAll(bench, '1.0');
  installAll(bench, '2.0');
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('3.0')), 0);
  assert.equal(bench.tree(), before);
  assert.equal(bench.said().complained, []);
});
uninstalling('an empty folder stays one', ({ bench }) => {
  installAll(bench, '1.0');
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), {});
});
uninstalling('has nothing to do where nothing is installed, the second time included', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': '1.0' });
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), { 'nat.exe': '1.0' });
  assert.match(bench.said().printed[0] ?? '', /^nothing is installed in ".*bin": it has no wincni-install\.json$/);
});
uninstalling('refuses a folder that does not exist: it is another one that is meant', ({ bench }) => {
  throwsCni(
    () => uninstall({ binDir: bench.bin }, bench.machine('1.0')),
    Code.Io,
    /^Cannot uninstall from ".*bin": there is no such folder/,
  );
});
uninstalling('leaves a name that others have taken since, and what was kept', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  installAll(bench, '1.0');
  foreign(bench.bin, { 'nat.exe': 'newer nat of others', 'flannel.exe': 'flannel of others' });
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), {
    'flannel.exe': 'flannel of others',
    'nat.exe': 'newer nat of others',
    'nat.exe.before-wincni': 'nat of others',
  });
  const { printed } = bench.said();
  assert.ok(printed.includes('  nat.exe: left, it is not what was installed; so is nat.exe.before-wincni'));
  assert.ok(printed.includes('  flannel.exe: left, it is not what was installed'));
});
uninstalling('what somebody has put back by hand is there already', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  installAll(bench, '1.0');
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  rmSync(join(bench.bin, 'flannel.exe'));
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), { 'nat.exe': 'nat of others' });
});
uninstalling('a name that was lost gets what was there before', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  installAll(bench, '1.0');
  rmSync(join(bench.bin, 'nat.exe'));
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), { 'nat.exe': 'nat of others' });
});

for (const [what, spoil] of [
  [
    'is gone',
    (path: string) => {
      rmSync(path);
    },
  ],
  [
    'was changed',
    (path: string) => {
      writeFileSync(path, 'something else');
    },
  ],
] as const) {
  uninstalling(
    `a name whose earlier executable ${what} keeps ours, and the command says so until it is settled`,
    ({ bench }) => {
      foreign(bench.bin, { 'nat.exe': 'nat of others', 'flannel.exe': 'flannel of others' });
      installAll(bench, '1.0');
      spoil(join(bench.bin, 'nat.exe.before-wincni'));
      assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 1);
      assert.is(bench.tree()['nat.exe'], '1.0');
      assert.is(bench.tree()['flannel.exe'], 'flannel of others');
      const [message = '', details = ''] = bench.said().complained;
      assert.match(message, /^Cannot put ".*nat\.exe\.before-wincni" back as ".*nat\.exe": it is not /);
      assert.match(details, /put the right executable there/);
      writeFileSync(join(bench.bin, 'nat.exe.before-wincni'), 'nat of others');
      assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
      assert.equal(bench.tree(), { 'flannel.exe': 'flannel of others', 'nat.exe': 'nat of others' });
    },
  );
}

uninstalling('run by the very file that it removes: Windows leaves that, and the next run removes it', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  installAll(bench, '1.0');
  const { programs, end } = running([join(bench.bin, 'wincni.exe')]);
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0', { programs })), 0);
  const left = Object.keys(bench.tree());
  assert.is(bench.tree()['nat.exe'], 'nat of others');
  assert.equal(
    left.filter((name) => !name.includes('.old-')),
    ['nat.exe', 'wincni-install.json'],
  );
  assert.is(left.length, 2 + INSTALL_NAMES.length);
  const { printed } = bench.said();
  assert.ok(printed.includes('  wincni.exe: removed; the installed one is running, as wincni.exe.old-1 now'));
  assert.ok(printed.includes('  wincni.exe.old-1: in use; the next install or uninstall removes it'));
  end();
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('2.0')), 0);
  assert.equal(bench.tree(), { 'nat.exe': 'nat of others' });
});
uninstalling("another's executable that runs since before the installation goes with the rest", ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  const { programs, end } = running([join(bench.bin, 'nat.exe')]);
  const options = { binDir: bench.bin, names: INSTALL_NAMES, dryRun: false, acl: true };
  install(options, bench.machine('1.0', { programs }));
  assert.is(bench.tree()['nat.exe.old-1'], 'nat of others');
  end();
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), { 'nat.exe': 'nat of others' });
});
uninstalling('installing again after a removal that had to leave something starts anew', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  installAll(bench, '1.0');
  const { programs, end } = running([join(bench.bin, 'wincni.exe')]);
  uninstall({ binDir: bench.bin }, bench.machine('1.0', { programs }));
  end();
  installAll(bench, '2.0');
  const exes = Object.keys(bench.tree()).filter((name) => name.includes('.exe'));
  assert.equal(exes.sort(), [...INSTALL_NAMES.map((name) => `${name}.exe`), 'nat.exe.before-wincni'].sort());
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('2.0')), 0);
  assert.equal(bench.tree(), { 'nat.exe': 'nat of others' });
});
uninstalling('leaves addons that a command uses for the next time, and those that are not only ours', ({ bench }) => {
  installAll(bench, '1.0');
  installAll(bench, '2.0');
  writeFileSync(join(bench.bin, addonsFolder('1.0'), 'other.txt'), '');
  const { programs } = bench.machine('2.0');
  const busy = { ...programs, remove: (path: string) => !path.endsWith('ffi.node') && programs.remove(path) };
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('2.0', { programs: busy })), 0);
  const { printed } = bench.said();
  assert.ok(printed.includes(`  ${addonsFolder('1.0')}: left, not all of it is what was installed`));
  assert.ok(printed.includes(`  ${addonsFolder('2.0')}: in use; the next install or uninstall removes it`));
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('2.0')), 0);
  assert.equal(
    Object.keys(bench.tree()),
    ['ffi.node', 'other.txt', 'ref.node'].map((name) => `${addonsFolder('1.0')}/${name}`),
  );
});
uninstalling('what an unpacking left half done goes with the addons', ({ bench }) => {
  installAll(bench, '1.0');
  writeFileSync(join(bench.bin, addonsFolder('1.0'), 'ref.node.4711.tmp'), 'half');
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('1.0')), 0);
  assert.equal(bench.tree(), {});
});
uninstalling.run();
