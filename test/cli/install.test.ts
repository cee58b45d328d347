/** What is in the bin folder after install: fresh, over others' plugins, over an older version, again, and where links fail. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { install } from '../../src/cli/install.ts';
import { INSTALL_NAMES, type InstallName } from '../../src/cli/names.ts';
import { uninstall } from '../../src/cli/uninstall.ts';
import { nodeProgramFiles } from '../../src/disk/program-files.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { addonsFolder, type Bench, createBench, foreign, linked, running } from './bench.ts';

interface Context {
  bench: Bench;
}

const FILES = INSTALL_NAMES.map((name) => `${name}.exe`);
const MANIFEST = 'wincni-install.json';

const options = (bench: Bench, names?: readonly InstallName[]) => ({
  binDir: bench.bin,
  names,
  dryRun: false,
  acl: true,
});

/** Programs in the folder, without the manifest and the addons. */
const programs = (bench: Bench): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(bench.tree()).filter(([name]) => name !== MANIFEST && !name.includes('/')));

const all = (content: string, files: readonly string[] = FILES): Readonly<Record<string, string>> =>
  Object.fromEntries([...files].sort().map((file) => [file, content]));

const installing = suite<Context>('install()');
installing.before.each((context) => {
  context.bench = createBench();
});
installing.after.each(({ bench }) => {
  bench.remove();
});

