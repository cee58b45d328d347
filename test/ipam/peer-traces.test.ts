/** host-local's own commands, as recorded, replayed on our store: the same addresses, the same files, the same refusals. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeIpam, type IpamConfig } from '../../src/ipam/config.ts';
import type { Holder } from '../../src/ipam/lease.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { CniError, Code } from '../../src/spec/error.ts';
import { nameBasedGuid } from '../../src/spec/uuid.ts';
import { inFolder, tree } from '../support/disk.ts';
import { request, storeIn } from '../support/ipam.ts';

interface Step {
  readonly command: 'ADD' | 'DEL' | 'CHECK';
  readonly env: { readonly CNI_CONTAINERID: string; readonly CNI_IFNAME: string };
  readonly stdin: { readonly name?: string; readonly ipam: unknown };
  readonly exitCode: number;
  readonly stdout:
    | {
        readonly ips?: readonly { readonly address: string }[];
        readonly routes?: readonly unknown[];
        readonly msg?: string;
      }
    | '';
  readonly stateAfter: { readonly files: Readonly<Record<string, string>> };
}

const TRACES = [
  'basic',
  'round-robin',
  'default-gateway',
  'gateway-in-range',
  'ifnames',
  'legacy-range',
  'default-datadir',
  'dual-stack',
  'legacy-plus-ranges',
  'runtime-ranges',
  'cniversion-1.1.0',
];

const stepsOf = (trace: string): readonly Step[] => {
  const file = new URL(`../fixtures/peer-traces/host-local-${trace}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { steps: Step[] }).steps;
};

const decode = (config: Step['stdin']): IpamConfig =>
  decodeIpam({ config: { ...config }, defaultDataDir: 'C:\\var\\lib\\cni\\networks' });

const holderOf = ({ env }: Step): Holder => ({
  key: nameBasedGuid('podnet', env.CNI_CONTAINERID, env.CNI_IFNAME),
  containerId: env.CNI_CONTAINERID,
  ifname: env.CNI_IFNAME,
});

const replay = suite('host-local as recorded');

for (const trace of TRACES) {
  replay(trace, () =>
    inFolder(async (folder) => {
      for (const step of stepsOf(trace)) {
        const config = decode(step.stdin);
        assert.equal(await outcome(folder, { step, config }), expected(step));
        assert.equal(hostLocalFiles(folder), recordedFiles(step));
      }
    }),
  );
}

/** What a command answers, in the few words that both sides have in common. */
async function outcome(folder: string, { step, config }: { step: Step; config: IpamConfig }): Promise<unknown> {
  // As a stand-alone host-local: only gateways are kept back.
  const store = storeIn(folder, { network: 'podnet', windows: true, ipam: config });
  const who = holderOf(step);
  if (step.command === 'DEL') return store.release(who).then(() => 'done');
  if (step.command === 'CHECK') return (await store.addressesOf(who)).length > 0 ? 'done' : 'refused';
  const answer = await store.reserve(request(who));
  if (answer.kind !== 'reserved') return 'refused';
  const routes = config.routes.map(({ dst, gw }) => ({
    dst: formatCidr(dst),
    ...(gw === undefined ? {} : { gw: gw.text }),
  }));
  return { addresses: answer.lease.addresses.map(formatCidr), routes };
}

function expected({ command, exitCode, stdout }: Step): unknown {
  if (exitCode !== 0) return 'refused';
  if (command !== 'ADD' || stdout === '') return 'done';
  return { addresses: stdout.ips?.map(({ address }) => address), routes: stdout.routes ?? [] };
}

/** The lock file belongs to the lock, which is not under test here. */
function hostLocalFiles(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree(folder))
      .filter(([path]) => !path.includes('.wincni'))
      .map(([path, content]) => [path.replace(/^podnet\//, ''), content]),
  );
}

function recordedFiles(step: Step): Record<string, string> {
  const files = Object.entries(step.stateAfter.files).map(([path, content]) => [
    path.replace(/^.*\/podnet\//, ''),
    content,
  ]);
  return Object.fromEntries(files.filter(([name]) => name !== 'lock')) as Record<string, string>;
}

replay('bad-config: what the peer refuses is refused, and more by name', () => {
  for (const { stdin, exitCode, stdout } of stepsOf('bad-config')) {
    if (stdin.name === undefined || stdin.ipam === undefined) continue;
    // The last one is refused for its container's lease, not for its configuration.
    const isRefused = exitCode !== 0 && !JSON.stringify(stdout).includes('duplicate allocation');
    assert.is(decodeCode(stdin), isRefused ? Code.InvalidConfig : undefined, JSON.stringify([stdin.ipam, stdout]));
  }
});

function decodeCode(config: Step['stdin']): number | undefined {
  try {
    decode(config);
    return undefined;
  } catch (error) {
    return error instanceof CniError ? error.code : undefined;
  }
}
replay.run();
