/** A name that changes hands: in one step, around an executable that runs, and back when that fails. */
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dropName, takeName } from '../../src/cli/take-name.ts';
import type { ProgramFiles } from '../../src/disk/program-files.ts';
import { CniError, Code } from '../../src/spec/error.ts';
import { inFolder, tree } from '../support/disk.ts';
import { throwsCni } from '../support/throws.ts';
import { running } from './bench.ts';

interface Names {
  readonly folder: string;
  readonly fresh: string;
  readonly target: string;
}

/** `target` has "old", and "new" waits for the name. */
const withNames = (use: (names: Names) => void) =>
  inFolder((folder) => {
    const names = { folder, fresh: join(folder, 'fresh'), target: join(folder, 'nat.exe') };
    writeFileSync(names.fresh, 'new');
    writeFileSync(names.target, 'old');
    use(names);
  });

/** Renames of `what` fail. */
const failing = (programs: ProgramFiles, isIt: (from: string, to: string) => boolean): ProgramFiles => ({
  ...programs,
  move: (from, to) => {
    if (isIt(from, to)) throw new CniError(Code.Io, `Cannot rename "${from}" to "${to}": EPERM`);
    programs.move(from, to);
  },
});

const names = suite('takeName()');

names('is one step while nobody runs the old one', () =>
  withNames(({ folder, fresh, target }) => {
    const { ino } = lstatSync(fresh);
    assert.is(takeName(running([]).programs, fresh, target), undefined);
    assert.equal(tree(folder), { 'nat.exe': 'new' });
    assert.is(lstatSync(target).ino, ino);
  }),
);
names('renames the one that runs to the first free number', () =>
  withNames(({ folder, fresh, target }) => {
    writeFileSync(`${target}.old-1`, 'older');
    assert.is(takeName(running([target]).programs, fresh, target), `${target}.old-2`);
    assert.equal(tree(folder), { 'nat.exe': 'new', 'nat.exe.old-1': 'older', 'nat.exe.old-2': 'old' });
  }),
);
names('waits for a file that is held open when nobody has the name', () =>
  withNames(({ folder, fresh }) => {
    assert.is(takeName(running([fresh]).programs, fresh, join(folder, 'flannel.exe')), undefined);
    assert.equal(tree(folder), { 'flannel.exe': 'new', 'nat.exe': 'old' });
  }),
);
names('gives the name back when the new one cannot have it', () =>
  withNames(({ folder, fresh, target }) => {
    const programs = failing(running([target]).programs, (from) => from === fresh);
    throwsCni(() => takeName(programs, fresh, target), Code.Io, /^Cannot rename ".*fresh" to ".*nat\.exe": EPERM$/);
    assert.equal(tree(folder), { fresh: 'new', 'nat.exe': 'old' });
  }),
);
names('says what to do by hand when that fails as well', () =>
  withNames(({ folder, fresh, target }) => {
    const programs = failing(running([target]).programs, (_from, to) => to === target);
    const error = throwsCni(() => takeName(programs, fresh, target), Code.Io, /^Cannot rename ".*fresh" to/);
    assert.is(
      error.details,
      `and "${target}" has no file now: rename "${target}.old-1" to it by hand (Cannot rename "${target}.old-1" to "${target}": EPERM)`,
    );
    assert.equal(tree(folder), { fresh: 'new', 'nat.exe.old-1': 'old' });
  }),
);
names('dropName() removes, or renames what runs', () =>
  withNames(({ folder, fresh, target }) => {
    assert.is(dropName(running([target]).programs, fresh), undefined);
    assert.is(dropName(running([target]).programs, target), `${target}.old-1`);
    assert.equal(tree(folder), { 'nat.exe.old-1': 'old' });
  }),
);
names.run();
