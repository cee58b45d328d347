/** Simulated nodes of one cluster, each with its own host and state folder, and the list of peers that they exchange. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDispatcher, type Dispatcher } from '../../native/simulator/dispatch.ts';
import { createHns, type Hns } from '../../native/simulator/hns.ts';
import { runCli } from '../../src/cli/cli.ts';
import { ROUTES_SYNC, routesSync } from '../../src/cli/routes-sync.ts';
import type { Exit, Shell } from '../../src/cli/shell.ts';
import { nodeFiles, type SystemCalls } from '../../src/disk/node-files.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import { startDeadline } from '../../src/hns/deadline.ts';
import { patience } from '../../src/hns/retry.ts';
import { openSession } from '../../src/hns/session.ts';
import type { SyncPorts } from '../../src/node/sync.ts';
import { UNFLUSHED } from '../support/ipam.ts';
import { simulatedIpHelper } from '../support/simulated-ip-helper.ts';
import { simulatedNative } from '../support/simulated-native.ts';

/** A node as the list has it. */
export interface Listed {
  readonly name: string;
  readonly podCIDRs: readonly string[];
  readonly addresses: readonly string[];
  readonly macAddress?: string;
  readonly providerAddress?: string;
  readonly vsid?: number;
}

/** The nth node (from 1) of a cluster of both families. */
export const listed = (n: number, more: Partial<Listed> = {}): Listed => ({
  name: `node-${n}`,
  podCIDRs: [`10.244.${n}.0/24`, `fd00:244:${n}::/64`],
  addresses: [`10.240.0.${30 + n}`, `fd00:240::3${n}`],
  macAddress: `00-15-5D-00-00-0${n}`,
  ...more,
});

export const listOf = (...peers: readonly Listed[]): string => JSON.stringify({ peers });

