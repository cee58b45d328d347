/** The difference and its carrying out: whatever a table has, whatever fails and wherever it ends, nobody loses a way. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Route } from '../../src/ip-helper/ip-helper.ts';
import { contains, formatCidr, overlaps } from '../../src/net/cidr.ts';
import { ROUTE_TABLE } from '../../src/node/routes-table.ts';
import { carryOut, type Failure, type Writer } from '../../src/node/sync-apply.ts';
import { differenceOf, identityOf } from '../../src/node/sync-difference.ts';
import { cidr, ip } from '../support/net.ts';

const BLOCKS = ['10.1.0.0/23', '10.1.0.0/24', '10.1.1.0/24', '10.2.0.0/24', '10.3.0.0/24', '10.4.0.0/16'].map(cidr);
const HOPS = ['10.240.0.31', '10.240.0.32', '10.240.0.33'].map(ip);

const route: fc.Arbitrary<Route> = fc.record({
  luid: fc.constantFrom(1n, 2n),
  destination: fc.constantFrom(...BLOCKS),
  nextHop: fc.constantFrom(...HOPS),
  metric: fc.constantFrom(7, 8),
  protocol: fc.constantFrom(3, 4),
});

/** Blocks of one list of peers: no two share an address. */
const apart = (routes: readonly Route[]): readonly Route[] =>
  routes.filter((one, at) => routes.slice(0, at).every((other) => !overlaps(one.destination, other.destination)));

interface World {
  readonly present: readonly Route[];
  /** What is recorded: some of what is there, and some of what is not. */
  readonly owned: readonly Route[];
  readonly wanted: readonly Route[];
  readonly spared: readonly Route['destination'][];
}

const world: fc.Arbitrary<World> = fc
  .record({
    present: fc.uniqueArray(route, { selector: ROUTE_TABLE.keyOf, maxLength: 10 }),
    isOwned: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    claims: fc.array(route, { maxLength: 3 }),
    list: fc.array(route, { maxLength: 8 }),
    refused: fc.nat(2),
  })
  .map(({ present, isOwned, claims, list, refused }) => {
    const peers = apart(list);
    return {
      present,
      owned: [...present.filter((_, at) => isOwned[at] === true), ...claims],
      wanted: peers.slice(refused),
      spared: peers.slice(0, refused).map(({ destination }) => destination),
    };
  });

const textOf = (entry: Route): string => identityOf(ROUTE_TABLE, entry);
const sorted = (routes: Iterable<Route>): readonly string[] => [...routes].map(textOf).sort();
const covers = (table: Iterable<Route>, block: Route['destination']): boolean =>
  [...table].some(({ destination }) => contains(destination, block.ip));

interface Bench {
  readonly table: Map<string, Route>;
  readonly record: () => readonly Route[];
  /** One run to its end, or to its nth writing call. */
  readonly run: (world: World, end?: { readonly nth: number; readonly when: 'before' | 'after' }) => Promise<void>;
  /** Blocks that had a way before the first run, and once had none since. */
  readonly gaps: () => readonly string[];
}

class Ended extends Error {}

/** A table whose calls fail where `fails` says so. */
function benchOf({ present, owned, wanted, spared }: World, fails: (entry: Route) => boolean = () => false): Bench {
  const table = new Map(present.map((entry) => [ROUTE_TABLE.keyOf(entry), entry]));
  const living = [...wanted.map(({ destination }) => destination), ...spared].filter((block) => covers(present, block));
  let record = owned;
  const gaps: string[] = [];
  let [calls, last]: [number, { readonly nth: number; readonly when: 'before' | 'after' }] = [
    0,
    { nth: 0, when: 'before' },
  ];
  const call = (effect: () => void): void => {
    calls += 1;
    if (calls === last.nth && last.when === 'before') throw new Ended();
    effect();
    gaps.push(...living.filter((block) => !covers(table.values(), block)).map(formatCidr));
    if (calls === last.nth) throw new Ended();
  };
  const each = (entries: readonly Route[], effect: (entry: Route) => void): Promise<readonly Failure<Route>[]> => {
    const failures: Failure<Route>[] = [];
    for (const entry of entries) {
      if (fails(entry)) failures.push({ entry, why: 'refused', mayBeOurs: true });
      else
        call(() => {
          assert.ok(
            record.some((known) => textOf(known) === textOf(entry)),
            'nothing is made that is not recorded',
          );
          effect(entry);
        });
    }
    return Promise.resolve(failures);
  };
  const put = (entry: Route): void => void table.set(ROUTE_TABLE.keyOf(entry), entry);
  const writer: Writer<Route> = {
    create: async (entries) => await each(entries, put),
    set: async (changes) =>
      await each(
        changes.map(({ to }) => to),
        put,
      ),
    remove: async (entries) => await each(entries, (entry) => void table.delete(ROUTE_TABLE.keyOf(entry))),
  };
  return {
    table,
    record: () => record,
    gaps: () => gaps,
    run: async (state, end = { nth: 0, when: 'before' }) => {
      [calls, last] = [0, end];
      const difference = differenceOf(ROUTE_TABLE, { ...state, present: [...table.values()], owned: record });
      const ledger = {
        read: () => record,
        write: (entries: readonly Route[]): void => {
          record = entries;
        },
      };
      await carryOut(difference, { table: ROUTE_TABLE, writer, ledger });
    },
  };
}

