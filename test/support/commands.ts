/** One command on the network of turns.ts by one of the two that serve it, cut or not, and how it ended. */
import { Code } from '../../src/spec/error.ts';
import { Cut, scissors } from './disk.ts';
import { type FakeClock, holder, request, texts, UNFLUSHED } from './ipam.ts';
import { sweep } from './sweep.ts';
import { addressesSaid, type Turn, theOther, theStore, type Verb } from './turns.ts';

/** A tombstone older than that is due. */
export const TOMBSTONE_MS = 60_000;

export interface Doing {
  /** BURY is the DEL of an attachment whose endpoint HNS may still make, EXHUME what ends that. */
  readonly verb: Verb | 'BURY' | 'EXHUME';
  readonly by: 'the store' | 'host-local';
  readonly pod: number;
  /** Of GC: who is attached. */
  readonly valid: readonly number[];
  /** Where the command ends before its time, if it does. */
  readonly cut: { readonly nth: number; readonly when: 'before' | 'after' } | undefined;
}

export type Ended =
  /** Without more to say; of CHECK: the attachment has an address. */
  | { readonly how: 'done' }
  | { readonly how: 'given'; readonly addresses: readonly string[] }
  /** By reason: the container has something already, no address is free, it has none. */
  | { readonly how: 'has one' | 'full' | 'buried' | 'has none' }
  | { readonly how: 'cut' };

export interface Network extends Turn {
  readonly clock: FakeClock;
}

/** Does it, with calls that are cut where it says. */
export async function act(network: Network, doing: Doing): Promise<Ended> {
  const { nth, when } = doing.cut ?? { nth: Number.POSITIVE_INFINITY, when: 'before' };
  const turn = { ...network, calls: scissors(nth, when, UNFLUSHED).calls };
  try {
    return await (doing.by === 'the store' ? BY_THE_STORE[doing.verb](turn, doing) : byHostLocal(turn, doing));
  } catch (thrown) {
    if (thrown instanceof Cut) return { how: 'cut' };
    throw thrown;
  }
}

const DONE: Ended = { how: 'done' };

async function byHostLocal(turn: Turn, { verb, pod, valid }: Doing): Promise<Ended> {
  if (verb === 'BURY' || verb === 'EXHUME') throw new TypeError(`host-local knows no ${verb}`);
  const said = await theOther(turn, verb, verb === 'GC' ? valid : pod);
  if (said.exitCode === 0) return verb === 'ADD' ? { how: 'given', addresses: addressesSaid(said) } : DONE;
  switch ((said.out as { readonly code: number }).code) {
    case Code.AttachmentExists:
      return { how: 'has one' };
    case Code.AddressesExhausted:
      return { how: 'full' };
    case Code.CheckFailed:
      return { how: 'has none' };
    default:
      throw new Error(JSON.stringify(said.out));
  }
}

const BY_THE_STORE: Readonly<Record<Doing['verb'], (turn: Turn, doing: Doing) => Promise<Ended>>> = {
  ADD: async (turn, { pod }) => {
    const store = theStore(turn);
    const answer = await store.reserve(request(holder(pod)));
    switch (answer.kind) {
      case 'reserved':
        await store.commit(holder(pod).key);
        return { how: 'given', addresses: texts(answer.lease) };
      case 'exists':
      case 'foreign':
        return { how: 'has one' };
      case 'full':
      case 'buried':
        return { how: answer.kind };
      case 'port':
      case 'unavailable':
        throw new Error(`nobody asked for what is "${answer.kind}"`);
      default:
        return answer satisfies never;
    }
  },
  DEL: async (turn, { pod }) => {
    await theStore(turn).release(holder(pod));
    return DONE;
  },
  CHECK: async (turn, { pod }) => {
    const has = await theStore(turn).addressesOf(holder(pod));
    return has.length > 0 ? DONE : { how: 'has none' };
  },
  GC: async (turn, { valid }) => {
    await sweep(theStore(turn), valid, TOMBSTONE_MS);
    return DONE;
  },
  BURY: async (turn, { pod }) => {
    const store = theStore(turn);
    const lease = await store.find(holder(pod).key);
    await (lease === undefined ? store.release(holder(pod)) : store.bury(holder(pod).key));
    return DONE;
  },
  EXHUME: async (turn, { pod }) => {
    const store = theStore(turn);
    if (await store.claim(holder(pod).key)) await store.exhume(holder(pod).key);
    return DONE;
  },
};
