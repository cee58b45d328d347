/** Folders with those above them, and an end where none can be made. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeFolder } from '../../src/disk/make-folder.ts';
import { inFolder } from '../support/disk.ts';

const folders = suite('makeFolder()');

/** The code of the error that must come. */
function codeOf(folder: string): unknown {
  try {
    return `made ${String(makeFolder(folder))}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

folders('makeFolder() makes all that is missing and answers the topmost', () =>
  inFolder((home) => {
    assert.is(makeFolder(join(home, 'a', 'b', 'c')), join(home, 'a'));
    assert.ok(statSync(join(home, 'a', 'b', 'c')).isDirectory());
    assert.is(statSync(join(home, 'a', 'b')).mode & 0o777 & ~0o755, 0);
    assert.is(makeFolder(join(home, 'a', 'b', 'd')), join(home, 'a', 'b', 'd'));
    assert.is(makeFolder(join(home, 'a', 'b', 'c')), undefined);
    assert.is(makeFolder('/'), undefined);
  }),
);
folders('makeFolder() throws where a file is in the way', () =>
  inFolder((home) => {
    writeFileSync(join(home, 'file'), '');
    assert.is(codeOf(join(home, 'file')), 'EEXIST');
    assert.is(codeOf(join(home, 'file', 'a')), 'ENOTDIR');
    assert.is(codeOf(join(home, 'file', 'a', 'b')), 'ENOTDIR');
  }),
);
folders('makeFolder() ends where the system says ENOENT for ever', () => {
  assert.is(codeOf('/proc/wincni'), 'ENOENT');
  assert.is(codeOf('/proc/wincni/a/b'), 'ENOENT');
  assert.is(codeOf(''), 'ENOENT');
  assert.is(existsSync('/proc/wincni'), false);
});

folders.run();