/** What the table is to be: of others all, of ours what is wanted and nobody else has, and what is spared. */
function expected({ present, owned, wanted, spared }: World): readonly string[] {
  const claims = new Set(owned.map(textOf));
  const others = present.filter((entry) => !claims.has(textOf(entry)));
  const [own, taken] = [present.filter((entry) => claims.has(textOf(entry))), new Map<string, Route>()];
  for (const entry of own) taken.set(ROUTE_TABLE.keyOf(entry), entry);
  const isOurs = (entry: Route): boolean => taken.has(ROUTE_TABLE.keyOf(entry));
  const isOthers = ({ destination }: Route): boolean =>
    others.some((other) => formatCidr(other.destination) === formatCidr(destination));
  const made = wanted.filter((entry) => isOurs(entry) || !isOthers(entry));
  const sameOfOthers = new Set(others.map(ROUTE_TABLE.keyOf));
  const clashing = wanted
    .filter((entry) => !made.includes(entry) && !sameOfOthers.has(ROUTE_TABLE.keyOf(entry)))
    .map(({ destination }) => destination);
  const wantedKeys = new Set(wanted.map(ROUTE_TABLE.keyOf));
  const kept = own.filter(
    (entry) =>
      !wantedKeys.has(ROUTE_TABLE.keyOf(entry)) &&
      [...spared, ...clashing].some((block) => overlaps(block, entry.destination)),
  );
  return sorted([...others, ...made, ...kept]);
}

const difference = suite('difference of a table');

difference('carried out, the table is what is wanted and what others have; again, nothing is left to do', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const bench = benchOf(given);
      await bench.run(given);
      assert.equal(sorted(bench.table.values()), expected(given));
      const again = differenceOf(ROUTE_TABLE, { ...given, present: [...bench.table.values()], owned: bench.record() });
      assert.equal([again.create, again.set, again.remove], [[], [], []]);
      assert.equal(bench.gaps(), []);
    }),
    { numRuns: 2000 },
  );
});
difference('ended at any writing call, no way is lost, and the next run leaves what it would have left', async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom('before' as const, 'after' as const),
      async (given, nth, when) => {
        const bench = benchOf(given);
        await bench.run(given, { nth, when }).catch((thrown: unknown) => {
          if (!(thrown instanceof Ended)) throw thrown;
        });
        await bench.run(given);
        assert.equal(sorted(bench.table.values()), expected(given));
        assert.equal(bench.gaps(), []);
      },
    ),
    { numRuns: 2000 },
  );
});
difference('calls that fail take no way from anybody, and are made up for by a run in which they do not', async () => {
  await fc.assert(
    fc.asyncProperty(world, fc.array(fc.constantFrom(...HOPS), { maxLength: 2 }), async (given, bad) => {
      let isBroken = true;
      const bench = benchOf(given, ({ nextHop }) => isBroken && bad.includes(nextHop));
      await bench.run(given);
      assert.equal(bench.gaps(), []);
      isBroken = false;
      await bench.run(given);
      assert.equal(sorted(bench.table.values()), expected(given));
      assert.equal(bench.gaps(), []);
    }),
    { numRuns: 2000 },
  );
});

difference.run();
