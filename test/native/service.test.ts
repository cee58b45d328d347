import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startSimulator } from '../../native/simulator/client.ts';

const service = suite('the port of the entry points');

/** What a process sends first: its number, the name of its executable, its token (native/README.md, "hello"). */
function hello(exe: string, token: string): Buffer {
  const name = (text: string): Buffer => Buffer.concat([Buffer.from([text.length, 0]), Buffer.from(text)]);
  const body = Buffer.concat([Buffer.from([1, 42, 0, 0, 0]), name(exe), name(token)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

service('a process that ended before its connection was looked at has been heard of once all is settled', async () => {
  const simulator = await startSimulator();
  try {
    const frame = hello('short.exe', 'token').toString('hex');
    const written = `Buffer.from('${frame}', 'hex'), () => process.exit()`;
    const talk = `const it = require('node:net').connect(${simulator.port}, '127.0.0.1', () => it.write(${written}))`;
    // Nothing of this process goes on meanwhile, the simulator's port included.
    assert.is(spawnSync(process.execPath, ['-e', talk], { timeout: 30_000 }).status, 0);
    await simulator.settle(5000);
    const seen = (await simulator.processes()).map(({ exe, ended }) => [exe, ended]);
    assert.equal(seen, [['short.exe', 'ended']]);
  } finally {
    await simulator.stop();
  }
});

service.run();
