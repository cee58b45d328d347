/** Install and uninstall stopped at each of their steps: every name has its old or its new file, and the next run finishes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { install } from '../../src/cli/install.ts';
import type { Machine } from '../../src/cli/machine.ts';
import { INSTALL_NAMES } from '../../src/cli/names.ts';
import { uninstall } from '../../src/cli/uninstall.ts';
import type { CniError } from '../../src/spec/error.ts';
import { type Bench, createBench, foreign, running, type Stop, stopping } from './bench.ts';

const STOPS: readonly Stop[] = ['once', 'always', 'killed'];

/** What others had there before anything was installed. */
const OTHERS = { 'win-bridge.exe': 'win-bridge of others', 'flannel.exe': 'flannel of others', 'README.md': 'text' };
/** What the folder has after version 1.0, without the names that it did not have before. */
const OLD: Readonly<Record<string, readonly string[]>> = {
  'win-bridge.exe': ['1.0'],
  'host-local.exe': ['1.0'],
  'wincni.exe': ['1.0'],
  'flannel.exe': ['flannel of others'],
  'nat.exe': [],
};
const ALL = INSTALL_NAMES.map((name) => `${name}.exe`);

const options = (bench: Bench, names?: readonly ('win-bridge' | 'host-local')[]) => ({
  binDir: bench.bin,
  names: names ?? INSTALL_NAMES,
  dryRun: false,
  acl: true,
});

/** A node with plugins of others and version 1.0 of ours under two names. */
function node(): Bench {
  const bench = createBench();
  foreign(bench.bin, OTHERS);
  assert.is(install(options(bench, ['win-bridge', 'host-local']), bench.machine('1.0')), 0);
  bench.said();
  return bench;
}

/** Runs with a stop at every step in turn; `look` sees what each one left. */
function everyStop(
  stop: Stop,
  { run, look }: { run: (machine: Machine) => unknown; look: (bench: Bench) => void },
  from = node,
): number {
  for (let nth = 1; ; nth++) {
    const bench = from();
    try {
      const { machine, count } = stopping(bench.machine('2.0'), nth, stop);
      try {
        run({ ...machine, self: bench.self });
      } catch (failure) {
        assert.is((failure as CniError).code, 5);
      }
      look(bench);
      if (count() < nth) return nth;
    } finally {
      bench.remove();
    }
  }
}

const stops = suite('install() stopped at each step');

for (const stop of STOPS) {
  stops(`leaves every name old or new, and the next run finishes: ${stop}`, () => {
    let bin = '';
    const tried = everyStop(
      stop,
      {
        run: (machine) => install({ binDir: bin, names: INSTALL_NAMES, dryRun: false, acl: true }, machine),
        look: (bench) => {
          const found = bench.tree();
          for (const [file, old] of Object.entries(OLD)) {
            assert.ok(
              found[file] === undefined ? old.length === 0 : [...old, '2.0'].includes(found[file]),
              `${file}: ${found[file] ?? 'missing'}`,
            );
          }
          assert.is(found['README.md'], 'text');
          assert.is(install(options(bench), bench.machine('2.0')), 0);
          assertInstalled(bench, '2.0');
          uninstallAll(bench);
        },
      },
      () => {
        const bench = node();
        bin = bench.bin;
        return bench;
      },
    );
    assert.ok(tried > 30, `${tried} steps`);
  });
  stops(`going back at once gives everything back: ${stop}`, () => {
    let bin = '';
    everyStop(
      stop,
      {
        run: (machine) => install({ binDir: bin, names: INSTALL_NAMES, dryRun: false, acl: true }, machine),
        look: uninstallAll,
      },
      () => {
        const bench = node();
        bin = bench.bin;
        return bench;
      },
    );
  });
}

/** Nothing but the names, what was kept, and the addons. */
function assertInstalled(bench: Bench, version: string): void {
  const found = bench.tree();
  for (const file of ALL) assert.is(found[file], version);
  const more = Object.keys(found).filter((name) => !ALL.includes(name) && !name.startsWith('wincni-'));
  assert.equal(more, ['README.md', 'flannel.exe.before-wincni', 'win-bridge.exe.before-wincni']);
}

