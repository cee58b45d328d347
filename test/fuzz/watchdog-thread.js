/** The thread of watchdog.ts: plain JavaScript, since threads start without the loader for TypeScript. */
import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

let timer;
parentPort.on('message', ([limitMs, what]) => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    writeSync(1, `no end within ${limitMs} ms: ${what}\nfuzz: ended early, 1 wrong\n`);
    process.kill(process.pid, 'SIGKILL');
  }, limitMs);
});
parentPort.postMessage('started');
