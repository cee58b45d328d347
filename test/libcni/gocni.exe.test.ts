/** containerd's own client, go-cni, makes, checks and removes a pod's network with the Linux executable and a shipped configuration. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LINUX_LIBRARY } from '../../scripts/build-native.js';
import { isAtLeast, SUPPORTED, type Version } from '../../src/spec/version.ts';
import { createMachine, type Machine } from '../support/machine.ts';
import { NAMESPACES } from '../support/node.ts';
import { bundle, ROOT } from '../support/plugin.ts';
import { gocni, type Node, type Sandbox } from './programs.ts';

interface Context {
  /** Holds the plugin for the whole suite: it is large. */
  bin: string;
  folder: string;
  machine: Machine;
  node: Node;
}

const containerd = suite<Context>('go-cni drives dist/wincni');

const GUID = NAMESPACES[0];
const pod: Sandbox = {
  id: 'b7e23ec29af22b0b4e41da31e868d57226121c84b7e23ec29af22b0b4e41da31',
  // go-cni for Linux hands on a path; on Windows it is the GUID alone.
  netns: `/var/run/netns/${GUID}`,
};

containerd.before((context) => {
  context.bin = mkdtempSync(join(tmpdir(), 'wincni-bin-'));
  copyFileSync(join(ROOT, 'dist/wincni'), join(context.bin, 'win-bridge'));
});
containerd.after(({ bin }) => {
  rmSync(bin, { recursive: true });
});
containerd.before.each(async (context) => {
  context.machine = await createMachine(bundle());
  context.folder = mkdtempSync(join(tmpdir(), 'wincni-containerd-'));
  const { simulator } = context.machine;
  context.node = {
    bin: context.bin,
    conf: join(context.folder, 'net.d'),
    cache: join(context.folder, 'cache'),
    env: {
      HNS_SIMULATOR: simulator.address,
      HNS_SIMULATOR_BOOT: simulator.hns.bootId(),
      HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY,
    },
  };
  mkdirSync(context.node.conf);
});
containerd.after.each(async ({ machine, folder }) => {
  await machine.end();
  rmSync(folder, { recursive: true });
});

/** The shipped list in another version, with state and log in folders of the test. */
function install({ node, machine, folder }: Context, cniVersion: Version): void {
  const shipped = JSON.parse(readFileSync(join(ROOT, 'conf/win-bridge.conflist'), 'utf8')) as {
    readonly plugins: readonly { readonly ipam: object }[];
  };
  const plugins = shipped.plugins.map((plugin) => ({
    ...plugin,
    ipam: { ...plugin.ipam, dataDir: machine.dataDir },
    logFile: join(folder, 'wincni.log'),
  }));
  writeFileSync(join(node.conf, '10-cbr0.conflist'), JSON.stringify({ ...shipped, cniVersion, plugins }));
}

async function succeeds(verb: Parameters<typeof gocni>[0], node: Node, sandbox = pod): Promise<string> {
  const { code, stdout, stderr } = await gocni(verb, node, sandbox);
  assert.is(code, 0, `${verb}: ${stderr}`);
  return stdout;
}

async function assertNothingLeft({ machine, node }: Context): Promise<void> {
  assert.equal([machine.endpoints(), machine.members(), machine.leases()], [[], [], []]);
  assert.equal([...machine.records('attachments'), ...machine.records('tombstones')], []);
  assert.equal(readdirSync(join(node.cache, 'results')), []);
  assert.equal(await machine.leftovers(), []);
}

for (const version of SUPPORTED) {
  containerd(`a pod comes and goes in ${version}`, async (context) => {
    const { machine, node } = context;
    install(context, version);
    await succeeds('status', node);
    const seen = JSON.parse(await succeeds('setup', node)) as Readonly<Record<string, unknown>>;
    const [endpoint] = machine.simulator.hns.dump().endpoints as readonly {
      readonly IpConfigurations: readonly { readonly IpAddress: string }[];
      readonly HostComputeNamespace: string;
      readonly Dns: unknown;
    }[];
    assert.is(endpoint?.HostComputeNamespace.toLowerCase(), GUID);
    assert.is(seen['address'], '10.244.3.3');
    assert.is(seen['address'], endpoint?.IpConfigurations[0]?.IpAddress);
    assert.is(seen['gateway'], '10.244.3.2');
    // Versions before 0.3.0 have no interfaces in their results.
    if (isAtLeast(version, '0.3.0')) assert.equal([seen['interfaces'], seen['sandbox']], [1, pod.netns]);
    const dns = {
      nameservers: ['10.96.0.99'],
      search: ['default.svc.cluster.local', 'svc.cluster.local'],
      options: ['ndots:5'],
    };
    assert.equal(seen['dns'], [dns]);
    assert.equal(endpoint?.Dns, { ServerList: dns.nameservers, Search: dns.search, Options: dns.options });
    // libcni refuses CHECK itself before 0.4.0.
    if (isAtLeast(version, '0.4.0')) await succeeds('check', node);
    await succeeds('status', node);
    await succeeds('remove', node);
    await assertNothingLeft(context);
    await succeeds('remove', node);
  });
}

containerd('a pod whose namespace was deleted behind its back is removed', async (context) => {
  install(context, '1.0.0');
  await succeeds('setup', context.node);
  await context.machine.simulator.call({ function: 'HcnDeleteNamespace', args: { id: GUID } });
  await succeeds('remove', context.node, { ...pod, netns: '' });
  await assertNothingLeft(context);
});

containerd('a removal that did nothing is no success to containerd', async (context) => {
  const { machine, node } = context;
  install(context, '1.0.0');
  await succeeds('setup', node);
  // containerd's client takes an error for success that says "not found", or without a namespace "no such file or directory".
  for (const hresult of ['0x800706BA', '0x80070002']) {
    machine.setFaults([{ function: '*', every: true, hresult }]);
    const sandbox = { ...pod, netns: '' };
    assert.is((await gocni('remove', node, sandbox)).code, 1, hresult);
  }
  assert.is(machine.endpoints().length, 1);
  machine.setFaults([]);
  await succeeds('remove', node);
  await assertNothingLeft(context);
});

containerd('the node is not ready while HNS is down or the network is missing', async (context) => {
  const { machine, node } = context;
  install(context, '1.1.0');
  machine.setFaults([{ function: '*', every: true, hresult: '0x800706BA' }]);
  assert.is((await gocni('status', node, pod)).code, 1);
  machine.setFaults([]);
  await succeeds('status', node);
  const [network] = machine.simulator.hns.dump().networks as readonly { readonly ID: string }[];
  await machine.simulator.call({ function: 'HcnDeleteNetwork', args: { id: network?.ID ?? '' } });
  const missing = await gocni('status', node, pod);
  assert.is(missing.code, 1);
  assert.match(missing.stderr, /the HNS network "cbr0"/);
});

containerd.run();
