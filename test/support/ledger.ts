/** What a runtime knows of the pods on a network that two serve in turns, and what must be on the disk because of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Doing, Ended } from './commands.ts';
import { holder } from './ipam.ts';
import { owners } from './sweep.ts';
import { SIZE, type Turn } from './turns.ts';

/** More than there are addresses. */
export const PODS = [1, 2, 3, 4, 5, 6] as const;

export interface Pod {
  /** `told`: ADD has answered; `unsure`: a command was cut, and no later one has made up for it. */
  readonly state: 'nothing' | 'unsure' | 'told';
  readonly isBuried: boolean;
  /** What must be its own on the disk: what it was told, or what was buried with it. It may have more while unsure. */
  readonly addresses: readonly string[];
}
const NOTHING: Pod = { state: 'nothing', isBuried: false, addresses: [] };

/** By the number of the pod. */
export type Ledger = Map<number, Pod>;

export const newLedger = (): Ledger => new Map(PODS.map((pod) => [pod, NOTHING]));

export const podIn = (ledger: Ledger, pod: number): Pod => ledger.get(pod) ?? NOTHING;

/** Whom the runtime takes for attached; whoever a command was cut for, only when it says so. */
export const validIn = (ledger: Ledger, withUnsure: boolean): readonly number[] =>
  PODS.filter((pod) => {
    const { state } = podIn(ledger, pod);
    return state === 'told' || (state === 'unsure' && withUnsure);
  });

/** Enters how a command ended. */
export function enter(ledger: Ledger, doing: Doing, ended: Ended, { folder }: Turn): void {
  for (const pod of doing.verb === 'GC' ? PODS : [doing.pod]) {
    const isBuried = existsSync(join(folder, 'net', '.wincni', 'tombstones', `${holder(pod).key}.json`));
    const event = { doing: { ...doing, pod }, ended, isBuried };
    ledger.set(pod, { ...AFTER[doing.verb](podIn(ledger, pod), event), isBuried });
  }
}

interface Event {
  readonly doing: Doing;
  readonly ended: Ended;
  /** Whether it has a tombstone now. */
  readonly isBuried: boolean;
}
type After = (before: Pod, event: Event) => Pod;

/** What was told is not taken back by an ADD, however that ends. */
const afterAdd: After = (before, { ended, isBuried }) => {
  if (ended.how === 'given') return { ...before, state: 'told', addresses: [...before.addresses, ...ended.addresses] };
  if (ended.how !== 'cut' || isBuried) return before;
  return { ...before, state: before.state === 'told' ? 'told' : 'unsure' };
};

/** The store leaves to a tombstone what it keeps; host-local knows none. */
const afterDel: After = (before, { doing, ended, isBuried }) => {
  const wasKept = before.isBuried && doing.by === 'the store';
  const isKept = ended.how !== 'cut' && isBuried && doing.by === 'the store';
  const addresses = wasKept || isKept ? before.addresses : [];
  return { ...before, state: ended.how === 'cut' ? 'unsure' : 'nothing', addresses };
};

const afterExhume: After = (before, { ended, isBuried }) => {
  const isUntouched = ended.how !== 'cut' && isBuried === before.isBuried;
  return { ...before, addresses: isUntouched || !before.isBuried ? before.addresses : [] };
};

const afterGc: After = (before, { doing, ended, isBuried }) => {
  if (before.state === 'told') return before;
  if (ended.how === 'cut') return { ...before, addresses: [] };
  const after = doing.valid.includes(doing.pod) ? before : { ...before, state: 'nothing' as const };
  return { ...after, addresses: isBuried && doing.by === 'the store' ? before.addresses : [] };
};

const AFTER: Readonly<Record<Doing['verb'], After>> = {
  ADD: afterAdd,
  CHECK: (before) => before,
  DEL: afterDel,
  BURY: afterDel,
  EXHUME: afterExhume,
  GC: afterGc,
};

/** Whether a command may end like that on what was there before; it may always be cut. */
export function isFair(doing: Doing, { how }: Ended, { ledger, turn }: { ledger: Ledger; turn: Turn }): boolean {
  const pod = podIn(ledger, doing.pod);
  const hasNothing = pod.state === 'nothing' && !pod.isBuried;
  const fair: Readonly<Record<Ended['how'], boolean>> = {
    cut: true,
    done: doing.verb !== 'CHECK' || !hasNothing,
    'has none': pod.state !== 'told',
    given: !pod.isBuried && pod.state !== 'told',
    'has one': !hasNothing,
    buried: pod.isBuried,
    full: isFull(turn),
  };
  return fair[how];
}

/** Whether no address is free in one of the sets. */
function isFull({ folder, sets }: Turn): boolean {
  const taken = [...owners(folder).keys()];
  const ofV6 = taken.filter((address) => address.includes(':')).length;
  return taken.length - ofV6 === SIZE || (sets === 2 && ofV6 === SIZE);
}

/** Every file is whole and somebody's who may have it, and everybody has what the ledger says. */
export function assertHolds(ledger: Ledger, { folder }: Turn, where: string): void {
  const found = owners(folder);
  for (const [address, pod] of found) {
    const { state, isBuried } = podIn(ledger, pod);
    assert.ok(state !== 'nothing' || isBuried, `${address} is kept for pod${pod}, ${where}`);
  }
  for (const [pod, { addresses }] of ledger) {
    for (const address of addresses) assert.is(found.get(address), pod, `${address} of pod${pod}, ${where}`);
  }
}