installing('makes the folder, every name as a link, and the addons', ({ bench }) => {
  assert.is(install(options(bench), bench.machine('1.0')), 0);
  assert.equal(programs(bench), all('1.0'));
  assert.equal([...linked(bench.bin)].sort(), FILES.filter((file) => file !== 'wincni.exe').sort());
  assert.equal(readdirSync(join(bench.bin, addonsFolder('1.0'))).sort(), ['ffi.node', 'ref.node']);
  assert.equal(bench.said().complained, []);
});
installing('puts only the asked names beside wincni.exe', ({ bench }) => {
  assert.is(install(options(bench, ['host-local', 'win-bridge']), bench.machine('1.0')), 0);
  assert.equal(programs(bench), all('1.0', ['wincni.exe', 'host-local.exe', 'win-bridge.exe']));
});
installing('changes nothing the second time, not even a time stamp', ({ bench }) => {
  foreign(bench.bin, { 'flannel.exe': 'flannel of others' });
  install(options(bench), bench.machine('1.0'));
  const stamps = (): unknown =>
    readdirSync(bench.bin).map((name) => {
      const { ino, mtimeMs, ctimeMs } = lstatSync(join(bench.bin, name));
      return name.startsWith('wincni-addons') ? name : [name, ino, mtimeMs, ctimeMs];
    });
  const before = stamps();
  bench.said();
  assert.is(install(options(bench), bench.machine('1.0')), 0);
  assert.equal(stamps(), before);
  const changed = bench.said().printed.filter((line) => line.includes('.exe') && !line.endsWith(': unchanged'));
  assert.equal(changed, []);
});
installing('keeps what had a name, and says where', ({ bench }) => {
  foreign(bench.bin, { 'win-bridge.exe': 'win-bridge of others', 'azure-vnet.exe': 'not ours to touch' });
  assert.is(install(options(bench, ['win-bridge']), bench.machine('1.0')), 0);
  assert.equal(programs(bench), {
    'azure-vnet.exe': 'not ours to touch',
    'win-bridge.exe': '1.0',
    'win-bridge.exe.before-wincni': 'win-bridge of others',
    'wincni.exe': '1.0',
  });
  assert.ok(
    bench.said().printed.includes('  win-bridge.exe: new; what had the name is kept as win-bridge.exe.before-wincni'),
  );
});
installing('takes a copy of itself that was put there by hand for its own', ({ bench }) => {
  foreign(bench.bin, { 'win-bridge.exe': '1.0' });
  install(options(bench, ['win-bridge']), bench.machine('1.0'));
  assert.equal(programs(bench), all('1.0', ['wincni.exe', 'win-bridge.exe']));
});
installing('upgrades the names of the last time, and keeps what was there before the first', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  install(options(bench, ['nat', 'flannel']), bench.machine('1.0'));
  assert.is(install(options(bench), bench.machine('2.0')), 0);
  assert.equal(programs(bench), {
    ...all('2.0', ['flannel.exe', 'nat.exe', 'wincni.exe']),
    'nat.exe.before-wincni': 'nat of others',
  });
  assert.equal([...linked(bench.bin)].sort(), ['flannel.exe', 'nat.exe']);
});
installing('more names than the last time bring the earlier ones along', ({ bench }) => {
  install(options(bench, ['nat']), bench.machine('1.0'));
  install(options(bench, ['flannel']), bench.machine('2.0'));
  assert.equal(programs(bench), all('2.0', ['flannel.exe', 'nat.exe', 'wincni.exe']));
});
installing('a downgrade is an upgrade to an older version', ({ bench }) => {
  for (const version of ['1.0', '2.0', '1.0']) install(options(bench, ['nat']), bench.machine(version));
  assert.equal(programs(bench), all('1.0', ['nat.exe', 'wincni.exe']));
});
installing('keeps the addons of the version before for commands that run, until the next time', ({ bench }) => {
  const addons = (): readonly string[] => readdirSync(bench.bin).filter((name) => name.startsWith('wincni-addons'));
  install(options(bench), bench.machine('1.0'));
  install(options(bench), bench.machine('2.0'));
  assert.equal(addons(), [addonsFolder('1.0'), addonsFolder('2.0')]);
  install(options(bench), bench.machine('2.0'));
  assert.equal(addons(), [addonsFolder('2.0')]);
});
installing('the plugin that others put over ours is kept, beside the one from before', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  install(options(bench, ['nat']), bench.machine('1.0'));
  foreign(bench.bin, { 'nat.exe': 'newer nat of others' });
  install(options(bench), bench.machine('1.0'));
  assert.equal(programs(bench), {
    'nat.exe': '1.0',
    'nat.exe.before-wincni': 'nat of others',
    'nat.exe.before-wincni-2': 'newer nat of others',
    'wincni.exe': '1.0',
  });
  uninstall({ binDir: bench.bin }, bench.machine('1.0'));
  assert.is(bench.tree()['nat.exe'], 'newer nat of others');
});
installing('makes copies where there can be no links, and keeps others by copies', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe': 'nat of others' });
  const machine = bench.machine('1.0', { programs: { ...nodeProgramFiles(), link: () => false } });
  assert.is(install(options(bench, ['nat', 'flannel']), machine), 0);
  assert.equal(programs(bench), {
    ...all('1.0', ['flannel.exe', 'nat.exe', 'wincni.exe']),
    'nat.exe.before-wincni': 'nat of others',
  });
  assert.equal(linked(bench.bin), []);
  assert.ok(bench.said().printed.includes('  flannel.exe: new; a copy, for there can be no link'));
});
installing('a copy that comes out different does not get a name', ({ bench }) => {
  foreign(bench.bin, { 'wincni.exe': 'wincni of others' });
  const real = nodeProgramFiles();
  const copy = (from: string, to: string): void => {
    real.copy(from, to);
    if (to.includes('wincni.exe.new')) writeFileSync(to, 'broken');
  };
  assert.is(install(options(bench, ['nat']), bench.machine('1.0', { programs: { ...real, copy } })), 1);
  assert.is(bench.tree()['wincni.exe'], 'wincni of others');
  assert.not(existsSync(join(bench.bin, 'nat.exe')));
  assert.match(bench.said().complained[0] ?? '', /^Cannot copy ".*download" to .*: the copy is different/);
});
installing('a dry run says what would be, and changes nothing', ({ bench }) => {
  foreign(bench.bin, { 'win-bridge.exe': 'win-bridge of others' });
  install(options(bench, ['flannel']), bench.machine('1.0'));
  const before = bench.tree();
  bench.said();
  assert.is(install({ ...options(bench, ['win-bridge', 'nat']), dryRun: true }, bench.machine('2.0')), 0);
  assert.equal(bench.tree(), before);
  assert.equal(bench.said().printed.slice(1), [
    '  wincni.exe: upgraded',
    '  win-bridge.exe: new; what has the name now would be kept as win-bridge.exe.before-wincni',
    '  flannel.exe: upgraded',
    '  nat.exe: new',
  ]);
});
installing('a dry run does not make the folder', ({ bench }) => {
  install({ ...options(bench), dryRun: true }, bench.machine('1.0'));
  assert.not(existsSync(bench.bin));
});
installing('refuses before it changes anything: a name that is no file, a manifest that is none', ({ bench }) => {
  mkdirSync(join(bench.bin, 'nat.exe'), { recursive: true });
  throwsCni(
    () => install(options(bench), bench.machine('1.0')),
    Code.Io,
    /"nat\.exe"|nat\.exe": it is a folder, expected a file/,
  );
  assert.equal(readdirSync(bench.bin), ['nat.exe']);
  symlinkSync('elsewhere', join(bench.bin, 'flannel.exe'));
  throwsCni(() => install(options(bench, ['flannel']), bench.machine('1.0')), Code.Io, /flannel\.exe": it is a link/);
  writeFileSync(join(bench.bin, MANIFEST), '{"format": 2}');
  const error = throwsCni(
    () => install(options(bench, ['host-local']), bench.machine('1.0')),
    Code.Decode,
    /^Cannot read ".*wincni-install\.json": Cannot use format: it is 2, expected 1/,
  );
  assert.match(error.details ?? '', /mend it, or move it away/);
  assert.equal(readdirSync(bench.bin).sort(), ['flannel.exe', 'nat.exe', MANIFEST]);
});
installing.run();

const whileRunning = suite<Context>('install() while plugins run');
whileRunning.before.each((context) => {
  context.bench = createBench();
});
whileRunning.after.each(({ bench }) => {
  bench.remove();
});

whileRunning("another's plugin is renamed away and kept", ({ bench }) => {
  foreign(bench.bin, { 'win-bridge.exe': 'win-bridge of others' });
  const { programs: busy, end } = running([join(bench.bin, 'win-bridge.exe')]);
  assert.is(install(options(bench, ['win-bridge']), bench.machine('1.0', { programs: busy })), 0);
  assert.equal(programs(bench), {
    'win-bridge.exe': '1.0',
    'win-bridge.exe.before-wincni': 'win-bridge of others',
    'win-bridge.exe.old-1': 'win-bridge of others',
    'wincni.exe': '1.0',
  });
  const { printed } = bench.said();
  assert.ok(
    printed.some((line) =>
      /win-bridge\.exe: new; .*; what had the name is running, as win-bridge\.exe\.old-1 now/.test(line),
    ),
  );
  end();
  assert.is(install(options(bench), bench.machine('1.0')), 0);
  assert.equal(Object.keys(programs(bench)), ['win-bridge.exe', 'win-bridge.exe.before-wincni', 'wincni.exe']);
});
whileRunning(
  'an upgrade with pods renames each name of ours away, and the next one removes what it left',
  ({ bench }) => {
    install(options(bench, ['nat', 'flannel']), bench.machine('1.0'));
    // One file with three names: while one runs, all of them do.
    const { programs: busy, end } = running([join(bench.bin, 'nat.exe')]);
    assert.is(install(options(bench), bench.machine('2.0', { programs: busy })), 0);
    assert.equal(programs(bench), {
      ...all('2.0', ['flannel.exe', 'nat.exe', 'wincni.exe']),
      ...all('1.0', ['flannel.exe.old-1', 'nat.exe.old-1', 'wincni.exe.old-1']),
    });
    assert.is(install(options(bench), bench.machine('3.0', { programs: busy })), 0);
    assert.is(bench.tree()['nat.exe.old-1'], '1.0');
    end();
    assert.is(install(options(bench), bench.machine('3.0')), 0);
    assert.equal(programs(bench), all('3.0', ['flannel.exe', 'nat.exe', 'wincni.exe']));
  },
);
whileRunning('a name like that of a renamed one is left alone when it is not ours', ({ bench }) => {
  foreign(bench.bin, { 'nat.exe.old-1': "an administrator's", 'nat.exe.old-x': 'too', 'other.exe.old-1': '1.0' });
  install(options(bench), bench.machine('1.0'));
  assert.equal(
    ['nat.exe.old-1', 'nat.exe.old-x', 'other.exe.old-1'].map((name) => readFileSync(join(bench.bin, name), 'utf8')),
    ["an administrator's", 'too', '1.0'],
  );
});
whileRunning('what a killed installation was about to name is removed', ({ bench }) => {
  foreign(bench.bin, {
    'nat.exe.new-wincni': 'whole',
    'nat.exe.part-wincni': 'half',
    'nat.exe.before-wincni.part-wincni': 'h',
  });
  install(options(bench, ['flannel']), bench.machine('1.0'));
  assert.equal(Object.keys(programs(bench)), ['flannel.exe', 'wincni.exe']);
});
whileRunning.run();