export interface Said {
  readonly exit: Exit;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export interface PeerNode {
  readonly hns: Hns;
  readonly dispatcher: Dispatcher;
  readonly folder: string;
  readonly ports: (process: string, calls?: SystemCalls) => SyncPorts;
  /** `wincni routes sync` with these options, the list on stdin. */
  readonly sync: (peers: readonly Listed[], ...args: readonly string[]) => Promise<Said>;
  /** `wincni` with these arguments; `onLine` is told of each line as it comes. */
  readonly run: (args: readonly string[], stdin?: string, onLine?: (line: string) => void) => Promise<Said>;
  /** `<block> <next hop> <metric>` of the routes by a next hop, the default ones apart; sorted. */
  readonly routes: () => readonly string[];
  /** `<block> <provider address> <VSID> <MAC>` of the remote subnets; sorted. */
  readonly subnets: () => readonly string[];
  readonly calls: (name: RegExp) => readonly string[];
  /** Writes the file of peers and answers its path. */
  readonly put: (text: string) => string;
  readonly end: () => void;
}

const atOnce = (): Promise<void> => Promise.resolve();

/** The network of its pods; "none": routes need no network. */
type Kind = 'none' | 'L2Bridge' | 'Overlay' | 'NAT';

/** The nth node. Its folder has the record and, in the tests of `--peers FILE`, the list. */
export function createPeerNode(n: number, kind: Kind = 'none', adapters: readonly object[] = [ethernet(n)]): PeerNode {
  const hns = createHns();
  hns.seed({ adapters, ...(kind === 'none' ? {} : { networks: [networkOf(n, kind)] }) });
  const dispatcher = createDispatcher(hns);
  const folder = mkdtempSync(join(tmpdir(), 'wincni-node-'));
  let commands = 0;
  const ports: PeerNode['ports'] = (process, calls = UNFLUSHED) => ({
    ipHelper: simulatedIpHelper({ dispatcher, process }),
    openHns: () => openSession(() => simulatedNative({ dispatcher, process }), startDeadline(10_000), patience(atOnce)),
    files: nodeFiles({ windows: false, calls }),
    lock: createFileLock(),
    folder: join(folder, 'state'),
  });
  const run: PeerNode['run'] = async (args, stdin = '', onLine = () => undefined) => {
    commands += 1;
    const process = `sync-${commands}`;
    const [out, err]: [string[], string[]] = [[], []];
    const into = (lines: string[]) => (line: string) => {
      lines.push(line);
      onLine(line);
    };
    const shell: Shell = {
      version: '1.2.3',
      windows: false,
      defaults: { dataDir: join(folder, 'networks'), logFile: join(folder, 'state', 'wincni.log') },
      stdin: () => Buffer.from(stdin),
      system: () => {
        throw new Error('the simulator is in this process');
      },
      print: into(out),
      complain: into(err),
    };
    const command = { ...ROUTES_SYNC, run: routesOn(() => ports(process)) };
    const exit = await runCli(args, shell, [command]);
    hns.processes.end(process, 'ended');
    return { exit, out, err };
  };
  return {
    ...{ hns, dispatcher, folder, ports, run },
    sync: (peers, ...args) => run(['routes', 'sync', '--peers', '-', ...args], listOf(...peers)),
    routes: () => hns.dump().host.routes.flatMap(routeLine).sort(),
    subnets: () => hns.dump().networks.flatMap(subnetLines).sort(),
    calls: (name) =>
      dispatcher
        .trace()
        .map((entry) => entry.function)
        .filter((each) => name.test(each)),
    put: (text) => {
      const path = join(folder, 'peers.json');
      writeFileSync(path, text);
      return path;
    },
    end: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const routesOn =
  (ports: () => SyncPorts) =>
  (...[values, shell]: Parameters<(typeof ROUTES_SYNC)['run']>) =>
    routesSync(values, shell, ports);

export const ethernet = (n: number): object => ({
  Alias: 'Ethernet',
  Addresses: [`10.240.0.${30 + n}/24`, `fd00:240::3${n}/64`],
  Gateways: ['10.240.0.1', 'fd00:240::1'],
});

export const overlayNetwork = (n: number): object => networkOf(n, 'Overlay');

export function networkOf(n: number, type: Kind): object {
  const overlay = type === 'Overlay';
  return {
    ID: 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000',
    Name: 'cbr0',
    Type: type,
    NetworkAdapterName: 'Ethernet',
    Policies: overlay ? [{ Type: 'ProviderAddress', Settings: { ProviderAddress: `10.240.0.${30 + n}` } }] : [],
    Ipams: [
      {
        Type: 'Static',
        Subnets: [
          {
            IpAddressPrefix: `10.244.${n}.0/24`,
            Policies: overlay ? [{ Type: 'VSID', Settings: { IsolationId: 4096 } }] : [],
            Routes: [{ NextHop: `10.244.${n}.1`, DestinationPrefix: '0.0.0.0/0' }],
          },
        ],
      },
    ],
    SchemaVersion: { Major: 2, Minor: 0 },
  };
}

interface RouteDocument {
  readonly DestinationPrefix: string;
  readonly NextHop: string;
  readonly Metric: number;
}

function routeLine(route: unknown): readonly string[] {
  const { DestinationPrefix, NextHop, Metric } = route as RouteDocument;
  const isDirect = NextHop === '0.0.0.0' || NextHop === '::' || DestinationPrefix.endsWith('/0');
  return isDirect ? [] : [`${DestinationPrefix} ${NextHop} ${Metric}`];
}

interface NetworkDocument {
  readonly Policies: readonly { readonly Type: string; readonly Settings: Readonly<Record<string, string | number>> }[];
}

export const subnetLines = (document: unknown): readonly string[] =>
  (document as NetworkDocument).Policies.filter(({ Type }) => Type === 'RemoteSubnetRoute').map(({ Settings }) =>
    ['DestinationPrefix', 'ProviderAddress', 'IsolationId', 'DistributedRouterMacAddress']
      .map((key) => Settings[key])
      .join(' '),
  );
