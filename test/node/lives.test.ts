/** Random lives of a cluster's list, each run with a fault at random: no living peer loses its way, and in the end all is as listed. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Fault, Killed } from '../../native/simulator/faults.ts';
import { decodePeers } from '../../src/node/peers.ts';
import { syncPeers } from '../../src/node/sync.ts';
import { CniError } from '../../src/spec/error.ts';
import { gapsIn } from './gaps.ts';
import { createPeerNode, type Listed, listed, listOf, type PeerNode } from './peer-nodes.ts';

const KINDS = ['L2Bridge', 'Overlay'] as const;
type Kind = (typeof KINDS)[number];

/** Blocks that a node may have: some hold others. */
const BLOCKS = ['10.245.0.0/16', '10.245.2.0/24', '10.245.3.0/24', '10.246.0.0/25', '10.246.0.128/25', '10.246.0.0/24'];

const peer: fc.Arbitrary<Listed> = fc
  .record({
    n: fc.integer({ min: 2, max: 5 }),
    block: fc.constantFrom(...BLOCKS),
    hop: fc.integer({ min: 50, max: 52 }),
  })
  .map(({ n, block, hop }) => listed(n, { podCIDRs: [block], addresses: [`10.240.0.${hop}`] }));

/** Only what a list may be: names and blocks apart. */
const list: fc.Arbitrary<readonly Listed[]> = fc.array(peer, { maxLength: 6 }).map((peers) => {
  const kept: Listed[] = [];
  for (const each of peers) if (isList([...kept, each])) kept.push(each);
  return kept;
});

function isList(peers: readonly Listed[]): boolean {
  try {
    decodePeers(Buffer.from(listOf(...peers)), 'the peers');
    return true;
  } catch (failure) {
    if (failure instanceof CniError) return false;
    throw failure;
  }
}

const CALLS = ['CreateIpForwardEntry2', 'SetIpForwardEntry2', 'DeleteIpForwardEntry2', 'HcnModifyNetwork', '*'];

/** "Not found" of a row or a table that is there is no failure, but a lie: of those that Windows tells only one is asked for. */
const isNoLie = ({ function: name, hresult }: Fault): boolean => hresult !== 1168 || name === 'SetIpForwardEntry2';

const fault: fc.Arbitrary<Fault | undefined> = fc.option(
  fc.oneof(
    fc.record({
      function: fc.constantFrom(...CALLS),
      nth: fc.integer({ min: 1, max: 8 }),
      action: fc.constant('kill' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
    fc
      .record({
        function: fc.constantFrom(...CALLS),
        nth: fc.integer({ min: 1, max: 8 }),
        action: fc.constant('fail' as const),
        hresult: fc.constantFrom(5, 87, 1168, 5010, '0x803B000D', '0x800706BA'),
      })
      .filter(isNoLie),
  ),
  { nil: undefined },
);

const life = fc.record({
  kind: fc.constantFrom(...KINDS),
  runs: fc.array(fc.record({ list, fault, metric: fc.constantFrom(7, 8) }), { minLength: 1, maxLength: 5 }),
});

const FOREIGN = listed(9, { podCIDRs: ['10.99.0.0/24'], addresses: ['10.240.0.9'] });

const waysOf = (kind: Kind, node: PeerNode): readonly string[] => (kind === 'Overlay' ? node.subnets() : node.routes());
const blockOf = (way: string): string => way.split(' ')[0] ?? '';

interface Home {
  readonly node: PeerNode;
  readonly sync: (peers: readonly Listed[], metric: number, folder?: string) => Promise<boolean>;
}

function homeOf(kind: Kind): Home {
  const node = createPeerNode(1, kind);
  let runs = 0;
  return {
    node,
    sync: async (peers, metric, folder) => {
      runs += 1;
      const ports = node.ports(`run-${runs}`);
      const options = { network: 'cbr0', nodeName: undefined, metric, plan: false };
      const decoded = decodePeers(Buffer.from(listOf(...peers)), 'the peers');
      const report = await syncPeers(decoded, options, { ...ports, folder: folder ?? ports.folder });
      return report.isComplete;
    },
  };
}

/** Whether every peer has its way; a run that was killed or failed has not. */
async function attempted(run: Promise<boolean>): Promise<boolean> {
  try {
    return await run;
  } catch (failure) {
    if (failure instanceof Killed || failure instanceof CniError) return false;
    throw failure;
  }
}

const wantedWays = (kind: Kind, peers: readonly Listed[], metric: number): readonly string[] =>
  peers.flatMap(({ podCIDRs, addresses, macAddress }) =>
    podCIDRs.map((block) => `${block} ${addresses[0]} ${kind === 'Overlay' ? `4096 ${macAddress}` : metric}`),
  );

const lives = suite('lives of a list');

lives(
  'no living peer is ever without a way, others keep theirs, and a run without a fault makes all right',
  async () => {
    await fc.assert(
      fc.asyncProperty(life, async ({ kind, runs }) => {
        const { node, sync } = homeOf(kind);
        try {
          await sync([FOREIGN], 256, `${node.folder}/other`);
          const foreign = waysOf(kind, node);
          for (const { list: peers, fault: rule, metric } of runs) {
            const before = waysOf(kind, node).map(blockOf);
            node.dispatcher.clearTrace();
            node.dispatcher.faults.set(rule === undefined ? [] : [rule]);
            const isComplete = await attempted(sync(peers, metric));
            const living = peers.flatMap(({ podCIDRs }) => podCIDRs).filter((block) => before.includes(block));
            assert.equal(gapsIn(node.dispatcher.trace(), before, living), []);
            const now = waysOf(kind, node);
            if (isComplete) assert.equal(now, [...wantedWays(kind, peers, metric), ...foreign].sort());
            assert.ok(foreign.every((way) => now.includes(way)));
            if (rule === undefined) assert.ok(isComplete);
          }
          node.dispatcher.faults.clear();
          const [{ list: last, metric } = { list: [], metric: 7 }] = runs.slice(-1);
          assert.ok(await sync(last, metric));
          assert.equal(waysOf(kind, node), [...wantedWays(kind, last, metric), ...foreign].sort());
          await sync([], metric);
          assert.equal(waysOf(kind, node), foreign);
        } finally {
          node.end();
        }
      }),
      { numRuns: 300 },
    );
  },
);

lives.run();
