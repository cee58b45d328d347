/** ADD and DEL of the store and of host-local killed at every system call; then DEL, GC or both, by either: clean. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { act, type Doing, type Network } from '../support/commands.ts';
import { inFolder, tree } from '../support/disk.ts';
import { fakeClock, holder } from '../support/ipam.ts';
import { addressesIn, assertClean, owners } from '../support/sweep.ts';
import { theStore } from '../support/turns.ts';

const SERVERS = ['the store', 'host-local'] as const;
type By = Doing['by'];
/** What follows the kill; DEL alone leaves what was half written to the next writer, or to GC. */
const CURES: readonly (readonly ('DEL' | 'GC')[])[] = [['DEL'], ['GC'], ['DEL', 'GC']];

/** An uncut command; the second pod is attached all the time. */
const uncut = (network: Network, verb: Doing['verb'], by: By): ReturnType<typeof act> =>
  act(network, { verb, by, pod: 1, valid: [2], cut: undefined });

interface Killing {
  readonly verb: 'ADD' | 'DEL' | 'BURY';
  readonly by: By;
  readonly sets: 1 | 2;
  readonly when: 'before' | 'after';
}

const kill = suite('killed at every system call');

for (const sets of [1, 2] as const) {
  for (const by of SERVERS) {
    for (const verb of ['ADD', 'DEL', 'BURY'] as const) {
      if (verb === 'BURY' && by === 'host-local') continue;
      for (const when of ['before', 'after'] as const) {
        kill(`${verb} by ${by}, ${when} the effect, ${sets} set(s)`, async () => {
          let nth = 1;
          while (await isCutAt({ verb, by, sets, when }, nth)) nth++;
          assert.ok(nth > 3, `only ${nth - 1} calls`);
        });
      }
    }
  }
}

/** Kills at this call, once for each cure; answers whether there was such a call. */
async function isCutAt({ verb, by, sets, when }: Killing, nth: number): Promise<boolean> {
  let isCut = false;
  for (const curer of SERVERS) {
    for (const cure of CURES) {
      await inFolder(async (folder) => {
        const network: Network = { folder, sets, clock: fakeClock() };
        await act(network, { verb: 'ADD', by, pod: 2, valid: [], cut: undefined });
        const second = addressesIn(folder, 2);
        if (verb !== 'ADD') await uncut(network, 'ADD', by);
        const ended = await act(network, { verb, by, pod: 1, valid: [], cut: { nth, when } });
        isCut = ended.how === 'cut';
        const where = `call ${nth}, then ${cure.join()} by ${curer}`;
        await heals(network, { cure, curer, where });
        assert.equal(addressesIn(folder, 2), second, where);
        await forgets(network, by, where);
      });
    }
  }
  return isCut;
}

interface Cure {
  readonly cure: readonly ('DEL' | 'GC')[];
  readonly curer: By;
  readonly where: string;
}

/** Nothing of the first pod but what its tombstone keeps from the store, and after GC nothing half written. */
async function heals(network: Network, { cure, curer, where }: Cure): Promise<void> {
  const { folder, clock } = network;
  clock.reboot();
  for (const verb of cure) assert.is((await uncut(network, verb, curer)).how, 'done', where);
  const isKept = (await theStore(network).buried(holder(1).key)) !== undefined && curer === 'the store';
  assert.is([...owners(folder)].filter(([, pod]) => pod !== 2).length, isKept ? network.sets : 0, where);
  if (cure.includes('GC')) assert.equal(Object.keys(tree(folder)).filter(isHalf), [], where);
}

/** In the network's folder itself: what lies deeper is the store's, and goes with its records. */
const isHalf = (path: string): boolean => /^net[\\/][^\\/]*\.tmp$/.test(path);

async function forgets(network: Network, by: By, where: string): Promise<void> {
  await act(network, { verb: 'DEL', by, pod: 2, valid: [], cut: undefined });
  await act(network, { verb: 'GC', by: 'the store', pod: 1, valid: [], cut: undefined });
  assertClean(network.folder, where);
}

kill.run();
