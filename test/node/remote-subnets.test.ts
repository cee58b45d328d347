/** `wincni routes sync` on an overlay: policies of the HNS network instead of routes, by difference, others' left alone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPeerNode, listed, networkOf, type PeerNode } from './peer-nodes.ts';

const NETWORK = ['--network', 'cbr0'];
const NETWORK_ID = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000';

const overlay = suite('remote subnets');

const on = (use: (node: PeerNode) => Promise<void>) => async () => {
  const node = createPeerNode(1, 'Overlay');
  try {
    await use(node);
  } finally {
    node.end();
  }
};

/** Another program's change of the network. */
function modify(node: PeerNode, request: 'Add' | 'Remove', settings: object): void {
  const call = (name: string, args: Record<string, string | number>): number => {
    const reply = node.hns.call({ process: 'another program', function: name, args });
    assert.is(reply.hresult, 0, name);
    return reply.handle ?? 0;
  };
  const network = call('HcnOpenNetwork', { id: NETWORK_ID });
  const policies = { Policies: [{ Type: 'RemoteSubnetRoute', Settings: settings }] };
  const document = { ResourceType: 'Policy', RequestType: request, Settings: policies };
  call('HcnModifyNetwork', { network, settings: JSON.stringify(document) });
}

const changes = (node: PeerNode): readonly unknown[] =>
  node.dispatcher
    .trace()
    .filter((entry) => entry.function === 'HcnModifyNetwork')
    .map(({ request }) => (request['settings'] as { readonly RequestType: string }).RequestType);

overlay(
  'are made with the VSID of the network, once; a change adds the new one before it removes the old one',
  on(async (node) => {
    const first = await node.sync([listed(1), listed(2), listed(3, { vsid: 5000 })], ...NETWORK);
    assert.equal(first, {
      exit: 0,
      out: [
        'created: 10.244.2.0/24 by 10.240.0.32, VSID 4096, MAC 00-15-5D-00-00-02 (node-2)',
        'created: 10.244.3.0/24 by 10.240.0.33, VSID 5000, MAC 00-15-5D-00-00-03 (node-3)',
        'remote subnets: 2 created, 0 changed, 0 removed, 0 unchanged, 0 refused or failed',
      ],
      err: [],
    });
    assert.equal([changes(node), node.routes()], [['Add'], []]);
    node.dispatcher.clearTrace();
    await node.sync([listed(2), listed(3, { vsid: 5000 })], ...NETWORK);
    assert.equal(changes(node), []);
    await node.sync([listed(2, { providerAddress: '10.240.0.99' }), listed(3, { vsid: 5000 })], ...NETWORK);
    assert.equal(changes(node), ['Add', 'Remove']);
    assert.equal(node.subnets(), [
      '10.244.2.0/24 10.240.0.99 4096 00-15-5D-00-00-02',
      '10.244.3.0/24 10.240.0.33 5000 00-15-5D-00-00-03',
    ]);
    assert.equal(
      node.hns.processes.report().filter(({ openHandles }) => openHandles.length > 0),
      [],
    );
  }),
);
overlay(
  'of others stay, whatever else the network has; one to the same block keeps ours away',
  on(async (node) => {
    modify(node, 'Add', { DestinationPrefix: '10.244.2.0/24', IsolationId: 4096, ProviderAddress: '10.240.0.77' });
    modify(node, 'Add', { DestinationPrefix: '10.99.0.0/24', ProviderAddress: '10.240.0.78' });
    const foreign = node.subnets();
    const { exit, err } = await node.sync([listed(2), listed(3)], ...NETWORK);
    assert.is(exit, 1);
    assert.match(
      err[0] ?? '',
      /^refused: 10\.244\.2\.0\/24 .* another program has 10\.244\.2\.0\/24 by 10\.240\.0\.77/,
    );
    assert.equal(node.subnets(), [...foreign, '10.244.3.0/24 10.240.0.33 4096 00-15-5D-00-00-03'].sort());
    await node.sync([], ...NETWORK);
    assert.equal(node.subnets(), foreign);
    const [{ Policies = [] } = {}] = node.hns.dump().networks as { readonly Policies?: { readonly Type: string }[] }[];
    assert.is(Policies.filter(({ Type }) => Type === 'ProviderAddress').length, 1);
  }),
);
overlay(
  'need a MAC and an IPv4 address; who lacks them is refused by name and keeps what it has',
  on(async (node) => {
    await node.sync([listed(2)], ...NETWORK);
    const { name, podCIDRs, addresses } = listed(2);
    const bare = { name, podCIDRs, addresses };
    const { exit, err } = await node.sync([bare, listed(3, { addresses: ['fd00:240::33'] }), listed(4)], ...NETWORK);
    assert.is(exit, 1);
    assert.equal(err, [
      'refused: 10.244.2.0/24 (node-2), it has no macAddress, expected that of its distributed router',
      'refused: 10.244.3.0/24 (node-3), it has neither a providerAddress nor an IPv4 address',
    ]);
    assert.equal(node.subnets(), [
      '10.244.2.0/24 10.240.0.32 4096 00-15-5D-00-00-02',
      '10.244.4.0/24 10.240.0.34 4096 00-15-5D-00-00-04',
    ]);
  }),
);
overlay(
  'a plan changes nothing; HNS that refuses is told of, and the next run makes up for it',
  on(async (node) => {
    const plan = await node.sync([listed(2)], ...NETWORK, '--plan');
    assert.match(plan.out.at(-1) ?? '', /^plan for remote subnets: 1 to create/);
    assert.equal(changes(node), []);
    node.dispatcher.faults.set([{ function: 'HcnModifyNetwork', hresult: '0x803B000D' }]);
    const failed = await node.sync([listed(2)], ...NETWORK);
    assert.is(failed.exit, 1);
    assert.match(failed.err[0] ?? '', /^failed: 10\.244\.2\.0\/24 .*HNS answered 0x803B000D/);
    assert.equal(node.subnets(), []);
    assert.is((await node.sync([listed(2)], ...NETWORK)).exit, 0);
    assert.is(node.subnets().length, 1);
  }),
);
overlay(
  'of 1,200 nodes are few requests, and one change among them is one',
  on(async (node) => {
    const nodes = Array.from({ length: 1200 }, (_, n) => ({
      ...listed(2),
      name: `n${n}`,
      podCIDRs: [`10.${n >> 8}.${n & 255}.0/24`],
    }));
    await node.sync(nodes, ...NETWORK);
    assert.equal([changes(node), node.subnets().length], [['Add', 'Add', 'Add'], 1200]);
    node.dispatcher.clearTrace();
    await node.sync(nodes.slice(1), ...NETWORK);
    assert.equal([changes(node), node.subnets().length], [['Remove'], 1199]);
  }),
);
overlay(
  'are asked for again where HNS refuses for now, to read and to change',
  on(async (node) => {
    node.dispatcher.faults.set([
      { function: 'HcnOpenNetwork', hresult: '0x800706BA' },
      { function: 'HcnModifyNetwork', hresult: '0x803B0004', count: 2 },
    ]);
    const { exit, err } = await node.sync([listed(2)], ...NETWORK);
    assert.equal([exit, err], [0, []]);
    assert.equal(node.subnets(), ['10.244.2.0/24 10.240.0.32 4096 00-15-5D-00-00-02']);
  }),
);

