/** A simulated node for `wincni node up` and `down` inside this process: a clock that the waits move, and what is on the host. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDispatcher, type Dispatcher } from '../../native/simulator/dispatch.ts';
import { createHns, type Hns } from '../../native/simulator/hns.ts';
import type { Switches } from '../../native/simulator/switches.ts';
import { runCli } from '../../src/cli/cli.ts';
import { NODE_DOWN, NODE_UP, nodeDownOn, nodeUpOn } from '../../src/cli/node-network.ts';
import type { Exit, Shell } from '../../src/cli/shell.ts';
import { nodeFiles, type SystemCalls } from '../../src/disk/node-files.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import { startDeadline } from '../../src/hns/deadline.ts';
import { patience } from '../../src/hns/retry.ts';
import { openSession } from '../../src/hns/session.ts';
import type { NodePorts } from '../../src/node/node-work.ts';
import { UNFLUSHED } from '../support/ipam.ts';
import { simulatedIpHelper } from '../support/simulated-ip-helper.ts';
import { simulatedNative } from '../support/simulated-native.ts';

export const BRIDGE = { name: 'cbr0', type: 'L2Bridge', podCidr: '10.244.3.0/24' };
export const OVERLAY = { name: 'vxlan0', type: 'Overlay', podCidr: '10.244.3.0/24', vsid: 4097, port: 4790 };

/** Everything that Windows may lose is on it. */
export const ETHERNET = {
  Alias: 'Ethernet',
  Addresses: ['10.240.0.30/24', 'fd00:240::30/64'],
  Gateways: ['10.240.0.1'],
  Routes: [{ DestinationPrefix: '10.99.0.0/16', NextHop: '10.240.0.9', Metric: 7 }],
  DnsServers: ['168.63.129.16'],
  DnsSuffix: 'corp.example',
};
const SECOND = { Alias: 'Ethernet 2', Address: '10.250.0.4/24', Description: 'Mellanox ConnectX-4' };

export interface Said {
  readonly exit: Exit;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export interface NetworkNode {
  readonly hns: Hns;
  readonly dispatcher: Dispatcher;
  readonly folder: string;
  readonly ports: (process: string, calls?: SystemCalls) => NodePorts;
  readonly run: (args: readonly string[], calls?: SystemCalls) => Promise<Said>;
  /** `node up --config` with this document. */
  readonly up: (config: object, ...args: readonly string[]) => Promise<Said>;
  readonly down: (config: object, ...args: readonly string[]) => Promise<Said>;
  /** What it is in the end: networks, endpoints, adapters with their addresses, DNS and forwarding, routes; without ids. */
  readonly state: () => unknown;
  /** Names of calls that change something, since the last `clearTrace`. */
  readonly writes: () => readonly string[];
  /** Files of the state folder. */
  readonly files: () => readonly string[];
  readonly end: () => void;
}

/** So many times sooner than on a node HNS is given up in here, where it answers at once or never. */
const HURRY = 40;

const WRITES = /^(?:Hcn(?:Create|Modify|Delete)|Create|Set|Delete)/;

export function createNetworkNode(
  switches: Partial<Switches> = {},
  adapters: readonly object[] = [ETHERNET, SECOND],
): NetworkNode {
  let now = Date.UTC(2026, 0, 1);
  const hns = createHns({ lateAddressMs: 2000, ...switches, now: () => now });
  hns.seed({ adapters });
  const dispatcher = createDispatcher(hns);
  const folder = mkdtempSync(join(tmpdir(), 'wincni-node-'));
  let commands = 0;
  const sleep = (ms: number): Promise<void> => {
    now += ms;
    return Promise.resolve();
  };
  const ports = (process: string, calls = UNFLUSHED, shell?: Shell): NodePorts => ({
    ipHelper: simulatedIpHelper({ dispatcher, process }),
    openHns: (ms) =>
      openSession(() => simulatedNative({ dispatcher, process }), startDeadline(ms / HURRY), patience(sleep)),
    files: nodeFiles({ windows: false, calls }),
    lock: createFileLock(),
    clock: { now: () => now, sleep },
    folder: join(folder, 'state'),
    print: shell?.print ?? (() => undefined),
    complain: shell?.complain ?? (() => undefined),
  });
  const run: NetworkNode['run'] = async (args, calls) => {
    commands += 1;
    const process = `node-${commands}`;
    const [out, err]: [string[], string[]] = [[], []];
    const shell: Shell = {
      version: '1.2.3',
      windows: false,
      defaults: { dataDir: join(folder, 'networks'), logFile: join(folder, 'state', 'wincni.log') },
      stdin: () => Buffer.from(''),
      system: () => {
        throw new Error('the simulator is in this process');
      },
      print: (line) => out.push(line),
      complain: (line) => err.push(line),
    };
    const made = (): NodePorts => ports(process, calls, shell);
    const exit = await runCli(args, shell, [
      { ...NODE_UP, run: (values) => nodeUpOn(values, shell, made) },
      { ...NODE_DOWN, run: (values) => nodeDownOn(values, shell, made) },
    ]);
    hns.processes.end(process, 'ended');
    return { exit, out, err };
  };
  const withConfig =
    (verb: 'up' | 'down') =>
    (config: object, ...args: readonly string[]): Promise<Said> => {
      const path = join(folder, 'node.json');
      writeFileSync(path, JSON.stringify(config));
      return run(['node', verb, '--config', path, ...args]);
    };
  return {
    ...{ hns, dispatcher, folder, ports, run },
    up: withConfig('up'),
    down: withConfig('down'),
    state: () => stateOf(hns),
    writes: () =>
      dispatcher
        .trace()
        .filter(({ function: name, request }) => (name === 'HNSCall' ? request['method'] !== 'GET' : WRITES.test(name)))
        .map((entry) => entry.function),
    files: () => readdirSync(join(folder, 'state')).sort(),
    end: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

type Doc = Readonly<Record<string, unknown>>;

export function stateOf(hns: Hns): unknown {
  const { networks, endpoints, host } = hns.dump();
  const pick = (keys: readonly string[]) => (each: object) =>
    Object.fromEntries(keys.map((key) => [key, (each as Doc)[key]]));
  return {
    networks: networks.map(pick(['ID', 'Name', 'Type', 'Policies', 'Ipams', 'Flags', 'ManagementIP'])),
    endpoints: endpoints.map(pick(['ID', 'Name', 'IpConfigurations', 'HostAttached'])),
    adapters: host.adapters.map(
      pick(['Alias', 'Up', 'Addresses', 'DnsServers', 'DnsSuffix', 'Forwarding', 'ReplacedBy']),
    ),
    routes: host.routes.map((route) => JSON.stringify(route)).sort(),
  };
}

const POD = 'A0000000-0000-4000-8000-000000000001';

/** Puts the endpoint of a pod on the network, or takes it off. */
export function withPod(node: NetworkNode, is: 'there' | 'gone' = 'there'): void {
  const network = String(node.hns.dump().networks.at(-1)?.['Name']);
  if (is === 'gone') node.hns.call({ process: 'pod', function: 'HcnDeleteEndpoint', args: { id: POD } });
  else {
    const addresses = [{ IpAddress: '10.244.3.7', PrefixLength: 24 }];
    node.hns.seed({ endpoints: [{ ID: POD, Name: `a1b2c3_${network}`, network, IpConfigurations: addresses }] });
  }
}
