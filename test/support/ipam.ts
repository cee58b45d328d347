/** A lease store on a real folder, with a clock that tests set and a lock that is always free. */
import { nodeFiles, SYSTEM_CALLS, type SystemCalls } from '../../src/disk/node-files.ts';
import type { Supply } from '../../src/ipam/config.ts';
import type {
  Clock,
  Holder,
  Lease,
  LeaseStore,
  Lock,
  Reservation,
  ReserveRequest,
  UsageQuestion,
} from '../../src/ipam/lease.ts';
import type { Range } from '../../src/ipam/ranges.ts';
import { openStore } from '../../src/ipam/store.ts';
import { offset } from '../../src/net/ip.ts';
import type { CniError } from '../../src/spec/error.ts';
import { cidr, ip } from './net.ts';

/** The real calls without the flush, which needs no test of ours and most of the time of a run. */
export const UNFLUSHED: SystemCalls = { ...SYSTEM_CALLS, flush: () => undefined };

/** For tests in which one thing happens at a time; the real lock has its own. */
export const FREE_LOCK: Lock = { acquire: () => Promise.resolve(() => undefined) };

export interface FakeClock extends Clock {
  readonly advance: (ms: number) => void;
  readonly reboot: () => void;
}

export function fakeClock(): FakeClock {
  let boot = 1;
  let uptime = 1000;
  return {
    bootId: () => `boot-${boot}`,
    uptimeMs: () => uptime,
    advance: (ms) => {
      uptime += ms;
    },
    reboot: () => {
      boot++;
      uptime = 10;
    },
  };
}

/** The hosts of a /24, or of another block only `first`-`last`; its gateway is network address + 1. */
export function range(subnet: string, first?: string, last?: string): Range {
  const block = cidr(subnet);
  const gateway = offset(block.ip, 1);
  return {
    subnet: block,
    first: first === undefined ? gateway : ip(first),
    last: last === undefined ? offset(block.ip, 254) : ip(last),
    gateway,
  };
}

export interface StoreSetup {
  readonly calls?: SystemCalls;
  readonly clock?: Clock;
  readonly lock?: Lock;
  readonly network?: string;
  /** Each a set of its own. */
  readonly ranges?: readonly Range[];
  readonly ipam?: Supply;
  readonly windows?: boolean;
  readonly onUnreadable?: (error: CniError) => void;
}

const hostLocal = (ranges: readonly Range[]): Supply => ({
  source: 'host-local',
  sets: ranges.map((one) => [one]),
  wanted: [],
  quarantineMs: 0,
});

/** The store of network "net" in `folder`. */
export function storeIn(folder: string, setup: StoreSetup = {}): LeaseStore {
  return openStore({
    files: nodeFiles({ windows: setup.windows ?? false, calls: setup.calls ?? UNFLUSHED }),
    lock: setup.lock ?? FREE_LOCK,
    clock: setup.clock ?? fakeClock(),
    dataDir: folder,
    network: setup.network ?? 'net',
    ipam: setup.ipam ?? hostLocal(setup.ranges ?? [range('10.244.3.0/24', '10.244.3.10')]),
    windows: setup.windows ?? false,
    remainingMs: () => 30_000,
    onUnreadable:
      setup.onUnreadable ??
      ((error) => {
        throw error;
      }),
  });
}

/** The nth pod's interface; keys are GUIDs that sort by number. */
export function holder(n: number, ifname = 'eth0'): Holder {
  return { key: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`, containerId: `pod${n}`, ifname };
}

export function request(who: Holder, more: Partial<ReserveRequest> = {}): ReserveRequest {
  return {
    ...who,
    network: 'net',
    hnsNetworkId: 'B6A2B1A7-6C5E-4B4E-9A57-000000000001',
    endpointId: who.key,
    endpointName: `${who.containerId}_net`,
    netns: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01',
    exclude: [],
    ignoresQuarantine: false,
    reserved: [],
    ports: [],
    podNamespace: undefined,
    podName: undefined,
    ...more,
  };
}

/** How full a network is, with nothing kept back. */
export const usage = (tombstoneMs: number): UsageQuestion => ({ tombstoneMs, reserved: [] });

/** The lease of a reservation that must have been made. */
export function reserved(answer: Reservation): Lease {
  if (answer.kind !== 'reserved') throw new Error(`expected a reservation, got "${answer.kind}"`);
  return answer.lease;
}

/** The addresses of a lease as text, without prefix. */
export const texts = (lease: Pick<Lease, 'addresses'>): readonly string[] =>
  lease.addresses.map(({ ip: { text } }) => text);
