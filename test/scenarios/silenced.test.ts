/** A command whose stdout and stderr are both gone still ends by itself, whatever call into HNS hangs. */
import { spawn } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LINUX_LIBRARY } from '../../scripts/build-native.js';
import { createMachine, type Machine } from '../support/machine.ts';
import { NAMESPACES } from '../support/node.ts';
import { bundle } from '../support/plugin.ts';

const pod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const silenced = suite<{ machine: Machine }>('without anybody to tell');

silenced.before.each(async (context) => {
  context.machine = await createMachine(bundle());
});
silenced.after.each(({ machine }) => machine.end());

silenced('a command that gave up on HNS ends', async ({ machine }) => {
  machine.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
  // Writing to /dev/full fails, as to a pipe that nobody reads any more.
  const child = spawn('sh', ['-c', 'exec "$0" dist/wincni.cjs > /dev/full 2> /dev/full', process.execPath], {
    env: { HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY, ...machine.env('ADD', pod) },
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: 15_000,
    killSignal: 'SIGKILL',
  });
  child.stdin.end(JSON.stringify(machine.conf({ timeoutSeconds: 1 })));
  const ended = await new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  assert.is(machine.releaseHeld(), 1);
  assert.equal(ended, { code: 1, signal: null });
});

silenced.run();
