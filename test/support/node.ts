/** A Windows node inside this process: the simulator, a state folder, a clock, and commands run as a runtime would. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDispatcher, type Dispatcher } from '../../native/simulator/dispatch.ts';
import type { Fault } from '../../native/simulator/faults.ts';
import { createHns, type Hns } from '../../native/simulator/hns.ts';
import type { TraceEntry } from '../../native/simulator/trace.ts';
import { nodeFiles, SYSTEM_CALLS } from '../../src/disk/node-files.ts';
import type { Native } from '../../src/hns/native.ts';
import type { Clock, LeaseStore, Lock } from '../../src/ipam/lease.ts';
import { openStore } from '../../src/ipam/store.ts';
import type { Platform } from '../../src/platform.ts';
import { systemPrograms } from '../../src/process/programs.ts';
import { run } from '../../src/run.ts';
import type { Environment } from '../../src/spec/command.ts';
import { simulatedNative } from './simulated-native.ts';

export const NETWORK_ID = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000';
export const NAMESPACES = [
  '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01',
  '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c02',
  '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c03',
  '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c04',
] as const;

/** The seed of a host-gw node: one L2Bridge network and some namespaces. */
export const SEED = {
  version: { Major: 15, Minor: 4 },
  namespaces: [
    { ID: '910F7D92-BA2D-4C3F-98AE-7C0AC590D2DC', Type: 'HostDefault' },
    ...NAMESPACES.map((id) => ({ ID: id.toUpperCase(), Type: 'Host' })),
  ],
  networks: [
    {
      ID: NETWORK_ID,
      Name: 'cbr0',
      Type: 'L2Bridge',
      ManagementIP: '10.240.0.30',
      NetworkAdapterName: 'Ethernet',
      Flags: 0,
      MacPool: { Ranges: [{ StartMacAddress: '00-15-5D-52-C0-00', EndMacAddress: '00-15-5D-52-CF-FF' }] },
      Policies: [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: 'Ethernet' } }],
      Dns: {},
      SchemaVersion: { Major: 2, Minor: 0 },
      Ipams: [
        {
          Type: 'Static',
          Subnets: [
            {
              IpAddressPrefix: '10.244.3.0/24',
              Policies: [],
              Routes: [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }],
            },
          ],
        },
      ],
    },
  ],
};

export interface Pod {
  readonly containerId: string;
  readonly ifname: string;
  /** CNI_NETNS; absent or empty as a runtime may leave it on DEL. */
  readonly netns?: string;
  readonly args?: string;
  /** Further variables, or other values of those a runtime sets. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly code: number;
  /** stdout as JSON; undefined when it is empty. */
  readonly out: Record<string, unknown> | undefined;
  readonly text: string;
}

export interface Given {
  readonly env: Environment;
  readonly stdin: Uint8Array;
}

