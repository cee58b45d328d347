/** The folders that the IPAM benchmark works in: one for each subject and size, filled before anything is measured. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressNames, contentOf } from '../../src/ipam/layout.ts';
import type { Holder } from '../../src/ipam/lease.ts';

/** A /16, whose first address is its gateway. */
const SUBNET = '10.128.0.0/16';
export const NETWORK = 'pods';

/** Of the plugin that asks for addresses, every default kept. */
export const configurationOf = ({ dataDir }: Place) => ({
  // The newest that the peer's 1.1.1 knows.
  cniVersion: '1.0.0',
  name: NETWORK,
  type: 'bridge',
  ipam: { type: 'host-local', subnet: SUBNET, dataDir },
});

export interface Place {
  readonly dataDir: string;
  /** Leases that are there before and after each measurement. */
  readonly size: number;
}

/** A pod whose container id has the length that runtimes use, and whose key sorts by number. */
export function pod(n: number): Holder {
  return {
    key: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`,
    containerId: n.toString(16).padStart(64, '0'),
    ifname: 'eth0',
  };
}

/** Pods that come and go have numbers that no lease of a filled folder has, each of them once. */
export function newcomers({ size }: Place): () => Holder {
  let next = size;
  return () => pod(next++);
}

/** As host-local leaves a folder in which so many addresses were given one after the other. */
export function fillAddressFiles({ dataDir, size }: Place): void {
  const folder = join(dataDir, NETWORK);
  mkdirSync(folder, { recursive: true });
  const address = (n: number): string => `10.128.${(n + 2) >> 8}.${(n + 2) & 0xff}`;
  for (let n = 0; n < size; n++) writeFileSync(join(folder, address(n)), contentOf(pod(n)));
  writeFileSync(join(folder, 'last_reserved_ip.0'), address(size - 1));
}

/** @throws Error when there are more or fewer addresses than before: then something else was measured than was meant. */
export function assertUnchanged({ dataDir, size }: Place): void {
  const found = addressNames(readdirSync(join(dataDir, NETWORK))).length;
  if (found !== size) throw new Error(`Cannot trust the run: "${dataDir}" has ${found} addresses, expected ${size}`);
}
