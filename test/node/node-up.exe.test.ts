/** dist/wincni brings a node up and takes it down: on Linux, on the simulator behind its C entry points. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startSimulator } from '../../native/simulator/client.ts';
import { LINUX_LIBRARY } from '../../scripts/build-native.js';
import { ROOT } from '../support/documents.ts';
import { BRIDGE, ETHERNET, stateOf } from './network-node.ts';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function byHand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, 'dist/wincni'), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.once('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

const executable = suite('dist/wincni node up and down');

executable('two at once, and again: one network; down leaves the node as it was', async () => {
  const config = { vSwitchLosesStaticAddress: true, vSwitchDownMs: 200, lateAddressMs: 300 };
  const simulator = await startSimulator({ seeds: [{ adapters: [ETHERNET], config }] });
  const root = mkdtempSync(join(tmpdir(), 'wincni-node-'));
  const env = { HNS_SIMULATOR: simulator.address, HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY, HNS_SIMULATOR_ROOT: root };
  const file = join(root, 'node.json');
  writeFileSync(file, JSON.stringify(BRIDGE));
  const node = (verb: string): Promise<Ran> => byHand(['node', verb, '--config', file], env);
  try {
    const before = stateOf(simulator.hns);
    const both = await Promise.all([node('up'), node('up')]);
    assert.equal(
      both.map(({ code, err }) => [code, err]),
      [
        [0, ''],
        [0, ''],
      ],
    );
    const { networks, endpoints, host } = simulator.hns.dump();
    assert.equal([networks.length, endpoints.map(({ Name }) => Name)], [1, ['cbr0_ep']]);
    const virtual = host.adapters.find(({ Alias }) => Alias === 'vEthernet (Ethernet)');
    assert.equal([virtual?.['Addresses'], virtual?.['Forwarding']], [ETHERNET.Addresses, { 4: true, 6: false }]);
    const up = stateOf(simulator.hns);
    const again = await node('up');
    assert.equal([again.code, again.err], [0, '']);
    assert.match(again.out, /adopted as it is, L2Bridge 10\.244\.3\.0\/24 on "Ethernet"/);
    assert.equal(stateOf(simulator.hns), up);
    const down = await node('down');
    assert.equal([down.code, down.err], [0, '']);
    assert.equal(stateOf(simulator.hns), before);
    assert.is((await byHand(['node', 'up', '--type', 'Overlay'], env)).code, 2);
    await simulator.settle(5000);
    assert.equal(
      (await simulator.processes()).filter((one) => one.live !== 0 || one.openHandles.length > 0),
      [],
    );
  } finally {
    await simulator.stop();
    rmSync(root, { recursive: true });
  }
});
executable.run();