export interface TestNode {
  readonly hns: Hns;
  readonly dispatcher: Dispatcher;
  readonly dataDir: string;
  readonly conf: (more?: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  readonly run: (verb: string, pod: Partial<Pod>, conf?: unknown) => Promise<Ran>;
  /** One command as its process gets it, on this node but for what `changed` says of the platform. */
  readonly start: (given: Given, changed?: Partial<Platform>) => Promise<Omit<Ran, 'out'>>;
  /** Moves the boot clock. */
  readonly pass: (ms: number) => void;
  readonly reboot: () => void;
  /** `<endpoint name> <address> <namespace or "-">`, sorted. */
  readonly endpoints: () => readonly string[];
  /** Addresses with a host-local file, sorted by name. */
  readonly leases: () => readonly string[];
  readonly records: (folder: 'attachments' | 'tombstones') => readonly string[];
  /** Endpoints listed by all namespaces together. */
  readonly members: () => readonly unknown[];
  readonly setFaults: (rules: readonly Fault[]) => void;
  readonly releaseHeld: () => number;
  /** Processes that ended normally and did not close what they opened, though HNS would have let them. */
  readonly leftovers: () => readonly string[];
  /** HNS calls made since the last `clear`, closes not counted. */
  readonly calls: () => readonly string[];
  readonly end: () => void;
}

/** A lock for one process: in-process commands of a test take turns by themselves. */
const noLock: Lock = { acquire: () => Promise.resolve(() => undefined) };

export function createTestNode(
  seed: unknown = SEED,
  changed: (leases: LeaseStore) => LeaseStore = (leases) => leases,
  calls = SYSTEM_CALLS,
): TestNode {
  const hns = createHns();
  hns.seed(seed);
  const dispatcher = createDispatcher(hns);
  const dataDir = mkdtempSync(join(tmpdir(), 'wincni-'));
  const ownDefaults = { dataDir, logFile: join(dataDir, 'log', 'wincni.log') };
  let uptime = 1_000_000;
  let commands = 0;
  const ownFiles = nodeFiles({ windows: false, calls });
  const clock: Clock = { bootId: () => hns.bootId(), uptimeMs: () => uptime };
  const platform = ({
    files = ownFiles,
    defaults = ownDefaults,
    ...more
  }: Partial<Platform>): Omit<Platform, 'native'> => ({
    executable: 'wincni',
    drive: '',
    files,
    defaults,
    pause: () => Promise.resolve(),
    programs: systemPrograms(false),
    hostLocal: () => ({
      ...{ files, lock: noLock, clock, windows: false },
      ...{ defaultDataDir: defaults.dataDir, remainingMs: () => 60_000 },
    }),
    leases: (decoded, surroundings) =>
      changed(
        openStore({
          ...{ files, lock: noLock, clock, windows: false },
          ...{ dataDir: decoded.ipam.dataDir, network: decoded.name, ipam: decoded.ipam },
          ...surroundings,
        }),
      ),
    ...more,
  });
  const start: TestNode['start'] = async ({ env, stdin }, more = {}) => {
    commands += 1;
    const process = `command-${commands}`;
    let text = '';
    const stdout = (written: string): void => {
      text += written;
    };
    const native = (): Native => simulatedNative({ dispatcher, process });
    const whole = { native, ...platform(more) };
    const start = { executable: whole.executable, platform: () => whole };
    const code = await run({ env, stdin: () => stdin, stdout }, start);
    hns.processes.end(process, 'ended');
    return { code, text };
  };
  return {
    hns,
    dispatcher,
    dataDir,
    conf: (more = {}) => ({
      cniVersion: '1.0.0',
      name: 'cbr0',
      type: 'win-bridge',
      ipam: { type: 'host-local', dataDir, subnet: '10.244.3.0/24' },
      ...more,
    }),
    start,
    run: async (verb, pod, conf) => {
      const env = {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: pod.containerId,
        CNI_IFNAME: pod.ifname,
        CNI_NETNS: pod.netns,
        CNI_ARGS: pod.args,
        CNI_PATH: '/opt/cni/bin',
        ...pod.env,
      };
      const stdin = Buffer.from(conf === undefined || typeof conf === 'string' ? (conf ?? '') : JSON.stringify(conf));
      const { code, text } = await start({ env, stdin });
      return { code, text, out: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
    },
    pass: (ms) => {
      uptime += ms;
    },
    reboot: () => {
      hns.reboot();
      uptime = 0;
    },
    endpoints: () => hns.dump().endpoints.map(describe).sort(),
    leases: () => list(join(dataDir, 'cbr0')).filter((name) => /^[0-9a-f.:_]+$/i.test(name)),
    records: (folder) => list(join(dataDir, 'cbr0', '.wincni', folder)),
    members: () => hns.dump().namespaces.flatMap((one) => (one as { readonly Resources?: unknown[] }).Resources ?? []),
    setFaults: dispatcher.faults.set,
    releaseHeld: dispatcher.releaseHeld,
    leftovers: () => {
      const excused = dispatcher
        .trace()
        .filter(keptHandles)
        .map((call) => call.process);
      const left = hns.processes.report().filter((one) => one.ended === 'ended' && one.openHandles.length > 0);
      return left.map((one) => one.process).filter((process) => !excused.includes(process));
    },
    calls: () =>
      dispatcher
        .trace()
        .map((entry) => entry.function)
        .filter((name) => !isLettingGo(name)),
    end: () => {
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Calls after which their process may keep handles: one that was never answered (the caller then ends without asking HNS
 * for anything more, closing included), and a closing that was made to fail.
 */
export const keptHandles = ({ function: name, fault, killed }: TraceEntry): boolean =>
  killed !== true &&
  fault !== undefined &&
  (fault.action === 'hang' || (fault.action === 'hold' && fault.hresult === undefined) || isLettingGo(name));

/** Calls that only let go of what a call before them gave out: no budget counts them. */
export const isLettingGo = (name: string): boolean => /^(?:HcnClose|HcsClose|HcsUnregister)/.test(name);

/** `<endpoint name> <address> <namespace or "-">` of an endpoint in a dump. */
export function describe(endpoint: unknown): string {
  const { Name, IpConfigurations, HostComputeNamespace } = endpoint as {
    readonly Name: string;
    readonly IpConfigurations: readonly { readonly IpAddress: string }[];
    readonly HostComputeNamespace: string;
  };
  const unattached = /^0{8}-/.test(HostComputeNamespace);
  return `${Name} ${IpConfigurations[0]?.IpAddress ?? '-'} ${unattached ? '-' : HostComputeNamespace.toLowerCase()}`;
}

/** The names in a folder, sorted; none where there is none. */
export function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
