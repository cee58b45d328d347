/** A node of the demo's cluster: a simulator with an HNS network, and the watch as a process on it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Simulator, spawnSimulator } from '../native/simulator/client.ts';

const ROOT = process.cwd();
const NETWORK = 'cbr0';

export type Mode = 'L2Bridge' | 'Overlay';

export interface ClusterNode {
  readonly name: string;
  /** What the list has of it; on an overlay HNS has chosen its MAC. */
  readonly listed: () => Promise<{
    readonly name: string;
    readonly podCIDRs: readonly string[];
    readonly addresses: readonly string[];
    readonly macAddress: string;
  }>;
  /** Lines that begin with the block that they lead to. */
  readonly ways: () => Promise<readonly string[]>;
  /** Starts the watch. */
  readonly watch: () => void;
  /** What the watch has printed. */
  readonly said: () => readonly string[];
  /** Takes the way to a block away, as somebody else would. */
  readonly lose: (block: string) => Promise<void>;
  /** Tells the watch to end; answers its exit status. */
  readonly endWatch: () => Promise<number | null>;
  readonly stop: () => Promise<void>;
}

/** Where the nodes' folders are, and the list. */
interface Place {
  readonly folder: string;
  readonly file: string;
}

/** The nth node: pods in 10.244.n.0/24, at 10.240.0.3n. */
export async function startNode(n: number, mode: Mode, { folder, file }: Place): Promise<ClusterNode> {
  const address = `10.240.0.${30 + n}`;
  const adapters = [{ Alias: 'Ethernet', Addresses: [`${address}/24`], Gateways: ['10.240.0.1'] }];
  const simulator = await spawnSimulator({ seeds: [{ adapters, config: { lateAddressMs: 0 } }] });
  await call(simulator, 'HcnCreateNetwork', { id: networkId(n), settings: JSON.stringify(network(n, mode)) });
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  const ways = async (): Promise<readonly string[]> =>
    mode === 'Overlay' ? (await policies(simulator)).flatMap(subnetLine) : (await routes(simulator)).flatMap(routeLine);
  return {
    name: `node-${n}`,
    listed: async () => {
      const router = (await policies(simulator)).find(({ Type }) => Type === 'DrMacAddress');
      const macAddress = String(router?.Settings['Address'] ?? '00-15-5D-00-00-00');
      return { name: `node-${n}`, podCIDRs: [`10.244.${n}.0/24`], addresses: [address], macAddress };
    },
    ways,
    watch: () => {
      child = startWatch(simulator, { root: join(folder, `${mode}-${n}`), file });
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null) createInterface({ input: stream }).on('line', (line) => lines.push(line));
      }
    },
    said: () => [...lines],
    lose: (block) => lose(simulator, { mode, block, id: networkId(n) }),
    endWatch: async () => {
      if (child === undefined) return null;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      const [status] = (await ended) as [number | null];
      return status;
    },
    stop: async () => {
      child?.kill('SIGKILL');
      await simulator.stop();
    },
  };
}

function startWatch(
  simulator: Simulator,
  { root, file }: { readonly root: string; readonly file: string },
): ChildProcess {
  const env = {
    HNS_SIMULATOR: simulator.address,
    HNS_SIMULATOR_LIBRARY: join(ROOT, 'dist/native/libhns.so'),
    HNS_SIMULATOR_ROOT: root,
  };
  const options = ['--peers', file, '--network', NETWORK, '--watch', '--interval', '1'];
  const command = [join(ROOT, 'dist/wincni.cjs'), 'routes', 'sync', ...options];
  return spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

const networkId = (n: number): string => `C0A8E101-1B1D-4B1D-8B1D-00000000CB0${n}`;

/** What an agent makes before. */
const network = (n: number, mode: Mode): object => ({
  Name: NETWORK,
  Type: mode,
  Ipams: [
    {
      Type: 'Static',
      Subnets: [
        {
          IpAddressPrefix: `10.244.${n}.0/24`,
          Routes: [{ NextHop: `10.244.${n}.1`, DestinationPrefix: '0.0.0.0/0' }],
          ...(mode === 'Overlay' ? { Policies: [{ Type: 'VSID', Settings: { IsolationId: 4096 } }] } : {}),
        },
      ],
    },
  ],
  SchemaVersion: { Major: 2, Minor: 0 },
});

async function call(simulator: Simulator, name: string, args: Record<string, string | number>): Promise<number> {
  const { hresult, handle, error } = await simulator.call({ function: name, args });
  if (hresult !== 0) throw new Error(`${name} answered ${hresult}: ${error ?? ''}`);
  return handle ?? 0;
}

interface Policy {
  readonly Type: string;
  readonly Settings: Readonly<Record<string, string | number>>;
}

async function policies(simulator: Simulator): Promise<readonly Policy[]> {
  const { networks } = await simulator.dump();
  return (networks as readonly { readonly Policies: readonly Policy[] }[]).flatMap(({ Policies }) => Policies);
}

function subnetLine({ Type, Settings }: Policy): readonly string[] {
  const { DestinationPrefix, ProviderAddress, IsolationId, DistributedRouterMacAddress } = Settings;
  if (Type !== 'RemoteSubnetRoute') return [];
  return [`${DestinationPrefix} by ${ProviderAddress}, VSID ${IsolationId}, MAC ${DistributedRouterMacAddress}`];
}

interface Route {
  readonly Interface: string;
  readonly DestinationPrefix: string;
  readonly NextHop: string;
}

const routes = async (simulator: Simulator): Promise<readonly Route[]> =>
  (await simulator.dump()).host.routes as unknown as readonly Route[];

/** Of the routes of the pods, those to another node. */
function routeLine({ Interface, DestinationPrefix, NextHop }: Route): readonly string[] {
  if (!DestinationPrefix.startsWith('10.244.') || NextHop === '0.0.0.0') return [];
  return [`${DestinationPrefix} by ${NextHop} on ${Interface}`];
}

async function lose(
  simulator: Simulator,
  { mode, block, id }: { readonly mode: Mode; readonly block: string; readonly id: string },
): Promise<void> {
  if (mode === 'Overlay') {
    const found = (await policies(simulator)).filter(({ Settings }) => Settings['DestinationPrefix'] === block);
    const request = { ResourceType: 'Policy', RequestType: 'Remove', Settings: { Policies: found } };
    const handle = await call(simulator, 'HcnOpenNetwork', { id });
    await call(simulator, 'HcnModifyNetwork', { network: handle, settings: JSON.stringify(request) });
    return;
  }
  await call(simulator, 'DeleteIpForwardEntry2', { row: await rowTo(simulator, block) });
}

/** The row of the route to a block, as its bytes. */
async function rowTo(simulator: Simulator, block: string): Promise<string> {
  const [destination = '', prefix = ''] = block.split('/');
  const { response = '' } = await simulator.call({ function: 'GetIpForwardTable2', args: { family: 2 } });
  const table = Buffer.from(response, 'hex');
  for (let at = 8; at < table.length; at += 104) {
    const row = table.subarray(at, at + 104);
    if (row.subarray(16, 20).join('.') === destination && row.readUInt8(40) === Number(prefix))
      return row.toString('hex');
  }
  throw new Error(`there is no route to ${block}`);
}
