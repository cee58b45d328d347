/** Whole files on a real folder: links, copies, names that change hands, and what a system that runs one of them answers. */
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeProgramFiles, type ProgramCalls } from '../../src/disk/program-files.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder, tree } from '../support/disk.ts';
import { throwsCni } from '../support/throws.ts';

const here = nodeProgramFiles();
const files = suite('nodeProgramFiles()');

files('look() tells files, folders and links apart', () =>
  inFolder((folder) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'sub'));
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    const kinds = ['file', 'sub', 'link', 'none'].map((name) => here.look(join(folder, name)));
    assert.equal(kinds, ['file', 'folder', 'other', undefined]);
  }),
);
files('sha256() is of the content that is there now', () =>
  inFolder((folder) => {
    const [path, other] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(path, 'abc');
    linkSync(path, other);
    // FIPS 180-2, appendix B.1.
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal([here.sha256(path), here.sha256(other)], [abc, abc]);
    writeFileSync(join(folder, 'c'), 'abd');
    renameSync(join(folder, 'c'), path);
    assert.equal([here.sha256(path) === abc, here.sha256(other)], [false, abc]);
    throwsCni(() => here.sha256(join(folder, 'none')), Code.Io, /^Cannot read ".*none": ENOENT$/);
  }),
);
files('copy() keeps content and mode, and never writes through a name that is taken', () =>
  inFolder((folder) => {
    const [path, copy, link] = ['exe', 'copy', 'link'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(path, 'program');
    chmodSync(path, 0o755);
    here.copy(path, copy);
    assert.equal([readFileSync(copy, 'utf8'), statSync(copy).mode & 0o777], ['program', 0o755]);
    assert.not.equal(statSync(copy).ino, statSync(path).ino);
    linkSync(path, link);
    throwsCni(
      () => {
        here.copy(copy, link);
      },
      Code.Io,
      /^Cannot copy ".*copy" to ".*link": EEXIST$/,
    );
    assert.is(readFileSync(path, 'utf8'), 'program');
  }),
);
files('link() makes another name, or says that there can be none', () =>
  inFolder((folder) => {
    const path = join(folder, 'exe');
    writeFileSync(path, 'program');
    assert.ok(here.link(path, join(folder, 'name')));
    assert.is(statSync(join(folder, 'name')).ino, statSync(path).ino);
    // Another volume.
    assert.not(here.link(path, '/proc/name'));
    assert.not(here.link(join(folder, 'none'), join(folder, 'x')));
  }),
);
files('replace(), move() and remove() leave what they say', () =>
  inFolder((folder) => {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('old'), 'old');
    writeFileSync(path('new'), 'new');
    assert.ok(here.replace(path('new'), path('old')));
    assert.equal(tree(folder), { old: 'new' });
    here.move(path('old'), path('moved'));
    assert.equal(tree(folder), { moved: 'new' });
    assert.ok(here.remove(path('moved')));
    assert.ok(here.remove(path('moved')));
    assert.equal(tree(folder), {});
    throwsCni(() => here.replace(path('none'), path('x')), Code.Io, /^Cannot rename ".*none" to ".*x": ENOENT$/);
    mkdirSync(path('sub'));
    throwsCni(() => here.remove(path('sub')), Code.Io, /^Cannot remove ".*sub": E(?:ISDIR|PERM)$/);
  }),
);
files('removeFolder() removes an empty one only', () =>
  inFolder((folder) => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'file'), '');
    assert.not(here.removeFolder(join(folder, 'sub')));
    here.remove(join(folder, 'sub', 'file'));
    assert.ok(here.removeFolder(join(folder, 'sub')));
    assert.not(here.removeFolder(join(folder, 'sub')));
    writeFileSync(join(folder, 'file'), '');
    throwsCni(() => here.removeFolder(join(folder, 'file')), Code.Io, /^Cannot remove ".*file": ENOTDIR$/);
  }),
);
files.run();

const held = suite('nodeProgramFiles() and files that run');

/** Calls that are refused so many times, as Windows does while a file is mapped; the pauses made are noted. */
function refusing(errno: string, times: number): { readonly calls: ProgramCalls; readonly pauses: number[] } {
  const pauses: number[] = [];
  let left = times;
  const unlessRefused =
    <A extends readonly unknown[]>(call: (...args: A) => void) =>
    (...args: A): void => {
      if (left-- > 0) throw Object.assign(new Error(`${errno}: refused`), { code: errno });
      call(...args);
    };
  return {
    pauses,
    calls: {
      link: unlessRefused(linkSync),
      rename: unlessRefused(renameSync),
      unlink: unlessRefused(unlinkSync),
      pause: (ms) => {
        pauses.push(ms);
      },
    },
  };
}

for (const errno of ['EPERM', 'EACCES', 'EBUSY']) {
  held(`${errno} is an answer of replace() and remove(), at once`, () =>
    inFolder((folder) => {
      writeFileSync(join(folder, 'new'), 'new');
      writeFileSync(join(folder, 'old'), 'old');
      const { calls, pauses } = refusing(errno, 2);
      const programs = nodeProgramFiles(calls);
      assert.not(programs.replace(join(folder, 'new'), join(folder, 'old')));
      assert.not(programs.remove(join(folder, 'old')));
      assert.equal([tree(folder), pauses], [{ new: 'new', old: 'old' }, []]);
    }),
  );
}
held('move() waits, for a virus scanner some seconds and not for ever', () =>
  inFolder((folder) => {
    writeFileSync(join(folder, 'a'), 'text');
    const soon = refusing('EBUSY', 3);
    nodeProgramFiles(soon.calls).move(join(folder, 'a'), join(folder, 'b'));
    assert.equal([tree(folder), soon.pauses], [{ b: 'text' }, [4, 8, 16]]);
    const never = refusing('EPERM', 1000);
    throwsCni(
      () => {
        nodeProgramFiles(never.calls).move(join(folder, 'b'), join(folder, 'c'));
      },
      Code.Io,
      /^Cannot rename ".*b" to ".*c": EPERM$/,
    );
    const sum = never.pauses.reduce((a, b) => a + b, 0);
    assert.ok(sum > 5000 && sum < 15_000, `${sum} ms`);
    assert.equal(tree(folder), { b: 'text' });
  }),
);
held.run();
