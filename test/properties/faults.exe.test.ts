import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMachine } from '../support/machine.ts';
import { linuxExecutable, type Plugin } from '../support/plugin.ts';
import { fault, live, seeded, steps } from './lives.ts';

const RUNS = 50;
const timeoutSeconds = 0.5;

const faults = suite<{ plugin: Plugin }>('lives of pods with a fault at a random HNS call, dist/wincni');
faults.before((context) => {
  context.plugin = linuxExecutable();
});
faults.after(({ plugin }) => plugin.remove());

faults(`${RUNS} random sequences, callers killed among them, leave nothing and lose nothing`, async ({ plugin }) => {
  const life = fc.record({
    steps,
    fault: fault('kill', 'kill', 'fail', 'hang', 'hold'),
    timeoutSeconds: fc.constant(timeoutSeconds),
  });
  const property = fc.asyncProperty(life, async (one) => {
    const machine = await createMachine(plugin);
    try {
      await live(machine, one);
      assert.equal(await machine.leftovers(), []);
    } finally {
      await machine.end();
    }
  });
  await fc.assert(property, seeded(RUNS));
});

faults.run();
