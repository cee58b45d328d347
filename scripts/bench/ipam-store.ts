/** ADD and DEL on our lease store in this process, as one command each: real lock, real clock, every write flushed. */
import { nodeFiles, SYSTEM_CALLS, type SystemCalls } from '../../src/disk/node-files.ts';
import { createBootClock } from '../../src/ffi/boot.ts';
import { createFileLock } from '../../src/ffi/lock.ts';
import { decodeIpam } from '../../src/ipam/config.ts';
import type { Holder, LeaseStore, ReserveRequest } from '../../src/ipam/lease.ts';
import { openStore } from '../../src/ipam/store.ts';
import { configurationOf, NETWORK, newcomers, type Place, pod } from './ipam-places.ts';

/** What is written while a folder is filled is flushed at once afterwards. */
const UNFLUSHED: SystemCalls = { ...SYSTEM_CALLS, flush: () => undefined };

/** A store as each process opens it, which knows nothing of an earlier one. */
function open(place: Place, calls: SystemCalls = SYSTEM_CALLS): LeaseStore {
  return openStore({
    files: nodeFiles({ windows: false, calls }),
    lock: createFileLock(),
    clock: createBootClock({}),
    dataDir: place.dataDir,
    network: NETWORK,
    ipam: decodeIpam({ config: configurationOf(place), defaultDataDir: place.dataDir }),
    windows: false,
    remainingMs: () => 60_000,
    onUnreadable: (error) => {
      throw error;
    },
  });
}

/** What the first try of a plugin asks for whose pod wants nothing in particular. */
const FIRST_TRY = {
  exclude: [],
  reserved: [],
  ignoresQuarantine: false,
  ports: [],
  podNamespace: undefined,
  podName: undefined,
};

const request = (who: Holder): ReserveRequest => ({
  ...who,
  network: NETWORK,
  hnsNetworkId: 'B6A2B1A7-6C5E-4B4E-9A57-000000000001',
  endpointId: who.key,
  endpointName: `${who.containerId}_${NETWORK}`,
  netns: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01',
  ...FIRST_TRY,
});

async function add(store: LeaseStore, who: Holder): Promise<void> {
  const { kind } = await store.reserve(request(who));
  if (kind !== 'reserved') throw new Error(`Cannot reserve for "${who.containerId}": "${kind}"`);
  await store.commit(who.key);
}

export async function fillStore(place: Place): Promise<void> {
  const store = open(place, UNFLUSHED);
  for (let n = 0; n < place.size; n++) await add(store, pod(n));
}

/** Measures one pod's life at a time. */
export function storeLife(place: Place): () => Promise<number> {
  const next = newcomers(place);
  return async () => {
    const who = next();
    const begin = performance.now();
    await add(open(place), who);
    await open(place).release(who);
    return performance.now() - begin;
  };
}
