import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTestNode } from '../support/node.ts';
import { fault, live, seeded, steps } from './lives.ts';

const RUNS = 1000;
/** Calls inside the process answer at once, so that little is enough to tell a hang. */
const timeoutSeconds = 0.05;

const faults = suite('lives of pods with a fault at a random HNS call, in process');

faults(`${RUNS} random sequences leave nothing and lose nothing`, async () => {
  const life = fc.record({
    steps,
    fault: fault('fail', 'fail', 'hang', 'hold'),
    timeoutSeconds: fc.constant(timeoutSeconds),
  });
  const property = fc.asyncProperty(life, async (one) => {
    const node = createTestNode();
    try {
      await live(node, one);
      assert.equal(node.leftovers(), []);
    } finally {
      node.end();
    }
  });
  await fc.assert(property, seeded(RUNS));
});

faults.run();
