/** Two and three nodes that exchange their blocks: they come, go and change, and no living peer is ever without a way. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gapsIn } from './gaps.ts';
import { createPeerNode, type Listed, listed, type PeerNode } from './peer-nodes.ts';

const KINDS = ['none', 'L2Bridge', 'Overlay'] as const;
type Kind = (typeof KINDS)[number];

/** An overlay carries IPv4 alone. */
const blocksOf = (kind: Kind, { podCIDRs }: Listed): readonly string[] =>
  kind === 'Overlay' ? podCIDRs.filter((block) => !block.includes(':')) : podCIDRs;

/** What a node's table has of the way to its peers. */
function waysOf(kind: Kind, node: PeerNode): readonly string[] {
  return kind === 'Overlay' ? node.subnets() : node.routes();
}

/** What it is to have. */
const wantedWays = (kind: Kind, peers: readonly Listed[]): readonly string[] =>
  peers
    .flatMap((peer) =>
      blocksOf(kind, peer).map((block) => {
        const hop = peer.addresses.find((address) => address.includes(':') === block.includes(':'));
        return kind === 'Overlay' ? `${block} ${hop} 4096 ${peer.macAddress}` : `${block} ${hop} 256`;
      }),
    )
    .sort();

interface Cluster {
  readonly nodes: readonly PeerNode[];
  /** Every node takes this list; asserts what each has then, and that none was without a way to a peer of both lists meanwhile. */
  readonly take: (list: readonly Listed[]) => Promise<void>;
}

function clusterOf(kind: Kind, size: number): Cluster {
  const nodes = Array.from({ length: size }, (_, n) => createPeerNode(n + 1, kind));
  let last: readonly Listed[] = [];
  const take = async (node: PeerNode, name: string, list: readonly Listed[]): Promise<void> => {
    const others = (of: readonly Listed[]): readonly Listed[] => of.filter((peer) => peer.name !== name);
    const blocks = (of: readonly Listed[]): readonly string[] => others(of).flatMap((peer) => blocksOf(kind, peer));
    const before = waysOf(kind, node).map((line) => line.split(' ')[0] ?? '');
    node.dispatcher.clearTrace();
    const said = await node.sync(list, ...(kind === 'none' ? [] : ['--network', 'cbr0']));
    assert.equal([said.exit, said.err], [0, []], said.err.join('\n'));
    assert.equal(waysOf(kind, node), wantedWays(kind, others(list)));
    const living = blocks(list).filter((block) => blocks(last).includes(block));
    assert.equal(gapsIn(node.dispatcher.trace(), before, living), []);
  };
  return {
    nodes,
    take: async (list) => {
      await Promise.all(nodes.map((node, at) => take(node, `node-${at + 1}`, list)));
      last = list;
    },
  };
}

const cluster = suite('clusters');

for (const kind of KINDS) {
  for (const size of [2, 3]) {
    cluster(`${size} nodes, network ${kind}: nodes come, go, and change block, address, MAC and VSID`, async () => {
      const { nodes, take } = clusterOf(kind, size);
      const all = nodes.map((_, at) => listed(at + 1));
      const second = (more: Partial<Listed>): readonly Listed[] => all.with(1, listed(2, more));
      await take(all);
      await take([...all, listed(7)]);
      await take([...all, listed(7, { addresses: ['10.240.0.99', 'fd00:240::99'] })]);
      await take([...all, listed(8, { podCIDRs: listed(7).podCIDRs })]);
      await take(all);
      await take(all.filter((_, at) => at !== 0));
      await take(all);
      await take([...all].reverse());
      if (kind === 'Overlay') await take([...all, listed(7, { macAddress: '00-15-5D-AA-AA-AA' })]);
      if (kind === 'none') await take(second({ podCIDRs: ['10.244.128.0/25', '10.244.128.128/25'] }));
      if (kind === 'none') await take(second({ podCIDRs: ['10.244.128.0/24', 'fd00:244:2::/64'] }));
      await take([]);
      for (const node of nodes) node.end();
    });
  }
}

cluster('a block that moves from one node to another has a way all the time', async () => {
  const { nodes, take } = clusterOf('none', 1);
  await take([listed(2), listed(3)]);
  await take([listed(2, { podCIDRs: listed(3).podCIDRs }), listed(3, { podCIDRs: listed(2).podCIDRs })]);
  for (const node of nodes) node.end();
});

cluster.run();