function uninstallAll(bench: Bench): void {
  assert.is(uninstall({ binDir: bench.bin }, bench.machine('2.0')), 0, bench.said().complained.join('\n'));
  const { 'README.md': readme, ...left } = bench.tree();
  assert.is(readme, 'text');
  // Addons of a version that was stopped before it was noted are all that may stay.
  assert.equal(
    Object.entries(left).filter(([name]) => !name.startsWith('wincni-addons-0002/')),
    [
      ['flannel.exe', 'flannel of others'],
      ['win-bridge.exe', 'win-bridge of others'],
    ],
  );
}
stops.run();

const busy = suite('install() stopped while everything runs');

for (const stop of STOPS) {
  busy(`a name is without a file only between two renames, and the next run mends it: ${stop}`, () => {
    for (let nth = 1; ; nth++) {
      const bench = node();
      const held = running(['win-bridge.exe', 'flannel.exe'].map((file) => join(bench.bin, file)));
      const { machine, count } = stopping(bench.machine('2.0', { programs: held.programs }), nth, stop);
      install(options(bench), machine);
      const missing = ['wincni.exe', 'win-bridge.exe', 'host-local.exe', 'flannel.exe'].filter(
        (file) => !existsSync(join(bench.bin, file)),
      );
      // One failure is undone. Only when the undoing fails as well, or there is nobody to do it, is a name left without.
      assert.ok(missing.length <= (stop === 'once' ? 0 : 1), missing.join());
      if (stop === 'always' && missing.length === 1) assertTold(bench, missing[0] ?? '');
      held.end();
      assert.is(install(options(bench), bench.machine('2.0')), 0);
      assertInstalled(bench, '2.0');
      uninstallAll(bench);
      bench.remove();
      if (count() < nth) break;
    }
  });
}

/** Which file is to be renamed to what. */
function assertTold(bench: Bench, file: string): void {
  const { complained } = bench.said();
  assert.ok(
    complained.some((line) => line.includes(`${file}" has no file now: rename "`)),
    complained.join('\n'),
  );
  assert.ok(complained.includes(`  WITHOUT a file now: ${file}`));
}
busy.run();

const back = suite('uninstall() stopped at each step');

for (const stop of STOPS) {
  back(`leaves every name a file of ours or what was there before, and the next run finishes: ${stop}`, () => {
    for (let nth = 1; ; nth++) {
      const bench = node();
      install(options(bench), bench.machine('2.0'));
      const { machine, count } = stopping(bench.machine('2.0'), nth, stop);
      const exit = uninstall({ binDir: bench.bin }, machine);
      const found = bench.tree();
      assert.ok(['2.0', 'win-bridge of others'].includes(found['win-bridge.exe'] ?? ''));
      assert.ok(['2.0', 'flannel of others'].includes(found['flannel.exe'] ?? ''));
      assert.is(exit === 0, bench.said().complained.length === 0);
      uninstallAll(bench);
      bench.remove();
      if (count() < nth) break;
    }
  });
}

back.run();

const report = suite('install() that stopped');

report('says what failed, what each name has, and what to do', () => {
  const bench = node();
  const { programs } = bench.machine('2.0');
  const link: typeof programs.link = (from, to) => !to.includes('sdnbridge') && programs.link(from, to);
  const copy: typeof programs.copy = (from, to) => {
    if (to.includes('sdnbridge')) throw new Error('the disk is full');
    programs.copy(from, to);
  };
  assert.is(install(options(bench), bench.machine('2.0', { programs: { ...programs, link, copy } })), 1);
  assert.equal(bench.said().complained, [
    'Cannot finish the command: the disk is full',
    '  the new executable: wincni.exe, win-bridge.exe, win-overlay.exe, flannel.exe, host-local.exe',
    '  not there, as before: sdnbridge.exe, sdnoverlay.exe, nat.exe',
    `Run the same command again when the cause is gone, or go back: wincni uninstall --bin-dir "${bench.bin}"`,
  ]);
  bench.remove();
});
report.run();
