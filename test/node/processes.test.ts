/** The command as processes of their own, on the simulator's library: the watch with its signals, two at once, one that is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { ROOT } from '../support/documents.ts';
import { gapsIn } from './gaps.ts';
import { ethernet, listed, listOf } from './peer-nodes.ts';

interface Machine {
  readonly simulator: LocalSimulator;
  readonly root: string;
  readonly list: string;
  readonly start: (...args: readonly string[]) => Started;
  /** `<block> <next hop>` of the routes that were made. */
  readonly routes: () => readonly string[];
}

interface Started {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<number | null>;
  /** Resolves with the first line that matches, of those said and those to come; rejects at the end of the process. */
  readonly says: (what: RegExp) => Promise<string>;
}

async function on(use: (machine: Machine) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({ seeds: [{ adapters: [ethernet(1)] }] });
  const root = mkdtempSync(join(tmpdir(), 'wincni-routes-'));
  const list = join(root, 'peers.json');
  const children: ChildProcess[] = [];
  const env = {
    HNS_SIMULATOR: simulator.address,
    HNS_SIMULATOR_LIBRARY: join(ROOT, 'dist/native/libhns.so'),
    HNS_SIMULATOR_ROOT: root,
  };
  const start: Machine['start'] = (...args) => {
    const command = [join(ROOT, 'dist/wincni.cjs'), 'routes', 'sync', '--peers', list, ...args];
    const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return started(child);
  };
  const routes = (): readonly string[] => {
    const rows = simulator.hns.dump().host.routes as readonly { DestinationPrefix: string; NextHop: string }[];
    return rows
      .filter(({ DestinationPrefix }) => DestinationPrefix.includes('244'))
      .map(({ DestinationPrefix, NextHop }) => `${DestinationPrefix} ${NextHop}`)
      .sort();
  };
  try {
    await use({ simulator, root, list, start, routes });
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await simulator.stop();
    rmSync(root, { recursive: true });
  }
}

function started(child: ChildProcess): Started {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const says: Started['says'] = (what) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((line) => what.test(line));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then(() => {
        reject(new Error(`it ended and never said ${String(what)}:\n${lines.join('\n')}`));
      });
    });
  return { child, lines, ended, says };
}

const ways = (...numbers: readonly number[]): readonly string[] =>
  numbers.flatMap((n) => [`10.244.${n}.0/24 10.240.0.3${n}`, `fd00:244:${n}::/64 fd00:240::3${n}`]).sort();

/** In its place at once, as a careful writer does it. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

const processes = suite('wincni routes sync as processes');

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  processes(`--watch follows the file, heals, waits out a broken one, and ends with 0 on ${signal}`, async () => {
    await on(async ({ simulator, list, start, routes }) => {
      writeFileSync(list, listOf(listed(2)));
      const watch = start('--watch', '--interval', '1');
      await watch.says(/^routes: 2 created/);
      assert.equal(routes(), ways(2));
      replace(list, listOf(listed(2), listed(3)));
      await watch.says(/^created: 10\.244\.3\.0\/24/);
      await watch.says(/^routes: 2 created, 0 changed, 0 removed, 2 unchanged/);
      assert.equal(routes(), ways(2, 3));
      writeFileSync(list, '{"peers":[');
      await watch.says(/waiting for a file that can be used/);
      assert.equal(routes(), ways(2, 3));
      const route = simulator.hns.dump().host.routes;
      assert.ok(route.length > 4);
      simulator.hns.reboot();
      assert.equal(routes(), []);
      await watch.says(/^routes: 4 created/);
      assert.equal(routes(), ways(2, 3));
      writeFileSync(list, listOf(listed(3)));
      await watch.says(/^routes: 0 created, 0 changed, 2 removed/);
      assert.equal(routes(), ways(3));
      watch.child.kill(signal);
      assert.is(await watch.ended, 0, watch.lines.join('\n'));
      assert.is(watch.lines.at(-1), 'ended');
      assert.equal(
        simulator.hns.processes.report().filter(({ live }) => live !== 0),
        [],
      );
    });
  });
}
processes('two at once take turns: the table is what one of them wanted, and has had a way to everybody', async () => {
  await on(async ({ simulator, list, start, routes }) => {
    replace(list, listOf(listed(2), listed(3)));
    assert.is(await start().ended, 0);
    const before = routes().map((way) => way.split(' ')[0] ?? '');
    simulator.dispatcher.clearTrace();
    simulator.dispatcher.setLatency({ '*': 20 });
    const moved = listed(3, { addresses: ['10.240.0.39', 'fd00:240::39'] });
    replace(list, listOf(listed(2), moved));
    const first = start();
    // In the midst of its calls, so that the second one finds a table that is half done.
    while (simulator.dispatcher.trace().length < 2) await new Promise((done) => setTimeout(done, 5));
    replace(list, listOf(listed(2), listed(3), listed(4)));
    const second = start();
    assert.equal([await first.ended, await second.ended], [0, 0]);
    assert.equal(routes(), ways(2, 3, 4));
    const living = [...listed(2).podCIDRs, ...listed(3).podCIDRs];
    assert.equal(gapsIn(simulator.dispatcher.trace(), before, living), []);
  });
});
processes('one that is killed between two calls leaves what the next one heals', async () => {
  await on(async ({ simulator, root, list, start, routes }) => {
    replace(list, listOf(listed(2), listed(3), listed(4)));
    simulator.dispatcher.faults.set([{ function: 'CreateIpForwardEntry2', nth: 4, action: 'kill', when: 'after' }]);
    assert.is(await start().ended, 137);
    assert.is(routes().length, 4);
    assert.equal(readdirSync(join(root, 'var/log/wincni')).sort(), ['peers.lock', 'routes.json']);
    assert.match(readFileSync(join(root, 'var/log/wincni/routes.json'), 'utf8'), /fd00:244:4::\/64/);
    replace(list, listOf(listed(3)));
    assert.is(await start().ended, 0);
    assert.equal(routes(), ways(3));
  });
});

processes.run();
