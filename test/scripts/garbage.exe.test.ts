/** No verb collects garbage: what the addons claim outside the heap must not have V8 look for some. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSimulator } from '../../native/simulator/client.ts';
import { namespacesFor, podOf, runVerb } from '../../scripts/bench/pods.ts';
import { linuxSystem, type System } from '../../scripts/bench/systems.ts';
import { EXEC_ARGV } from '../../scripts/start-options.js';
import { SEED } from '../support/node.ts';
import { ROOT } from '../support/plugin.ts';

const garbage = suite('garbage');

/** Lines as "[1234:0x5e1a]   37 ms: Scavenge 5.7 (6.8) -> 5.3 (7.8) MB, …". */
const COLLECTION = /^\[\d+:0x[0-9a-f]+\].* ms: .*$/gm;

/** The bundle on the Node of the executable with its options, which cannot be told to trace. */
const tracing = (system: System, options: readonly string[]): System => ({
  ...system,
  start: (program, start) =>
    system.start(program, { ...start, args: [...options, '--trace-gc', join(ROOT, 'dist/wincni.cjs')] }),
});

async function collections(options: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-garbage-'));
  const simulator = await spawnSimulator({ seeds: [SEED, namespacesFor(1)] });
  try {
    const system = await linuxSystem(folder);
    const ipam = { type: 'host-local', dataDir: join(folder, 'leases'), subnet: '10.244.3.0/24' };
    const conf = { cniVersion: '1.1.0', name: 'cbr0', type: 'win-bridge', ipam };
    const counts: Record<string, number> = {};
    let prevResult: unknown;
    for (const verb of ['ADD', 'STATUS', 'CHECK', 'GC', 'DEL']) {
      const node = { system: tracing(system, options), simulator, folder };
      const more = verb === 'CHECK' ? { prevResult } : {};
      const { stdout } = await runVerb(node, { program: system.node, verb, pod: podOf(0), conf: { ...conf, ...more } });
      counts[verb] = stdout.match(COLLECTION)?.length ?? 0;
      if (verb === 'ADD') prevResult = JSON.parse(stdout.replaceAll(COLLECTION, ''));
    }
    return counts;
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true });
  }
}

garbage('is collected by no verb', async () => {
  assert.equal(await collections(EXEC_ARGV), { ADD: 0, STATUS: 0, CHECK: 0, GC: 0, DEL: 0 });
});
garbage('would be, without the options', async () => {
  assert.ok(Object.values(await collections([])).every((count) => count > 0));
});

garbage.run();
