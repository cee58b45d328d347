/** `wincni.exe routes sync` on Windows (Wine): the plan on this machine's own tables, and an overlay of the simulator in full. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startSimulator } from '../../native/simulator/client.ts';
import * as wine from '../../scripts/wine.js';
import { networkOf, parseCidr } from '../../src/net/cidr.ts';
import { offset } from '../../src/net/ip.ts';
import { installWindowsExecutable } from '../support/plugin.ts';
import { type Listed, listed, listOf, overlayNetwork, subnetLines } from './peer-nodes.ts';

interface Context {
  folder: string;
  exe: string;
}

const windows = suite<Context>('wincni.exe routes sync (Wine)');
windows.before(async (context) => {
  await wine.ensure();
  context.folder = mkdtempSync(join(tmpdir(), 'wincni-routes-'));
  context.exe = await installWindowsExecutable(context.folder);
});
windows.after(({ folder }) => {
  rmSync(folder, { recursive: true });
});

/** An address beside one of this machine, on the link of which Windows' table has to tell. */
function neighbour(): string {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ family, internal, cidr }) => family === 'IPv4' && !internal && cidr !== null && !cidr.endsWith('/32'));
  const block = parseCidr(own?.cidr ?? '');
  assert.ok(block !== undefined, 'this machine is on no network: there is no neighbour to route by');
  const first = offset(networkOf(block), 1);
  return first.text === block.ip.text ? offset(first, 1).text : first.text;
}

windows('a plan finds neighbours in the tables of this machine, and tells who is none', async ({ exe, folder }) => {
  const hop = neighbour();
  const list = join(folder, 'peers.json');
  const near = listed(2, { podCIDRs: ['10.244.2.0/24'], addresses: [hop] });
  const far = listed(3, { podCIDRs: ['10.244.3.0/24'], addresses: ['203.0.113.77'] });
  // As PowerShell writes it.
  writeFileSync(list, `\uFEFF${listOf(near, far)}`, 'utf16le');
  const said = await wine.run(exe, ['routes', 'sync', '--peers', wine.windowsPath(list), '--plan']);
  const lines = said.stdout.trimEnd().split(/\r?\n/);
  assert.is(said.code, 1);
  assert.match(
    lines[0] ?? '',
    new RegExp(`^to create: 10\\.244\\.2\\.0/24 by ${hop} on ".+", metric 256 \\(node-2\\)$`),
  );
  assert.is(lines[1], 'plan for routes: 1 to create, 0 to change, 0 to remove, 0 unchanged, 1 refused or failed');
  assert.match(said.stderr, /^refused: 10\.244\.3\.0\/24 \(node-3\), 203\.0\.113\.77 is on no link of this host/);
});
windows('an overlay gets its remote subnets, and has the record to take them away again', async ({ exe }) => {
  const simulator = await startSimulator({ seeds: [{ networks: [overlayNetwork(1)] }] });
  const env = { HNS_SIMULATOR: simulator.address };
  const sync = (...peers: readonly Listed[]): Promise<wine.WineResult> =>
    wine.run(exe, ['routes', 'sync', '--peers', '-', '--network', 'cbr0'], { env, stdin: listOf(...peers) });
  try {
    const first = await sync(listed(2), listed(3));
    assert.is(first.code, 0, first.stderr);
    const subnets = (): readonly string[] => simulator.hns.dump().networks.flatMap(subnetLines).sort();
    assert.equal(subnets(), [
      '10.244.2.0/24 10.240.0.32 4096 00-15-5D-00-00-02',
      '10.244.3.0/24 10.240.0.33 4096 00-15-5D-00-00-03',
    ]);
    const second = await sync();
    assert.match(second.stdout, /^remote subnets: 0 created, 0 changed, 2 removed/m);
    assert.equal([second.code, subnets()], [0, []]);
    assert.equal(
      simulator.hns.processes.report().filter(({ live }) => live !== 0),
      [],
    );
  } finally {
    await simulator.stop();
  }
});
windows('the watch follows a file that is replaced, and one that is written over', async ({ exe, folder }) => {
  const simulator = await startSimulator({ seeds: [{ networks: [overlayNetwork(1)] }] });
  const list = join(folder, 'watched.json');
  writeFileSync(list, listOf(listed(2)));
  const args = ['--peers', wine.windowsPath(list), '--network', 'cbr0', '--watch', '--interval', '86400'];
  const end = new AbortController();
  const watch = wine.run(exe, ['routes', 'sync', ...args], {
    env: { HNS_SIMULATOR: simulator.address },
    signal: end.signal,
  });
  /** Waits for some seconds at most. */
  const until = async (...blocks: readonly string[]): Promise<void> => {
    const found = (): string => simulator.hns.dump().networks.flatMap(subnetLines).sort().join();
    const isSo = (): boolean => found().replaceAll(/ [^,]*/g, '') === blocks.join();
    for (let left = 800; !isSo() && left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 25));
    assert.ok(isSo(), found());
  };
  try {
    await until('10.244.2.0/24');
    writeFileSync(`${list}.new`, listOf(listed(2), listed(3)));
    renameSync(`${list}.new`, list);
    await until('10.244.2.0/24', '10.244.3.0/24');
    writeFileSync(list, listOf(listed(3)));
    await until('10.244.3.0/24');
  } finally {
    end.abort();
    await watch;
    await simulator.stop();
  }
});

windows.run();
