/** `wincni node up --replace` where there is more than one network or adapter: all is judged before anything goes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BRIDGE, createNetworkNode, ETHERNET, type NetworkNode, withPod } from './network-node.ts';

const BOTH = { ...BRIDGE, externalNetwork: true };
const AS_OVERLAY = { ...BOTH, type: 'Overlay' };

const replace = suite<{ node: NetworkNode }>('wincni node up --replace');
replace.before.each((context) => {
  context.node = createNetworkNode();
});
replace.after.each(({ node }) => {
  node.end();
});

async function freshState(config: object): Promise<unknown> {
  const fresh = createNetworkNode();
  await fresh.up(config);
  fresh.end();
  return fresh.state();
}

replace('another type replaces the tiny network, too: both go before one is made', async ({ node }) => {
  await node.up(BOTH);
  const before = node.state();
  const plan = await node.up(AS_OVERLAY, '--replace', '--plan');
  const networks = plan.out.filter((line) => line.includes('HNS network'));
  assert.equal(
    networks.map((line) => line.split(',')[0]),
    [
      '  HNS network "cbr0": would be deleted',
      '  HNS network "External": would be deleted',
      '  HNS network "External": would be made',
      '  HNS network "cbr0": would be made',
    ],
  );
  assert.equal([plan.exit, node.state()], [0, before]);
  const said = await node.up(AS_OVERLAY, '--replace');
  assert.equal([said.exit, said.err], [0, []]);
  const { networks: made } = node.state() as { readonly networks: unknown };
  assert.equal(made, ((await freshState(AS_OVERLAY)) as { readonly networks: unknown }).networks);
  assert.equal(node.hns.dump().endpoints, []);
});
replace('a tiny network that is gone is made after the network of another type', async ({ node }) => {
  await node.up(BRIDGE);
  const said = await node.up(AS_OVERLAY, '--replace');
  assert.equal([said.exit, said.err], [0, []]);
  const types = node.hns.dump().networks.map(({ Name, Type }) => `${String(Name)} ${String(Type)}`);
  assert.equal(types, ['External Overlay', 'cbr0 Overlay']);
});
replace('a pod on one of them keeps all of them', async ({ node }) => {
  await node.up(BOTH);
  withPod(node);
  const before = node.state();
  const said = await node.up(AS_OVERLAY, '--replace');
  assert.is(said.exit, 1);
  assert.match(said.err[0] ?? '', /^Cannot replace the HNS network "cbr0": endpoints of pods are on it/);
  assert.equal(node.state(), before);
});
replace('without --replace nothing is made beside a network that differs', async ({ node }) => {
  await node.up(BRIDGE);
  const before = node.state();
  const said = await node.up({ ...BOTH, podCidr: '10.244.9.0/24' });
  assert.match(said.err[0] ?? '', /^Cannot adopt the HNS network "cbr0"/);
  assert.equal([said.exit, node.state()], [1, before]);
});
replace('the adapter that a network leaves has afterwards what it had, too', async () => {
  const node = createNetworkNode({}, [ETHERNET, { Alias: 'Ethernet 2', Addresses: ['10.250.0.4/24'] }]);
  await node.up({ ...BRIDGE, adapter: { name: 'Ethernet' } });
  node.hns.seed({ config: { vSwitchLosesStaticAddress: true, vSwitchLosesRoutes: true } });
  const said = await node.up({ ...BRIDGE, adapter: { name: 'Ethernet 2' } }, '--replace');
  assert.equal([said.exit, said.err], [0, []]);
  const nic = node.hns.dump().host.adapters.find(({ Alias }) => Alias === 'Ethernet');
  assert.equal([nic?.['Addresses'], nic?.['ReplacedBy']], [ETHERNET.Addresses, undefined]);
  node.end();
});
replace('what is lost is told once in a run that makes two networks', async () => {
  const node = createNetworkNode({ vSwitchLosesDns: true });
  const said = await node.up(BOTH);
  assert.is(said.exit, 1);
  assert.equal(said.err, [...new Set(said.err)]);
  assert.is(said.err.length, 3);
  node.end();
});
replace.run();
