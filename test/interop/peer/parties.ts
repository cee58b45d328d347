/** Who takes turns on one folder: our executable, the peer's, and our lease store inside this process. */
import { SYSTEM_CALLS } from '../../../src/disk/node-files.ts';
import { createBootClock } from '../../../src/ffi/boot.ts';
import { createFileLock } from '../../../src/ffi/lock.ts';
import type { LeaseStore } from '../../../src/ipam/lease.ts';
import { Code } from '../../../src/spec/error.ts';
import { holder, range, request, storeIn, texts } from '../../support/ipam.ts';
import { command, confOf, PEER, type RangeSets } from '../host-local.ts';

/** Addresses, or why there are none. */
export type Added = readonly string[] | 'held' | 'full';

/** Pods are numbers. What is neither an answer nor a refusal that has its place here is thrown. */
export interface Party {
  readonly name: string;
  readonly add: (pod: number) => Promise<Added>;
  /** Whether it says that the pod has addresses. */
  readonly check: (pod: number) => Promise<boolean>;
  readonly del: (pod: number) => Promise<void>;
}

/** A set of ranges with one range: `subnet`, first and last address. */
export type Block = readonly [subnet: string, first: string, last: string];

export interface Shared {
  readonly dataDir: string;
  readonly blocks: readonly Block[];
}

const setsOf = (blocks: readonly Block[]): RangeSets =>
  blocks.map(([subnet, rangeStart, rangeEnd]) => [{ subnet, rangeStart, rangeEnd }]);

const FULL = {
  ours: new RegExp(`"code":${Code.AddressesExhausted}`),
  peer: /no IP addresses available in range set/,
};
const HELD = {
  ours: new RegExp(`"code":${Code.AttachmentExists}`),
  peer: /duplicate allocation is not allowed/,
};

/** Our executable, or the peer's. */
export function program(name: 'ours' | 'peer', exe: string, { dataDir, blocks }: Shared): Party {
  const conf = confOf(dataDir, setsOf(blocks));
  const run = (verb: string, pod: number): ReturnType<typeof command> =>
    command(exe, [verb, holder(pod).containerId], conf);
  return {
    name,
    add: async (pod) => {
      const { code, addresses, text } = await run('ADD', pod);
      if (code === 0 && addresses !== undefined) return addresses;
      if (FULL[name].test(text)) return 'full';
      if (HELD[name].test(text)) return 'held';
      throw new Error(`${name}: ADD of pod ${pod} ended with ${code}: ${text}`);
    },
    check: async (pod) => (await run('CHECK', pod)).code === 0,
    del: async (pod) => {
      const { code, text } = await run('DEL', pod);
      if (code !== 0) throw new Error(`${name}: DEL of pod ${pod} ended with ${code}: ${text}`);
    },
  };
}

/** The lease store that serves our network plugins, with the real lock and every write flushed. */
export function store({ dataDir, blocks }: Shared): Party {
  const open = (): LeaseStore =>
    storeIn(dataDir, {
      calls: SYSTEM_CALLS,
      lock: createFileLock(),
      clock: createBootClock({}),
      ranges: blocks.map((block) => range(...block)),
    });
  return {
    name: 'store',
    add: async (pod) => {
      const answer = await open().reserve(request(holder(pod)));
      if (answer.kind === 'reserved') {
        await open().commit(holder(pod).key);
        return texts(answer.lease);
      }
      if (answer.kind === 'exists' || answer.kind === 'foreign') return 'held';
      if (answer.kind === 'full') return 'full';
      throw new Error(`store: ADD of pod ${pod} ended with "${answer.kind}"`);
    },
    check: async (pod) => (await open().addressesOf(holder(pod))).length > 0,
    del: async (pod) => {
      await open().release(holder(pod));
    },
  };
}

/** Everyone there is; `exe` is our executable. */
export const parties = (exe: string, shared: Shared): readonly Party[] => [
  program('ours', exe, shared),
  program('peer', PEER, shared),
  store(shared),
];
