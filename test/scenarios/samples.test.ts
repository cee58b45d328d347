/** Every sample in conf/ on a node that has what it names: a pod comes, is checked and goes, and leaves nothing. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeConfig } from '../../src/spec/command.ts';
import type { Json } from '../../src/spec/decode.ts';
import { ROOT, read } from '../support/documents.ts';
import { createMachine, type Machine, type MachineRan } from '../support/machine.ts';
import { NAMESPACES, type Pod } from '../support/node.ts';
import { bundle } from '../support/plugin.ts';
import { SUBNET_ENV, sampleSeed } from '../support/sample-node.ts';
import { pluginConfigs } from '../support/samples.ts';

/** The pods' addresses, by the network's name. */
const PODS: Readonly<Record<string, string>> = {
  cbr0: '10.244.3.',
  vxlan0: '10.244.3.',
  l2tunnel0: '10.241.',
  l2bridgeNetwork: '192.168.1.',
  nat: '172.20.',
  azure: '10.240.',
};

/** The first address of a network where a sample decides it. */
const FIRST: Readonly<Record<string, string>> = { 'wincni-pod-cidr.conflist': '10.244.3.3/24' };

const samples = suite<{ machine: Machine; root: string }>('samples in conf/');
const files = readdirSync(join(ROOT, 'conf')).filter((name) => /\.conf(?:list)?$/.test(name));

samples('there are samples of every plugin', () => {
  const types = files.flatMap((file) => pluginConfigs(load(file)).map(({ type }) => String(type)));
  const served = ['win-bridge', 'win-overlay', 'flannel', 'sdnbridge', 'sdnoverlay', 'nat', 'wincni'];
  assert.equal(
    served.filter((type) => !types.includes(type)),
    [],
  );
});

const load = (file: string): Json => decodeConfig(Buffer.from(read(join('conf', file))));

async function onMachine(
  config: Json,
  use: (machine: Machine, run: (verb: string, more?: object) => Promise<MachineRan>) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'wincni-sample-'));
  mkdirSync(join(root, 'run/flannel'), { recursive: true });
  writeFileSync(join(root, 'run/flannel/subnet.env'), SUBNET_ENV);
  const pod: Pod = {
    containerId: 'a1b2c3',
    ifname: 'eth0',
    netns: config['apiVersion'] === 1 ? 'none' : NAMESPACES[0],
    env: { HNS_SIMULATOR_ROOT: root },
  };
  const machine = await createMachine(bundle(), sampleSeed(config, [pod.containerId]));
  try {
    await use(machine, (verb, more = {}) => machine.run(verb, pod, { ...config, ...more }));
    assert.equal([machine.endpoints(), machine.members(), await machine.leftovers()], [[], [], []]);
    assert.equal(
      filesBelow(root).filter((file) => /\d+\.\d+\.\d+\.\d+$|::|attachments\/.|a1b2c3/.test(file)),
      [],
    );
  } finally {
    await machine.end();
    rmSync(root, { recursive: true });
  }
}

const filesBelow = (folder: string): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' });

for (const file of files) {
  samples(`conf/${file} gives a pod its network and takes it back`, async () => {
    const [config = {}] = pluginConfigs(load(file));
    await onMachine(config, async (machine, run) => {
      const added = await run('ADD');
      assert.is(added.code, 0, added.text);
      const ips = (added.out?.['ips'] ?? []) as readonly { readonly address: string }[];
      assert.is(ips.length, file.includes('dual-stack') ? 2 : 1, added.text);
      assert.is(ips[0]?.address.startsWith(PODS[String(config['name'])] ?? '-'), true, added.text);
      if (FIRST[file] !== undefined) assert.is(ips[0]?.address, FIRST[file]);
      assert.is(machine.endpoints().length, 1);
      const checked = await run('CHECK', { prevResult: added.out });
      assert.is(checked.code, 0, checked.text);
      if (config['cniVersion'] === '1.1.0') assert.is((await run('STATUS')).code, 0);
      const gone = await run('DEL');
      assert.is(gone.code, 0, gone.text);
    });
  });
}

samples.run();
