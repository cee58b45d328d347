/** The rights of the folders after install, on an icacls.exe that keeps access lists as Windows does. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { install } from '../../src/cli/install.ts';
import type { Icacls, Machine } from '../../src/cli/machine.ts';
import { addonsFolder, type Bench, createBench, fakeIcacls } from './bench.ts';
import { LISTED } from './listings.ts';

interface Context {
  bench: Bench;
  /** Access lists by path. */
  lists: Map<string, string>;
  owners: Map<string, string>;
  icacls: Icacls;
  machine: (more?: Partial<Machine>) => Machine;
}

const ADMINISTRATORS = 'S-1-5-32-544';

const rights = suite<Context>('rights');
rights.before.each((context) => {
  const bench = createBench();
  const [lists, owners] = [new Map<string, string>(), new Map<string, string>()];
  const icacls = fakeIcacls(lists, LISTED.serverRoot, owners);
  const machine = (more?: Partial<Machine>): Machine =>
    bench.machine('1.0', {
      icacls,
      stateFolders: [join(bench.stateFolder, 'cni'), join(bench.stateFolder, 'wincni')],
      ...more,
    });
  Object.assign(context, { bench, lists, owners, icacls, machine });
});
rights.after.each(({ bench }) => {
  bench.remove();
});

const run = (bench: Bench, machine: Machine, acl = true): number =>
  install({ binDir: bench.bin, names: ['nat'], dryRun: false, acl }, machine);

