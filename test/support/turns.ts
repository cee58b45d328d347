/** The network "net" of few addresses, which the lease store and the stand-alone host-local serve in turns. */
import type { SystemCalls } from '../../src/disk/node-files.ts';
import type { Clock, LeaseStore } from '../../src/ipam/lease.ts';
import { hostLocal, portsOf, type Said } from './host-local.ts';
import { FREE_LOCK, fakeClock, range, storeIn, UNFLUSHED } from './ipam.ts';

/** Addresses in each set. */
export const SIZE = 5;
const BOUNDS = [
  ['10.1.0.0/24', '10.1.0.10', '10.1.0.14'],
  ['fd00::/64', 'fd00::10', 'fd00::14'],
] as const;

export interface Turn {
  readonly folder: string;
  /** One of IPv4, or another of IPv6. */
  readonly sets: 1 | 2;
  readonly windows?: boolean;
  readonly calls?: SystemCalls;
  readonly clock?: Clock;
}

/** One turn of the store. */
export const theStore = ({ folder, sets, windows = false, calls = UNFLUSHED, clock }: Turn): LeaseStore =>
  storeIn(folder, {
    windows,
    calls,
    ranges: BOUNDS.slice(0, sets).map(([subnet, first, last]) => range(subnet, first, last)),
    ...(clock === undefined ? {} : { clock }),
  });

export type Verb = 'ADD' | 'DEL' | 'CHECK' | 'GC';

/** One turn of host-local for the nth pod; GC is told who is valid. */
export function theOther(
  { folder, sets, windows = false, calls = UNFLUSHED, clock = fakeClock() }: Turn,
  verb: Verb,
  of: number | readonly number[],
): Promise<Said> {
  const attachment = (n: number): object => ({ containerID: `pod${n}`, ifname: 'eth0' });
  return hostLocal(
    { ...portsOf({ defaultDataDir: folder, windows, calls, clock }), lock: FREE_LOCK },
    {
      CNI_COMMAND: verb,
      CNI_PATH: '/bin',
      ...(typeof of === 'number' ? { CNI_CONTAINERID: `pod${of}`, CNI_IFNAME: 'eth0', CNI_NETNS: 'none' } : {}),
    },
    {
      cniVersion: '1.1.0',
      name: 'net',
      type: 'bridge',
      ipam: {
        type: 'host-local',
        ranges: BOUNDS.slice(0, sets).map(([subnet, rangeStart, rangeEnd]) => [{ subnet, rangeStart, rangeEnd }]),
      },
      ...(typeof of === 'number' ? {} : { 'cni.dev/valid-attachments': of.map(attachment) }),
    },
  );
}

/** The addresses that an ADD of host-local printed, without prefix. */
export function addressesSaid({ exitCode, out }: Said): readonly string[] {
  if (exitCode !== 0) throw new Error(`expected addresses, got ${JSON.stringify(out)}`);
  const { ips } = out as { readonly ips: readonly { readonly address: string }[] };
  return ips.map(({ address }) => address.slice(0, address.indexOf('/')));
}
