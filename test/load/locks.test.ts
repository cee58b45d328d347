/** Locks by the kernel's list: those that a process holds, none that it waits for or that another one has. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFileLock } from '../../src/ffi/lock.ts';
import { inFolder } from '../support/disk.ts';
import { locksOf, watchLocks } from './locks.ts';

const locks = suite('locks');

const LIST = `\
1: FLOCK  ADVISORY  WRITE 5796 fe:00:10224604 0 EOF
1: -> FLOCK  ADVISORY  WRITE 61 fe:00:10224604 0 EOF
2: POSIX  ADVISORY  READ 579 08:01:7 128 128
3: OFDLCK ADVISORY  WRITE -1 08:01:9 0 EOF
`;

locks('are those of the process alone', () => {
  assert.equal(locksOf(LIST, 5796), ['FLOCK WRITE fe:00:10224604']);
  assert.equal(locksOf(LIST, 579), ['POSIX READ 08:01:7']);
});
locks('that are waited for are not held', () => {
  assert.equal(locksOf(LIST, 61), []);
});

locks('of this process are seen while they are held', () =>
  inFolder(async (folder) => {
    const { watch, held } = watchLocks();
    const call = (name: string): void => {
      watch({ process: 'test', function: name, args: {} }, process.pid);
    };
    call('before');
    const free = await createFileLock().acquire(join(folder, 'lock'), 5000);
    call('meanwhile');
    free();
    call('after');
    assert.is(held().length, 1, held().join('\n'));
    assert.match(held().join(), /^meanwhile of process \d+: FLOCK WRITE /);
  }),
);

locks.run();
