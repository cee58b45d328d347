/** What GC and a patient runtime do to a lease store, without HNS; and what a folder of leases must look like afterwards. */
import * as assert from 'uvu/assert';
import type { Holder, LeaseStore } from '../../src/ipam/lease.ts';
import { tree } from './disk.ts';
import { holder } from './ipam.ts';

/** The nth pod's interface, of pods 1 to 9. */
export const podOf = ({ containerId }: Pick<Holder, 'containerId'>): number => Number(containerId.replace('pod', ''));

/** Everybody outside the runtime's list is released, every tombstone that is old enough exhumed; then what each DEL does. */
export async function sweep(store: LeaseStore, valid: readonly number[], olderThanMs = 0): Promise<void> {
  const { leases, others, tombstones } = await store.inventory();
  for (const { containerId } of [...leases.map(({ lease }) => lease), ...others]) {
    if (!valid.includes(podOf({ containerId }))) await store.release(holder(podOf({ containerId })));
  }
  for (const { key } of tombstones) await store.expire(key, olderThanMs);
  for (const { key } of await store.tombstones(tombstones.length)) await store.expire(key, olderThanMs);
}

/** The address files of the network "net": whose each is, by its name. What is not whole has no number. */
export function owners(folder: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [path, content] of Object.entries(tree(folder))) {
    const name = /^net[\\/]([0-9a-f]*[.:_][0-9a-f.:_]*)$/.exec(path)?.[1];
    const pod = /^pod(\d)\r\neth0$/.exec(content)?.[1];
    if (name !== undefined) found.set(name.replaceAll('_', ':'), Number(pod));
  }
  return found;
}

/** The addresses of one pod, by their files. */
export const addressesIn = (folder: string, pod: number): readonly string[] =>
  [...owners(folder)].filter(([, owner]) => owner === pod).map(([address]) => address);

/** No address file, no record, no tombstone, no claim, and nothing that a crash left half written. */
export function assertClean(folder: string, where = ''): void {
  const left = Object.keys(tree(folder)).filter(
    (path) =>
      /\.tmp$|[\\/](?:attachments|tombstones|ports)[\\/].*json/.test(path) ||
      /^net[\\/][0-9a-f]*[.:_][0-9a-f.:_]*$/.test(path),
  );
  assert.equal(left, [], where);
}