/** The network is made anew as another type, as `node up --replace` does. */
function becomes(node: PeerNode, type: 'L2Bridge' | 'Overlay'): void {
  node.hns.call({ process: 'node up', function: 'HcnDeleteNetwork', args: { id: NETWORK_ID } });
  node.hns.seed({ networks: [networkOf(1, type)] });
}

for (const [from, to] of [
  ['L2Bridge', 'Overlay'],
  ['Overlay', 'L2Bridge'],
] as const) {
  overlay(`a network that was ${from} and is ${to} has the ways of its type, and no others of ours`, async () => {
    const [node, fresh] = [createPeerNode(1, from), createPeerNode(1, to)];
    await node.sync([listed(2), listed(3)], ...NETWORK);
    becomes(node, to);
    const plan = await node.sync([listed(2)], ...NETWORK, '--plan');
    assert.is(plan.exit, 0);
    const { exit, err } = await node.sync([listed(2)], ...NETWORK);
    assert.equal([exit, err], [0, []]);
    await fresh.sync([listed(2)], ...NETWORK);
    assert.equal([node.routes(), node.subnets()], [fresh.routes(), fresh.subnets()]);
    const idle = await node.sync([listed(2)], ...NETWORK);
    assert.match(idle.out.join('\n'), /^[a-z ]+: 0 created, 0 changed, 0 removed, \d unchanged, 0 refused or failed$/);
    node.end();
    fresh.end();
  });
}
overlay('routes of a time before the overlay are told when they go, and stay where they cannot go', async () => {
  const node = createPeerNode(1, 'L2Bridge');
  await node.sync([listed(2)], ...NETWORK);
  becomes(node, 'Overlay');
  node.dispatcher.faults.set([{ function: 'DeleteIpForwardEntry2', hresult: 87 }]);
  const failed = await node.sync([listed(2)], ...NETWORK);
  assert.is(failed.exit, 1);
  assert.match(
    failed.err.join('\n'),
    /^failed: 10\.244\.2\.0\/24 by 10\.240\.0\.32 .*DeleteIpForwardEntry2 answered 87/,
  );
  const next = await node.sync([listed(2)], ...NETWORK);
  assert.equal([next.exit, next.err], [0, []]);
  assert.match(next.out.join('\n'), /removed: 10\.244\.2\.0\/24 by 10\.240\.0\.32/);
  assert.equal(node.routes(), []);
  node.end();
});

overlay.run();
