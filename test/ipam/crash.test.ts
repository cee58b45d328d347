/** Every command of the store ended at every system call: what is left is old or new, and DEL makes it clean. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Supply } from '../../src/ipam/config.ts';
import type { HostPort, LeaseStore } from '../../src/ipam/lease.ts';
import type { Range } from '../../src/ipam/ranges.ts';
import { Cut, inFolder, scissors, tree } from '../support/disk.ts';
import { holder, range, request, reserved, storeIn, texts } from '../support/ipam.ts';

const [one, other] = [holder(1), holder(2)];
/** Where the addresses come from, and what is left in the folder when nobody has one. */
interface Kind {
  readonly name: string;
  readonly ipam: Supply;
  /** How many addresses an attachment has. */
  readonly addresses: number;
  /** Host ports of the attachment whose command is cut. */
  readonly ports: readonly HostPort[];
  readonly left: readonly string[];
}
const hostLocal = (...sets: readonly Range[]): Supply => ({
  source: 'host-local',
  sets: sets.map((one) => [one]),
  wanted: [],
  quarantineMs: 0,
});
const PORTS: readonly HostPort[] = [
  { protocol: 6, hostPort: 8080, hostIp: undefined },
  { protocol: 17, hostPort: 53, hostIp: '10.0.0.5' },
];
const V4 = range('10.244.3.0/24', '10.244.3.10', '10.244.3.12');
const KINDS: readonly Kind[] = [
  { name: 'one set', ipam: hostLocal(V4), addresses: 1, ports: [], left: ['net/last_reserved_ip.0'] },
  {
    name: 'two sets',
    ipam: hostLocal(V4, range('fd00::/64', 'fd00::10', 'fd00::12')),
    addresses: 2,
    ports: [],
    left: ['net/last_reserved_ip.0', 'net/last_reserved_ip.1'],
  },
  { name: 'addresses of HNS', ipam: { source: 'hns' }, addresses: 0, ports: [], left: [] },
  { name: 'host ports', ipam: hostLocal(V4), addresses: 1, ports: PORTS, left: ['net/last_reserved_ip.0'] },
  {
    name: 'host ports and addresses of HNS',
    ipam: { source: 'hns' },
    addresses: 0,
    ports: PORTS,
    left: [],
  },
];

interface Case {
  readonly name: string;
  readonly before: (store: LeaseStore, kind: Kind) => Promise<unknown>;
  readonly act: (store: LeaseStore, kind: Kind) => Promise<unknown>;
  /** What may be found afterwards. */
  readonly allowed: readonly string[];
}

const nothing = (): Promise<void> => Promise.resolve();
const lease = async (store: LeaseStore, { ports }: Kind): Promise<void> => {
  reserved(await store.reserve(request(one, { ports })));
};
const ready = async (store: LeaseStore, kind: Kind): Promise<void> => {
  await lease(store, kind);
  await store.commit(one.key);
};
const grave = async (store: LeaseStore, kind: Kind): Promise<void> => {
  await lease(store, kind);
  await store.bury(one.key);
};

const CASES: readonly Case[] = [
  {
    name: 'reserve',
    before: nothing,
    act: (s, { ports }) => s.reserve(request(one, { ports })),
    allowed: ['none', 'pending'],
  },
  {
    name: 'markInFlight',
    before: lease,
    act: (s) => s.markInFlight(one.key),
    allowed: ['pending', 'pending in flight'],
  },
  { name: 'commit', before: lease, act: (s) => s.commit(one.key), allowed: ['pending', 'ready'] },
  { name: 'bury', before: lease, act: (s) => s.bury(one.key), allowed: ['pending', 'buried'] },
  { name: 'release', before: lease, act: (s) => s.release(one), allowed: ['none', 'pending'] },
  { name: 'release of a ready lease', before: ready, act: (s) => s.release(one), allowed: ['none', 'ready'] },
  { name: 'claim', before: grave, act: (s) => s.claim(one.key), allowed: ['buried'] },
  { name: 'expire', before: grave, act: (s) => s.expire(one.key, 0), allowed: ['none', 'buried'] },
  { name: 'exhume', before: grave, act: (s) => s.exhume(one.key), allowed: ['none', 'buried'] },
];

