/** A run that ends anywhere, or meets another one: nothing is left without an owner, no way is lost, and the next run heals. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Killed } from '../../native/simulator/faults.ts';
import { decodePeers } from '../../src/node/peers.ts';
import { syncPeers } from '../../src/node/sync.ts';
import type { Report } from '../../src/node/sync-run.ts';
import { Cut, scissors } from '../support/disk.ts';
import { UNFLUSHED } from '../support/ipam.ts';
import { gapsIn } from './gaps.ts';
import { createPeerNode, type Listed, listed, listOf, type PeerNode } from './peer-nodes.ts';

const KINDS = ['L2Bridge', 'Overlay'] as const;
type Kind = (typeof KINDS)[number];

const v4 = (n: number, more: Partial<Listed> = {}): Listed =>
  listed(n, { podCIDRs: [`10.244.${n}.0/24`], addresses: [`10.240.0.${30 + n}`], ...more });

const BEFORE = [v4(2), v4(3), v4(4), v4(5)];
/** One stays, one moves, one goes, one changes its block, one comes. */
const AFTER = [
  v4(2),
  v4(3, { addresses: ['10.240.0.93'] }),
  v4(5, { podCIDRs: ['10.244.50.0/24'] }),
  v4(6, { addresses: ['10.240.0.66'] }),
];
const LIVING = ['10.244.2.0/24', '10.244.3.0/24'];

interface Ways {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly foreign: string;
}

const WAYS: Readonly<Record<Kind, Ways>> = {
  L2Bridge: {
    before: [2, 3, 4, 5].map((n) => `10.244.${n}.0/24 10.240.0.3${n} 256`),
    after: [
      '10.244.2.0/24 10.240.0.32 256',
      '10.244.3.0/24 10.240.0.93 256',
      '10.244.50.0/24 10.240.0.35 256',
      '10.244.6.0/24 10.240.0.66 256',
    ],
    foreign: '10.99.0.0/24 10.240.0.9 256',
  },
  Overlay: {
    before: [2, 3, 4, 5].map((n) => `10.244.${n}.0/24 10.240.0.3${n} 4096 00-15-5D-00-00-0${n}`),
    after: [
      '10.244.2.0/24 10.240.0.32 4096 00-15-5D-00-00-02',
      '10.244.3.0/24 10.240.0.93 4096 00-15-5D-00-00-03',
      '10.244.50.0/24 10.240.0.35 4096 00-15-5D-00-00-05',
      '10.244.6.0/24 10.240.0.66 4096 00-15-5D-00-00-06',
    ],
    foreign: '10.99.0.0/24 10.240.0.9 4096 00-15-5D-00-00-09',
  },
};

/** What another program does, through a record of its own. */
const FOREIGN = v4(9, { podCIDRs: ['10.99.0.0/24'], addresses: ['10.240.0.9'] });

const waysOf = (kind: Kind, node: PeerNode): readonly string[] => (kind === 'Overlay' ? node.subnets() : node.routes());

const OPTIONS = { network: 'cbr0', nodeName: undefined, metric: 256, plan: false };

let runs = 0;
function start(
  node: PeerNode,
  list: readonly Listed[],
  more: { calls?: typeof UNFLUSHED; folder?: string } = {},
): Promise<Report> {
  runs += 1;
  const { calls, ...rest } = more;
  const peers = decodePeers(Buffer.from(listOf(...list)), 'the peers');
  return syncPeers(peers, OPTIONS, { ...node.ports(`run-${runs}`, calls), ...rest });
}

async function prepared(kind: Kind): Promise<PeerNode> {
  const node = createPeerNode(1, kind);
  await start(node, [FOREIGN], { folder: `${node.folder}/other` });
  await start(node, BEFORE);
  node.dispatcher.clearTrace();
  return node;
}

/** Whatever ended, these hold after it; then a whole run heals, and one with nobody leaves what is another's. */
async function heals(kind: Kind, node: PeerNode): Promise<void> {
  const { before, after, foreign } = WAYS[kind];
  const left = waysOf(kind, node).filter((way) => way !== foreign);
  assert.equal(
    left.filter((way) => !before.includes(way) && !after.includes(way)),
    [],
  );
  node.dispatcher.faults.clear();
  assert.is((await start(node, AFTER)).isComplete, true);
  assert.equal(waysOf(kind, node), [...after, foreign].sort());
  const blocks = [...before, foreign].map((way) => way.split(' ')[0] ?? '');
  assert.equal(gapsIn(node.dispatcher.trace(), blocks, LIVING), []);
  await start(node, []);
  assert.equal(waysOf(kind, node), [foreign]);
}

const kills = suite('runs that end or meet');

for (const kind of KINDS) {
  for (const when of ['before', 'after'] as const) {
    kills(`${kind}: killed at each call, ${when} its effect`, async () => {
      for (let nth = 1; ; nth += 1) {
        const node = await prepared(kind);
        node.dispatcher.faults.set([{ function: '*', action: 'kill', nth, when }]);
        const ended = await start(node, AFTER).then(
          () => 'whole',
          (thrown: unknown) => (thrown instanceof Killed ? 'killed' : Promise.reject(thrown as Error)),
        );
        await heals(kind, node);
        node.end();
        // The closing of handles is killed, too, but changes nothing: the run is whole by then.
        if (ended === 'killed') continue;
        assert.ok(nth > 6, `only ${nth} calls`);
        break;
      }
    });
    kills(`${kind}: cut at each system call on the record, ${when} its effect`, async () => {
      for (let nth = 1; ; nth += 1) {
        const node = await prepared(kind);
        const cut = scissors(nth, when, UNFLUSHED);
        await start(node, AFTER, { calls: cut.calls }).catch((thrown: unknown) => {
          if (!(thrown instanceof Cut)) throw thrown;
        });
        const isWhole = !cut.isCut();
        await heals(kind, node);
        node.end();
        if (!isWhole) continue;
        assert.ok(nth > 8, `only ${nth} system calls`);
        break;
      }
    });
  }
  kills(`${kind}: several at once take turns, and the table is what one of them wanted`, async () => {
    const node = await prepared(kind);
    node.dispatcher.setLatency({ '*': [0, 3] });
    const reports = await Promise.all([AFTER, BEFORE, AFTER, BEFORE].map((list) => start(node, list)));
    assert.ok(reports.every(({ isComplete }) => isComplete));
    const { before, after, foreign } = WAYS[kind];
    const found = waysOf(kind, node).filter((way) => way !== foreign);
    assert.ok(
      [before, after].some((list) => list.join() === found.join()),
      found.join('\n'),
    );
    const blocks = [...before, foreign].map((way) => way.split(' ')[0] ?? '');
    assert.equal(gapsIn(node.dispatcher.trace(), blocks, LIVING), []);
    await heals(kind, node);
    node.end();
  });
}

kills.run();
