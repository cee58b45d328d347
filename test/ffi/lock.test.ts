/** The lock among real processes: exclusive, waited for, and given back by the kernel when its holder is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFileLock, lockWithin } from '../../src/ffi/lock.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder } from '../support/disk.ts';
import { rejectsCni } from '../support/throws.ts';

const HOLDER = fileURLToPath(new URL('../support/lock-holder.ts', import.meta.url));

/** A process that has the lock when this answers, and keeps it until it is killed or told to end. */
async function holderOf(...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdout } = child;
  await once(stdout, 'data');
  return child;
}

const lock = suite('createFileLock()');

lock('is exclusive and given back', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'lock');
    const free = await createFileLock().acquire(path, 1000);
    const error = await rejectsCni(createFileLock().acquire(path, 30), Code.TryAgainLater, /held it for 30 ms/);
    assert.ok(error.message.includes(path));
    assert.is(error.details, 'system error 11');
    free();
    (await createFileLock().acquire(path, 0))();
    assert.is(readFileSync(path, 'utf8'), '');
  }),
);
lock('is waited for', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'lock');
    const free = await createFileLock().acquire(path, 1000);
    setTimeout(free, 50);
    (await createFileLock().acquire(path, 5000))();
  }),
);
lock('names a file that cannot be opened', () =>
  inFolder(async (folder) => {
    await rejectsCni(
      createFileLock().acquire(join(folder, 'no', 'lock'), 10),
      Code.Io,
      /open the lock file .*: ENOENT/,
    );
  }),
);
lock('of another process excludes us until that is killed with SIGKILL', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'lock');
    const child = await holderOf(path);
    await rejectsCni(createFileLock().acquire(path, 50), Code.TryAgainLater);
    const waiting = createFileLock().acquire(path, 5000);
    child.kill('SIGKILL');
    (await waiting)();
  }),
);
lock('keeps the counting of three processes exact', () =>
  inFolder(async (folder) => {
    const [path, counter] = [join(folder, 'lock'), join(folder, 'counter')];
    const children = await Promise.all([1, 2, 3].map(() => holderOf(path, counter, '40')));
    for (const child of children) if (child.exitCode === null) await once(child, 'exit');
    assert.is(readFileSync(counter, 'utf8'), '120');
  }),
);
lock('believes a hopeless error only when it comes again and again', async () => {
  const answering = (...errnos: readonly (number | undefined)[]): Promise<number | undefined> => {
    let tries = 0;
    const tryLock = (): number | undefined => errnos[tries++];
    return lockWithin({ tryLock }, { deadlineMs: 1000, hopeless: new Set([1]) });
  };
  assert.is(await answering(33, 1, 33, 1, 1, undefined), undefined);
  assert.is(await answering(33, 1, 1, 1, undefined), 1);
});

lock.run();
