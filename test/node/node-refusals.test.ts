/** What `wincni node up` refuses and what it adopts: networks that differ, adapters of which several fit, wrong arguments. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BRIDGE, createNetworkNode, ETHERNET, type NetworkNode, OVERLAY, withPod } from './network-node.ts';

const refusals = suite<{ node: NetworkNode }>('wincni node up with something in its way');
refusals.before.each((context) => {
  context.node = createNetworkNode();
});
refusals.after.each(({ node }) => {
  node.end();
});

const OTHERS = [
  [
    'subnets',
    BRIDGE,
    { ...BRIDGE, podCidr: '10.244.9.0/24' },
    /its subnets are 10\.244\.3\.0\/24 \(gateway 10\.244\.3\.1\), expected 10\.244\.9\.0/,
  ],
  [
    'a family more',
    BRIDGE,
    { ...BRIDGE, podCidr: ['10.244.3.0/24', 'fd00:244:3::/64'] },
    /its subnets are .*, expected .*fd00:244:3::\/64/,
  ],
  ['type', BRIDGE, { ...BRIDGE, type: 'L2Tunnel' }, /its type is l2bridge, expected l2tunnel/],
  ['VSID', OVERLAY, { ...OVERLAY, vsid: 5000 }, /its VSID is 4097, expected 5000/],
  ['port', OVERLAY, { ...OVERLAY, port: undefined }, /its UDP port is 4790, expected 4789/],
  ['adapter', BRIDGE, { ...BRIDGE, adapter: { name: 'Ethernet 2' } }, /its adapter is Ethernet, expected Ethernet 2/],
] as const;

for (const [what, first, second, expected] of OTHERS) {
  refusals(`${what}: refused, and the network made anew with --replace when no pod is on it`, async ({ node }) => {
    await node.up(first);
    withPod(node);
    const before = node.state();
    const refused = await node.up(second);
    assert.is(refused.exit, 1);
    assert.match(refused.err.join('\n'), expected);
    const withLivePod = await node.up(second, '--replace');
    assert.is(withLivePod.exit, 1);
    assert.match(withLivePod.err.join('\n'), /endpoints of pods are on it.*\n.*"a1b2c3_/);
    assert.equal(node.state(), before);
    withPod(node, 'gone');
    const replaced = await node.up(second, '--replace');
    assert.equal([replaced.exit, replaced.err], [0, []]);
    const fresh = createNetworkNode();
    await fresh.up(second);
    assert.equal(node.state(), fresh.state());
    fresh.end();
  });
}

refusals("endpoints that kube-proxy made for pods of other nodes are in nobody's way", async ({ node }) => {
  await node.up(BRIDGE);
  node.hns.seed({
    endpoints: [{ Name: 'remote', network: 'cbr0', Flags: 1, IpConfigurations: [{ IpAddress: '10.244.7.7' }] }],
  });
  const second = { ...BRIDGE, podCidr: '10.244.9.0/24' };
  assert.equal((await node.up(second, '--replace')).err, []);
  node.hns.seed({
    endpoints: [{ Name: 'remote', network: 'cbr0', Flags: 1, IpConfigurations: [{ IpAddress: '10.244.7.7' }] }],
  });
  assert.equal((await node.down(second)).exit, 0);
  assert.equal(node.hns.dump().networks, []);
});
refusals('a network of flanneld is adopted, its host endpoint, too', async ({ node }) => {
  await node.up(BRIDGE);
  const { networks, endpoints, host } = node.hns.dump();
  const agents = createNetworkNode();
  agents.hns.seed({ networks: networks.map((each) => ({ ...each, ID: undefined })) });
  agents.hns.seed({ endpoints: endpoints.map((each) => ({ ...each, ID: undefined, network: 'cbr0' })) });
  const said = await agents.up(BRIDGE);
  assert.equal([said.exit, said.err], [0, []]);
  assert.ok(said.out.includes('  HNS network "cbr0": adopted as it is, L2Bridge 10.244.3.0/24 on "Ethernet"'));
  const forwarding = (all: typeof host): unknown =>
    all.adapters.map(({ Alias, Forwarding }) => ({ Alias, Forwarding }));
  assert.equal(forwarding(agents.hns.dump().host), forwarding(host));
  assert.equal(agents.hns.dump().endpoints.length, 1);
  agents.end();
});
refusals('an endpoint of the host with another address is made anew', async ({ node }) => {
  await node.up(BRIDGE);
  const fresh = node.state();
  const [endpoint] = node.hns.dump().endpoints;
  node.hns.call({ process: 'agent', function: 'HcnDeleteEndpoint', args: { id: String(endpoint?.['ID']) } });
  const configurations = [{ IpAddress: '10.244.3.9', PrefixLength: 24 }];
  node.hns.seed({ endpoints: [{ ...endpoint, ID: undefined, IpConfigurations: configurations, network: 'cbr0' }] });
  assert.is((await node.up(BRIDGE)).exit, 0);
  assert.equal((node.state() as { endpoints: unknown }).endpoints, (fresh as { endpoints: unknown }).endpoints);
});

const TWINS = [
  ETHERNET,
  { Alias: 'Ethernet 2', Addresses: ['10.250.0.4/24'], Gateways: ['10.250.0.1'], Description: 'Mellanox' },
];

refusals('of several adapters the configured one is taken; when several fit, or none, all are listed', async () => {
  for (const [adapter, taken] of [
    [{ name: 'ethernet 2' }, 'Ethernet 2'],
    [{ address: '10.250.0.4' }, 'Ethernet 2'],
    [{ pattern: 'mell*' }, 'Ethernet 2'],
    [{ pattern: 'Ethernet' }, 'Ethernet'],
    [undefined, undefined],
    [{ pattern: 'Eth*' }, undefined],
    [{ address: '10.9.9.9' }, undefined],
    [{ name: 'vEthernet (nat)' }, undefined],
  ] as const) {
    const node = createNetworkNode({}, TWINS);
    const before = node.state();
    const said = await node.up({ ...BRIDGE, adapter });
    if (taken === undefined) {
      assert.is(said.exit, 1);
      assert.match(
        said.err.join('\n'),
        /^Cannot choose the adapter by .*(?:2 adapters fit|no adapter fits), expected one\n.*"Ethernet".*10\.240\.0\.30.*"Ethernet 2" \(Mellanox\) 10\.250\.0\.4/,
      );
      assert.equal(node.state(), before);
    } else {
      assert.is(said.exit, 0, said.err.join());
      const replaced = node.hns.dump().host.adapters.filter(({ ReplacedBy }) => ReplacedBy !== undefined);
      assert.equal(
        replaced.map(({ Alias }) => Alias),
        [taken],
      );
      assert.is((await node.up({ ...BRIDGE, adapter })).exit, 0);
    }
    node.end();
  }
});
refusals('the metric decides between two default routes', async () => {
  const node = createNetworkNode({}, [
    { ...ETHERNET, Metric: 50 },
    { ...TWINS[1], Metric: 10 },
  ]);
  assert.is((await node.up(BRIDGE)).exit, 0);
  assert.is(
    node.hns.dump().host.adapters.find(({ Alias }) => Alias === 'Ethernet 2')?.['ReplacedBy'],
    'vEthernet (Ethernet 2)',
  );
  node.end();
});

for (const [what, args, message] of [
  ['no type', ['--name', 'x'], '--type: it is absent, expected one of'],
  [
    'an option that is wrong',
    ['--name', 'x', '--type', 'Overlay', '--pod-cidr', '10.0.0.0/24', '--vsid', '12'],
    '--vsid: it is 12, expected an integer in [4096',
  ],
  [
    'two rules for the adapter',
    ['--name', 'x', '--adapter-name', 'a', '--adapter-address', '10.0.0.1'],
    '--adapter-name, --adapter-address and --adapter-pattern exclude',
  ],
  [
    'a VSID without an overlay',
    ['--name', 'x', '--type', 'NAT', '--vsid', '5000'],
    '--vsid: a network of type "NAT" has none',
  ],
] as const) {
  refusals(`${what} is exit 2 with the option`, async ({ node }) => {
    const said = await node.run(['node', 'up', ...args]);
    assert.is(said.exit, 2);
    assert.ok(said.err.join('\n').includes(message), said.err.join('\n'));
  });
}
refusals('what is wrong in a file is named by its path; options win', async ({ node }) => {
  for (const [config, message] of [
    [
      { ...BRIDGE, podCidr: '10.244.3.1/24' },
      'Cannot use podCidr: it is "10.244.3.1/24", expected a block without host bits: "10.244.3.0/24"',
    ],
    [
      { ...BRIDGE, podCidr: ['10.244.3.0/24', '10.1.0.0/24'] },
      'Cannot use podCidr: it is ["10.244.3.0/24","10.1.0.0/24"], expected one block of each family',
    ],
    [
      { ...BRIDGE, podCidr: '10.244.3.0/31' },
      'Cannot use podCidr: it is "10.244.3.0/31", expected a block of at least four addresses',
    ],
    [{ ...BRIDGE, adapter: { name: 'a', address: '1.2.3.4' } }, 'Cannot use adapter: '],
    [{ ...BRIDGE, vxid: 3 }, 'Cannot use vxid: there is no such key, expected some of name,'],
  ] as const) {
    const said = await node.up(config);
    assert.is(said.exit, 1);
    assert.ok(said.err[0]?.startsWith(message) === true, said.err[0]);
  }
  assert.equal(node.hns.dump().networks, []);
  assert.is((await node.up({ ...BRIDGE, podCidr: 'nonsense' }, '--pod-cidr', '10.244.3.0/24')).exit, 0);
});
refusals.run();
