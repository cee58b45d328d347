/** wincni.exe, installed as win-bridge.exe, started by the real cnitool.exe with a shipped configuration. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { cnitool } from '../../scripts/cnitool.js';
import * as wine from '../../scripts/wine.js';
import { NAMESPACES, NETWORK_ID, SEED } from '../support/node.ts';
import { installWindowsExecutable, ROOT } from '../support/plugin.ts';

interface Context {
  /** A Windows of its own: the shipped configuration keeps its leases under C:\var. */
  prefix: string;
  folder: string;
  simulator: LocalSimulator;
  /** Of the first namespace when none is named. */
  tool: (verb: string, namespace?: string) => Promise<wine.WineResult>;
}

const scenario = suite<Context>('cnitool.exe drives wincni.exe');

scenario.before.each(async (context) => {
  const exe = await cnitool();
  context.simulator = await startSimulator({ seeds: [SEED] });
  context.prefix = await wine.freshPrefix();
  context.folder = mkdtempSync(join(tmpdir(), 'wincni-cnitool-'));
  await installWindowsExecutable(context.folder, context.prefix);
  installConfiguration(context.folder, {});
  const env = {
    CNI_PATH: wine.windowsPath(context.folder),
    NETCONFPATH: wine.windowsPath(context.folder),
    CAP_ARGS: '{"dns":{"servers":["10.96.0.99"],"searches":["default.svc.cluster.local"]}}',
    HNS_SIMULATOR: context.simulator.address,
  };
  // libcni keeps its results under \var\lib\cni of the current drive: gc would find those of other prefixes on Z:.
  const cwd = join(context.prefix, 'drive_c');
  context.tool = (verb, namespace = NAMESPACES[0]) =>
    wine.run(exe, [verb, 'cbr0', namespace], { env, cwd, prefix: context.prefix });
});

scenario.after.each(async ({ simulator, prefix, folder }) => {
  await simulator.stop();
  await wine.removePrefix(prefix);
  rmSync(folder, { recursive: true });
});

scenario('add, check and del succeed, and what add prints is what a runtime would use', async (context) => {
  const { tool, simulator, prefix } = context;
  const added = await tool('add');
  assert.is(added.code, 0, added.stdout + added.stderr);
  const result = JSON.parse(added.stdout) as { readonly interfaces: readonly { readonly sandbox: string }[] };
  assert.equal(result, {
    cniVersion: '1.1.0',
    interfaces: [{ name: 'eth0', mac: '00-15-5D-52-C0-00', sandbox: `C:\\${NAMESPACES[0]}` }],
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
  assert.equal(readdirSync(networkFolder(prefix)).sort(), ['.wincni', 'last_reserved_ip.0', 'lock']);
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

scenario('status tells whether a pod could be added now', async ({ tool, simulator, folder }) => {
  installConfiguration(folder, { cniVersion: '1.1.0' });
  const ready = await tool('status');
  assert.equal([ready.code, ready.stdout], [0, ''], ready.stderr);
  simulator.dispatcher.faults.set([{ function: '*', every: true, hresult: '0x800706BA' }]);
  assert.is((await tool('status')).code, 1);
  simulator.dispatcher.faults.set([]);
  await simulator.call({ function: 'HcnDeleteNetwork', args: { id: NETWORK_ID } });
  const missing = await tool('status');
  assert.is(missing.code, 1);
  assert.match(missing.stderr, /Cannot find the HNS network "cbr0"/);
});

scenario('gc removes the pods that libcni remembers', async ({ tool, simulator, prefix, folder }) => {
  installConfiguration(folder, { cniVersion: '1.1.0' });
  for (const namespace of NAMESPACES.slice(0, 2)) assert.is((await tool('add', namespace)).code, 0);
  // cnitool names no pod as valid, so libcni deletes each one that it has a result of, and then calls GC.
  const collected = await tool('gc');
  assert.equal([collected.code, collected.stdout], [0, ''], collected.stderr);
  assert.equal(simulator.hns.dump().endpoints, []);
  assert.equal([leases(prefix), verbsLogged(prefix).at(-1)], [[], 'GC ok']);
});

scenario('gc without a list keeps what may live and removes an orphan', async ({ tool, simulator, prefix, folder }) => {
  installConfiguration(folder, { cniVersion: '1.1.0' });
  for (const namespace of NAMESPACES.slice(0, 3)) assert.is((await tool('add', namespace)).code, 0);
  const [living, orphan, lost] = simulator.hns.dump().endpoints as readonly Endpoint[];
  rmSync(join(prefix, 'drive_c/var/lib/cni/results'), { recursive: true });
  forget(prefix, addressOf(orphan));
  await simulator.call({ function: 'HcnDeleteEndpoint', args: { id: lost?.ID ?? '' } });
  const collected = await tool('gc');
  assert.equal([collected.code, collected.stdout], [0, ''], collected.stderr);
  assert.equal((simulator.hns.dump().endpoints as readonly Endpoint[]).map(addressOf), [addressOf(living)]);
  // Within one boot an endpoint that is gone does not show that its pod is: HNS may have been started anew.
  assert.equal(leases(prefix), [addressOf(living), addressOf(lost)]);
  assert.equal(verbsLogged(prefix), ['ADD ok', 'ADD ok', 'ADD ok', 'GC ok']);
});

interface Endpoint extends Readonly<Record<string, unknown>> {
  readonly ID: string;
  readonly IpConfigurations: readonly { readonly IpAddress: string }[];
}

const addressOf = (endpoint: Endpoint | undefined): string => endpoint?.IpConfigurations[0]?.IpAddress ?? '';

/** Where the shipped configuration keeps its leases. */
const networkFolder = (prefix: string): string => join(prefix, 'drive_c/var/lib/cni/networks/cbr0');

const leases = (prefix: string): readonly string[] =>
  readdirSync(networkFolder(prefix))
    .filter((name) => name.startsWith('10.'))
    .sort();

/** Deletes what is on disk of the attachment that has this address, as someone does who tidies up by hand. */
function forget(prefix: string, address: string): void {
  const network = networkFolder(prefix);
  rmSync(join(network, address));
  const records = join(network, '.wincni/attachments');
  for (const name of readdirSync(records)) {
    if (readFileSync(join(records, name), 'utf8').includes(`"${address}`)) rmSync(join(records, name));
  }
}

/** The shipped list, changed. */
function installConfiguration(folder: string, changes: Readonly<Record<string, unknown>>): void {
  const shipped = JSON.parse(readFileSync(join(ROOT, 'conf/win-bridge.conflist'), 'utf8')) as object;
  writeFileSync(join(folder, '10-cbr0.conflist'), JSON.stringify({ ...shipped, ...changes }));
}

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