async function stateOf(store: LeaseStore): Promise<string> {
  if ((await store.buried(one.key)) !== undefined) return 'buried';
  const found = await store.find(one.key);
  return found === undefined ? 'none' : `${found.state}${found.inFlight ? ' in flight' : ''}`;
}

/** One command that ends at a system call. */
interface Cutting {
  readonly kind: Kind;
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Runs a case up to the cut; answers whether there was one, and what there is then. */
function cutAt({ before, act, name }: Case, { kind, nth, when }: Cutting): Promise<readonly [boolean, string]> {
  return inFolder(async (folder) => {
    const store = storeIn(folder, kind);
    await before(store, kind);
    const cut = scissors(nth, when);
    try {
      await act(storeIn(folder, { ...kind, calls: cut.calls }), kind);
    } catch (thrown) {
      if (!(thrown instanceof Cut)) throw thrown;
    }
    const state = await stateOf(store);
    await recovers(folder, kind, `${name} cut ${when} call ${nth}`);
    return [cut.isCut(), state];
  });
}

const crash = suite('a crash at every system call');

const EVERY = KINDS.flatMap((kind) =>
  CASES.flatMap((of) => (['before', 'after'] as const).map((when) => ({ kind, of, when }))),
);
for (const { kind, of, when } of EVERY) {
  crash(`of ${of.name}, ${when} its effect, with ${kind.name}`, async () => {
    const seen = new Set<string>();
    for (let nth = 1; ; nth++) {
      const [isCut, state] = await cutAt(of, { kind, nth, when });
      seen.add(state);
      if (!isCut) break;
      assert.ok(nth < 100);
    }
    assert.equal([...seen].sort(), [...of.allowed].sort());
  });
}

/** Another pod gets addresses of its own, the command can be repeated, and DEL leaves nothing but the round's place. */
async function recovers(folder: string, kind: Kind, where: string): Promise<void> {
  const store = storeIn(folder, kind);
  const held = (await store.addressesOf(one)).map(({ text }) => text);
  const living = await store.find(one.key);
  const neighbour = texts(reserved(await store.reserve(request(other))));
  assert.is(neighbour.length, kind.addresses, where);
  assert.equal(
    held.filter((text) => neighbour.includes(text)),
    [],
    where,
  );
  if (living !== undefined) assert.equal(texts(living), held, where);
  const isBuried = (await store.buried(one.key)) !== undefined;
  await contends(store, { kind, where, isDead: living === undefined && !isBuried });
  await store.release(one);
  if (isBuried) {
    // An exhumation that was cut short may have freed the addresses; nothing else may.
    const kept = (await store.addressesOf(one)).map(({ text }) => text);
    assert.equal(kept, held, where);
    await store.exhume(one.key);
  }
  const again = texts(reserved(await store.reserve(request(one, kind))));
  assert.equal(
    again.filter((text) => neighbour.includes(text)),
    [],
    where,
  );
  await store.release(one);
  await store.release(other);
  await store.tombstones(5);
  assert.equal(Object.keys(tree(folder)).sort(), kind.left, where);
}
/** Whether a third pod may have the ports: those of the dead it gets, those of the living are theirs, or in part nobody's. */
async function contends(store: LeaseStore, { kind, where, isDead }: Contention): Promise<void> {
  if (kind.ports.length === 0) return;
  const third = await store.reserve(request(holder(3), kind));
  if (isDead) assert.is(third.kind, 'reserved', where);
  else if (third.kind === 'port') assert.is(third.holder.key, one.key, where);
  // Released in part, or reserved in part without address files to show for it: the rest is the next command's to free.
  else assert.is(third.kind, 'reserved', where);
  await store.release(holder(3));
}

interface Contention {
  readonly kind: Kind;
  readonly where: string;
  readonly isDead: boolean;
}

crash.run();