rights(
  'every folder belongs to Administrators and has the rights of its purpose',
  ({ bench, lists, owners, machine }) => {
    assert.is(run(bench, machine()), 0);
    const folders = {
      [bench.bin]: LISTED.programs,
      [join(bench.bin, addonsFolder('1.0'))]: LISTED.programs,
      [join(bench.stateFolder, 'cni')]: LISTED.state,
      [join(bench.stateFolder, 'wincni')]: LISTED.state,
    };
    assert.equal(Object.fromEntries([...lists].filter(([path]) => path in folders)), folders);
    assert.equal([...new Set(owners.values())], [ADMINISTRATORS]);
    assert.equal([...owners.keys()].sort(), Object.keys(folders).sort());
    assert.equal(bench.said().complained, []);
    assert.not(Object.keys(bench.tree()).includes('wincni-acl.tmp'));
  },
);
rights('are left alone the second time', ({ bench, lists, machine }) => {
  run(bench, machine());
  const before = new Map(lists);
  bench.said();
  assert.is(run(bench, machine()), 0);
  assert.equal(lists, before);
  const { printed } = bench.said();
  assert.is(printed.filter((line) => /^rights of ".*": unchanged \(SYSTEM/.test(line)).length, 4);
});
rights('what somebody had for himself goes', ({ bench, lists, machine }) => {
  const folder = join(bench.stateFolder, 'wincni');
  mkdirSync(folder, { recursive: true });
  lists.set(folder, 'D:AI(A;OICI;FA;;;S-1-5-21-1-2-3-1001)(D;;WD;;;BA)(A;OICI;FA;;;WD)(A;OICIID;FA;;;SY)');
  assert.is(run(bench, machine()), 0);
  assert.is(lists.get(folder), LISTED.state);
});
rights('the folder of programs has them before anything is put into it', ({ bench, icacls, machine }) => {
  const present: string[] = [];
  const watching: Icacls = (args) => {
    if (args[0] === bench.bin && args[1] === '/inheritance:r') present.push(...Object.keys(bench.tree()));
    return icacls(args);
  };
  run(bench, machine({ icacls: watching }));
  assert.equal(present, []);
});
rights('an icacls.exe that does nothing, like that of Wine: installed, and said exactly', ({ bench, machine }) => {
  assert.is(run(bench, machine({ icacls: () => ({ status: 0, output: '' }) })), 1);
  assert.is(bench.tree()['nat.exe'], '1.0');
  const { complained } = bench.said();
  const folders = [
    bench.bin,
    join(bench.bin, addonsFolder('1.0')),
    ...['wincni.exe', 'nat.exe'].map((file) => join(bench.bin, file)),
  ];
  const state = ['cni', 'wincni'].map((name) => join(bench.stateFolder, name));
  const says = 'icacls.exe says nothing of them here, so that nobody can tell whether they were set';
  assert.equal(complained, [
    ...folders.map(
      (path) =>
        `Cannot set the rights of "${path}": ${says}, expected SYSTEM and Administrators full, Users read and execute, nobody else`,
    ),
    ...state.map(
      (path) => `Cannot set the rights of "${path}": ${says}, expected SYSTEM and Administrators full, nobody else`,
    ),
  ]);
});
rights('an icacls.exe that refuses is quoted', ({ bench, icacls, machine }) => {
  const refusing: Icacls = (args) =>
    args[1] === '/inheritance:r' ? { status: 5, output: `${args[0] ?? ''}: Access is denied.\r\nmore` } : icacls(args);
  assert.is(run(bench, machine({ icacls: refusing })), 1);
  const [first = ''] = bench.said().complained;
  assert.match(first, /^Cannot set the rights of ".*bin": it inherits from the folder above; /);
  assert.match(
    first,
    /icacls\.exe \/inheritance:r \/grant:r \*S-1-5-18:\(OI\)\(CI\)F .*: exit code 5, ".*bin: Access is denied\."/,
  );
  const unlisted: Icacls = (args) => (args[1] === '/save' ? { status: null, output: '' } : icacls(args));
  run(bench, machine({ icacls: unlisted }));
  assert.match(bench.said().complained[0] ?? '', /icacls\.exe cannot list them: exit code none, expected/);
});
rights('a listing that is not understood is shown', ({ bench, icacls, machine }) => {
  const odd: Icacls = (args) => {
    if (args[1] !== '/save') return icacls(args);
    writeFileSync(args[2] ?? '', 'bin\r\nD:(XA;;FX;;;WD;(x))\r\n');
    return { status: 0, output: '' };
  };
  assert.is(run(bench, machine({ icacls: odd })), 1);
  assert.match(bench.said().complained[0] ?? '', /lists what is not understood: "bin\\r\\nD:\(XA;/);
});
rights('an older listing that lies about is not taken for the answer', ({ bench, machine }) => {
  mkdirSync(bench.bin);
  writeFileSync(join(bench.bin, 'wincni-acl.tmp'), `bin\n${LISTED.programs}\n`);
  assert.is(run(bench, machine({ icacls: () => ({ status: 0, output: '' }) })), 1);
  assert.ok(bench.said().complained.some((line) => line.startsWith(`Cannot set the rights of "${bench.bin}": `)));
});
rights(
  'a link in the place of a folder of state is refused, and what it leads to left alone',
  ({ bench, lists, owners, machine }) => {
    const [target, link] = [join(bench.stateFolder, 'elsewhere'), join(bench.stateFolder, 'wincni')];
    mkdirSync(target, { recursive: true });
    symlinkSync(target, link);
    assert.is(run(bench, machine()), 1);
    assert.equal([lists.has(link), lists.has(target), owners.has(link)], [false, false, false]);
    assert.match(
      bench.said().complained[0] ?? '',
      /^Cannot set the rights of ".*wincni": it is a link, and was left alone/,
    );
  },
);
rights('a program that gives somebody more is found', ({ bench, lists, machine }) => {
  run(bench, machine());
  bench.said();
  lists.set(join(bench.bin, 'nat.exe'), `${LISTED.program}(A;;FA;;;AU)`);
  // Every other program has what it inherits from the folder.
  lists.set(join(bench.bin, 'wincni.exe'), LISTED.program);
  assert.is(run(bench, machine()), 1);
  assert.equal(bench.said().complained, [
    `Cannot set the rights of "${join(bench.bin, 'nat.exe')}": Authenticated Users may do 0x1f01ff, expected SYSTEM and Administrators full, Users read and execute, nobody else`,
  ]);
});
rights('a folder above that others may rename is a warning', ({ bench, lists, machine }) => {
  lists.set(dirname(bench.bin), LISTED.belowClientRoot);
  assert.is(run(bench, machine({ stateFolders: [] })), 0);
  assert.equal(bench.said().complained, [
    `warning: Authenticated Users may rename or delete in "${dirname(bench.bin)}", and so put another folder in place of one below`,
  ]);
});
rights(
  '--no-acl changes none and says so; so does a system that is not Windows',
  ({ bench, lists, owners, machine }) => {
    assert.is(run(bench, machine(), false), 0);
    assert.equal([lists.size, owners.size], [0, 0]);
    assert.ok(bench.said().printed.includes('rights: not set and not checked: --no-acl'));
    assert.is(run(bench, bench.machine('1.0')), 0);
    assert.ok(bench.said().printed.includes('rights: not set and not checked: this is not Windows'));
  },
);
rights('a dry run says which rights, and asks nobody', ({ bench, machine }) => {
  const nobody: Icacls = () => {
    throw new Error('asked');
  };
  install({ binDir: bench.bin, names: ['nat'], dryRun: true, acl: true }, machine({ icacls: nobody }));
  assert.equal(bench.said().printed.slice(-3), [
    `rights of "${bench.bin}" and the addons: SYSTEM and Administrators full, Users read and execute, nobody else`,
    ...['cni', 'wincni'].map(
      (name) => `rights of "${join(bench.stateFolder, name)}": SYSTEM and Administrators full, nobody else`,
    ),
  ]);
});
rights.run();
