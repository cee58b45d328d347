/** Random commands by the lease store and host-local in turns, cut at random calls: no address twice, none lost, none leaked. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seeded } from '../properties/lives.ts';
import { act, type Doing, type Network, TOMBSTONE_MS } from '../support/commands.ts';
import { inFolder, tree } from '../support/disk.ts';
import { fakeClock, holder } from '../support/ipam.ts';
import { assertHolds, enter, isFair, type Ledger, newLedger, PODS, podIn, validIn } from '../support/ledger.ts';
import { assertClean, owners, sweep } from '../support/sweep.ts';
import { addressesSaid, SIZE, theOther, theStore } from '../support/turns.ts';

/** With each number of sets. */
const RUNS = 1000;

type Command = fc.AsyncCommand<Ledger, Network>;

interface Draw extends Omit<Doing, 'valid'> {
  readonly listsUnsure: boolean;
}

function command({ listsUnsure, ...draw }: Draw): Command {
  const { verb, by, pod, cut } = draw;
  const subject = verb === 'GC' ? `with${listsUnsure ? '' : 'out'} the unsure` : `pod${pod}`;
  const name = `${verb} ${subject} by ${by}${cut === undefined ? '' : `, cut ${cut.when} call ${cut.nth}`}`;
  return {
    // host-local sees no tombstone: what it gave a buried container would go with that. No container comes twice.
    check: (ledger) => verb !== 'ADD' || by === 'the store' || !podIn(ledger, pod).isBuried,
    run: async (ledger, network) => {
      const doing = { ...draw, valid: validIn(ledger, listsUnsure) };
      const ended = await act(network, doing);
      const where = `${name}: ${JSON.stringify(ended)}`;
      assert.ok(isFair(doing, ended, { ledger, turn: network }), where);
      enter(ledger, doing, ended, network);
      assertHolds(ledger, network, where);
    },
    toString: () => name,
  };
}

const when = fc.constantFrom('before' as const, 'after' as const);
const cut = fc.option(fc.record({ nth: fc.integer({ min: 1, max: 40 }), when }), { nil: undefined, freq: 2 });
const rest = { pod: fc.constantFrom(...PODS), cut, listsUnsure: fc.boolean() };

const byEither = fc.record({
  verb: fc.constantFrom<Doing['verb']>('ADD', 'ADD', 'ADD', 'ADD', 'DEL', 'DEL', 'CHECK', 'GC'),
  by: fc.constantFrom('the store' as const, 'host-local' as const),
  ...rest,
});
const ofTheStore = fc.record({
  verb: fc.constantFrom<Doing['verb']>('BURY', 'EXHUME'),
  by: fc.constant('the store' as const),
  ...rest,
});

const time = (name: string, run: (network: Network) => void): Command => ({
  check: () => true,
  run: (_, network) => {
    run(network);
    return Promise.resolve();
  },
  toString: () => name,
});
const ofTime = fc.constantFrom(
  time('reboot', ({ clock }) => {
    clock.reboot();
  }),
  time('a tombstone’s time', ({ clock }) => {
    clock.advance(TOMBSTONE_MS);
  }),
);

const commands = fc.commands([byEither.map(command), byEither.map(command), ofTheStore.map(command), ofTime], {
  maxCommands: 20,
  size: 'max',
});

const model = suite('the lease store and host-local in turns');

for (const sets of [1, 2] as const) {
  model(`${RUNS} random sequences on ${sets} set(s) lose nothing and leave nothing`, async () => {
    const property = fc.asyncProperty(commands, fc.boolean(), (all, storeIsLast) =>
      inFolder(async (folder) => {
        const network: Network = { folder, sets, clock: fakeClock() };
        await fc.asyncModelRun(() => ({ model: newLedger(), real: network }), all);
        await ends(network, storeIsLast);
      }),
    );
    await fc.assert(property, { ...seeded(RUNS), includeErrorInReport: true });
  });
}

/** The runtime has nothing any more: a sweep with its list, then DEL of all, by one of the two; tombstones are the store's. */
async function ends(network: Network, storeIsLast: boolean): Promise<void> {
  const store = theStore(network);
  network.clock.advance(TOMBSTONE_MS);
  if (!storeIsLast) {
    assert.is((await theOther(network, 'GC', [])).exitCode, 0);
    for (const pod of PODS) assert.is((await theOther(network, 'DEL', pod)).exitCode, 0);
    const left = Object.keys(tree(network.folder)).filter((path) => /^net[\\/][^\\/]*\.tmp$/.test(path));
    assert.equal([left, ...owners(network.folder)], [[]]);
  }
  await sweep(store, [], TOMBSTONE_MS);
  for (const pod of PODS) await store.release(holder(pod));
  assertClean(network.folder);
  for (let pod = 1; pod <= SIZE; pod++) addressesSaid(await theOther(network, 'ADD', pod));
  assert.is(owners(network.folder).size, SIZE * network.sets);
}

model.run();
