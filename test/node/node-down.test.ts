/** `wincni node down`: what it removes, what it refuses, and the adapter as it was before `node up`. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BRIDGE, createNetworkNode, ETHERNET, type NetworkNode, withPod } from './network-node.ts';

const down = suite<{ node: NetworkNode }>('wincni node down');
down.before.each((context) => {
  context.node = createNetworkNode();
});
down.after.each(({ node }) => {
  node.end();
});

const names = (node: NetworkNode): readonly unknown[] => node.hns.dump().networks.map(({ Name }) => Name);

down('leaves the node as it was before, and a second one has nothing to do', async ({ node }) => {
  const before = node.state();
  for (const config of [BRIDGE, { ...BRIDGE, externalNetwork: true }]) {
    await node.up(config);
    const said = await node.down(config);
    assert.equal([said.exit, said.err], [0, []]);
    assert.equal(node.state(), before);
    node.dispatcher.clearTrace();
    assert.is((await node.down(config)).exit, 0);
    assert.equal([node.writes(), node.files()], [[], ['node.lock']]);
  }
});
down('by name it takes down what is ours, and nothing of others', async ({ node }) => {
  await node.up(BRIDGE);
  node.hns.seed({ networks: [{ ...node.hns.dump().networks[0], ID: undefined, Name: 'other' }] });
  const other = await node.run(['node', 'down', '--name', 'other']);
  assert.match(other.err.join('\n'), /^Cannot take the HNS network "other" down: others made it/);
  const ours = await node.run(['node', 'down', '--name', 'cbr0']);
  assert.equal([other.exit, ours.exit, names(node)], [1, 0, ['other']]);
  assert.is((await node.down({ ...BRIDGE, name: 'other' })).exit, 0);
  assert.equal(names(node), []);
});
down('the tiny network stays while another network is on its adapter', async ({ node }) => {
  const config = { ...BRIDGE, externalNetwork: true };
  await node.up(config);
  await node.up({ ...BRIDGE, name: 'cbr1', podCidr: '10.244.4.0/24' });
  assert.is((await node.down(config)).exit, 0);
  assert.equal(names(node), ['External', 'cbr1']);
});
down('is refused while a pod is on the network, which is named; --force takes it along', async ({ node }) => {
  await node.up(BRIDGE);
  withPod(node);
  const before = node.state();
  const refused = await node.down(BRIDGE);
  assert.equal(
    [refused.exit, refused.err],
    [
      1,
      [
        'Cannot take the HNS network "cbr0" down: endpoints of pods are on it, expected none',
        '  "a1b2c3_cbr0" 10.244.3.7; drain the node first, or take them down with it: --force',
      ],
    ],
  );
  assert.equal(node.state(), before);
  assert.is((await node.down(BRIDGE, '--force')).exit, 0);
  assert.equal([names(node), node.hns.dump().endpoints], [[], []]);
});
down('--plan changes nothing', async ({ node }) => {
  await node.up(BRIDGE);
  const before = node.state();
  node.dispatcher.clearTrace();
  const plan = await node.down(BRIDGE, '--plan');
  assert.equal([plan.exit, node.writes()], [0, []]);
  assert.ok(plan.out.includes('  HNS network "cbr0": would be deleted'), plan.out.join('\n'));
  assert.equal(node.state(), before);
});
down('needs a configuration or a name', async ({ node }) => {
  assert.is((await node.run(['node', 'down'])).exit, 2);
});
down('what is lost on the way back is put back, too', async ({ node }) => {
  await node.up(BRIDGE);
  node.hns.seed({ config: { vSwitchDownMs: 3000 } });
  assert.is((await node.down(BRIDGE)).exit, 0);
  const nic = node.hns.dump().host.adapters.find(({ Alias }) => Alias === 'Ethernet');
  assert.equal([nic?.['Addresses'], nic?.['Up']], [ETHERNET.Addresses, true]);
});
down.run();
