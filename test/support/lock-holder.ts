/** A process for tests of the lock: `PATH` holds it until killed; `PATH COUNTER N` counts a file up N times under it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createFileLock } from '../../src/ffi/lock.ts';

const [path = '', counter, times = '0'] = process.argv.slice(2);
const lock = createFileLock();

if (counter === undefined) {
  await lock.acquire(path, 5000);
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} else {
  process.stdout.write('started\n');
  for (let turn = 0; turn < Number(times); turn++) {
    const free = await lock.acquire(path, 20_000);
    const count = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
    writeFileSync(counter, String(count + 1));
    free();
  }
}
