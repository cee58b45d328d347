/** wincni.exe, installed as win-bridge.exe, started by the real cnitool.exe with a shipped configuration. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { cnitool } from '../../scripts/cnitool.js';
import * as wine from '../../scripts/wine.js';
import { NAMESPACES, SEED } from '../support/node.ts';
import { installWindowsExecutable, ROOT } from '../support/plugin.ts';

interface Context {
  /** A Windows of its own: the shipped configuration keeps its leases under C:\var. */
  prefix: string;
  folder: string;
  simulator: LocalSimulator;
  tool: (verb: string) => Promise<wine.WineResult>;
}

const scenario = suite<Context>('cnitool.exe drives wincni.exe');

scenario.before.each(async (context) => {
  const exe = await cnitool();
  context.simulator = await startSimulator({ seeds: [SEED] });
  context.prefix = await wine.freshPrefix();
  context.folder = mkdtempSync(join(tmpdir(), 'wincni-cnitool-'));
  await installWindowsExecutable(context.folder, context.prefix);
  copyFileSync(join(ROOT, 'conf/win-bridge.conflist'), join(context.folder, '10-cbr0.conflist'));
  const env = {
    CNI_PATH: wine.windowsPath(context.folder),
    NETCONFPATH: wine.windowsPath(context.folder),
    CAP_ARGS: '{"dns":{"servers":["10.96.0.99"],"searches":["default.svc.cluster.local"]}}',
    HNS_SIMULATOR: context.simulator.address,
  };
  context.tool = (verb) =>
    wine.run(exe, [verb, 'cbr0', NAMESPACES[0]], { env, cwd: context.folder, prefix: context.prefix });
});

scenario.after.each(async ({ simulator, prefix, folder }) => {
  await simulator.stop();
  await wine.removePrefix(prefix);
  rmSync(folder, { recursive: true });
});

scenario('add, check and del succeed, and what add prints is what a runtime would use', async (context) => {
  const { tool, simulator, prefix, folder } = context;
  const added = await tool('add');
  assert.is(added.code, 0, added.stdout + added.stderr);
  const result = JSON.parse(added.stdout) as { readonly interfaces: readonly { readonly sandbox: string }[] };
  assert.equal(result, {
    cniVersion: '1.0.0',
    interfaces: [{ name: 'eth0', mac: '00-15-5D-52-C0-00', sandbox: `${wine.windowsPath(folder)}\\${NAMESPACES[0]}` }],
    ips: [{ interface: 0, address: '10.244.3.3/24', gateway: '10.244.3.2' }],
    dns: { nameservers: ['10.96.0.99'], search: ['default.svc.cluster.local'] },
  });
  const [endpoint] = simulator.hns.dump().endpoints as readonly { readonly HostComputeNamespace: string }[];
  assert.is(endpoint?.HostComputeNamespace.toLowerCase(), NAMESPACES[0]);

  const checked = await tool('check');
  assert.is(checked.code, 0, checked.stdout + checked.stderr);
  for (let times = 0; times < 2; times++) {
    const deleted = await tool('del');
    assert.is(deleted.code, 0, deleted.stdout + deleted.stderr);
  }
  assert.equal(simulator.hns.dump().endpoints, []);
  const network = join(prefix, 'drive_c/var/lib/cni/networks/cbr0');
  assert.equal(readdirSync(network).sort(), ['.wincni', 'last_reserved_ip.0', 'lock']);
  assert.equal(verbsLogged(prefix), ['ADD ok', 'CHECK ok', 'DEL ok', 'DEL ok']);
});

scenario('check tells of an endpoint that was deleted by hand, and del still succeeds', async ({ tool, simulator }) => {
  assert.is((await tool('add')).code, 0);
  const [endpoint] = simulator.hns.dump().endpoints as readonly { readonly ID: string }[];
  await simulator.call({ function: 'HcnDeleteEndpoint', args: { id: endpoint?.ID ?? '' } });
  const checked = await tool('check');
  assert.is.not(checked.code, 0);
  assert.match(checked.stdout + checked.stderr, /is missing from HNS/);
  assert.is((await tool('del')).code, 0);
});

/** The shipped configuration logs at "info" to the default file. */
function verbsLogged(prefix: string): readonly string[] {
  const file = join(prefix, 'drive_c/ProgramData/wincni/wincni.log');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { verb, outcome } = JSON.parse(line) as { readonly verb: string; readonly outcome: unknown };
    return `${verb} ${JSON.stringify(outcome).replaceAll('"', '')}`;
  });
}

scenario.run();
