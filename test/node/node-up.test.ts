/** `wincni node up` in process: what each type leaves on the node, what Windows loses and gets back, and that a second run is idle. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BRIDGE, createNetworkNode, ETHERNET, type NetworkNode, OVERLAY } from './network-node.ts';

const up = suite('wincni node up');

async function on(
  use: (node: NetworkNode) => Promise<void>,
  ...made: Parameters<typeof createNetworkNode>
): Promise<void> {
  const node = createNetworkNode(...made);
  try {
    await use(node);
  } finally {
    node.end();
  }
}

const adapter = (node: NetworkNode, alias: string): Readonly<Record<string, unknown>> =>
  node.hns.dump().host.adapters.find((each) => each['Alias'] === alias) ?? {};
const routesBy = (node: NetworkNode, alias: string): readonly string[] =>
  node.hns
    .dump()
    .host.routes.filter(({ Interface, NextHop }) => Interface === alias && !/^(?:0\.0\.0\.0|::)$/.test(String(NextHop)))
    .map(
      ({ DestinationPrefix, NextHop, Metric }) => `${String(DestinationPrefix)} ${String(NextHop)} ${String(Metric)}`,
    )
    .sort();
const VNIC = 'vEthernet (Ethernet)';
const ROUTES = ['0.0.0.0/0 10.240.0.1 0', '10.99.0.0/16 10.240.0.9 7'];

async function isIdle(node: NetworkNode, config: object): Promise<void> {
  const before = node.state();
  node.dispatcher.clearTrace();
  const again = await node.up(config);
  assert.equal([again.exit, again.err, node.writes(), node.files()], [0, [], [], ['node.lock']]);
  assert.equal(node.state(), before);
}

up('an L2Bridge has its gateway, the endpoint of the host, forwarding; a second run changes nothing', () =>
  on(async (node) => {
    const said = await node.up({ ...BRIDGE, podCidr: ['10.244.3.0/24', 'fd00:244:3::/64'] });
    assert.equal([said.exit, said.err], [0, []]);
    const [network, ...more] = node.hns.dump().networks;
    assert.equal([more, network?.['Type'], network?.['ManagementIP']], [[], 'L2Bridge', '10.240.0.30']);
    const [endpoint] = node.hns.dump().endpoints;
    assert.equal([endpoint?.['Name'], endpoint?.['HostAttached']], ['cbr0_ep', true]);
    assert.equal(adapter(node, 'vEthernet (cbr0_ep)')['Addresses'], ['10.244.3.2/24', 'fd00:244:3::2/64']);
    for (const alias of [VNIC, 'vEthernet (cbr0_ep)'])
      assert.equal(adapter(node, alias)['Forwarding'], { 4: true, 6: true });
    assert.equal(adapter(node, VNIC)['Addresses'], ETHERNET.Addresses);
    await isIdle(node, { ...BRIDGE, podCidr: ['10.244.3.0/24', 'fd00:244:3::/64'] });
  }),
);

up('an Overlay has VSID, port, the route of the host; its provider address is told', () =>
  on(async (node) => {
    const said = await node.up(OVERLAY);
    assert.equal([said.exit, said.err], [0, []]);
    assert.match(said.out.join('\n'), /address of the node: 10\.240\.0\.30, MAC of its router: 00-15-5D/);
    const policies = node.hns.dump().networks[0]?.['Policies'] as readonly { readonly Type: string }[];
    assert.equal(policies.map(({ Type }) => Type).sort(), [
      'DrMacAddress',
      'HostRoute',
      'NetAdapterName',
      'ProviderAddress',
      'VxlanPort',
    ]);
    assert.equal(node.hns.dump().endpoints, []);
    assert.equal(adapter(node, VNIC)['Forwarding'], { 4: true, 6: false });
    await isIdle(node, OVERLAY);
  }),
);

for (const [config, networks] of [
  [{ name: 'tunnel', type: 'L2Tunnel', podCidr: '10.244.3.0/24' }, ['tunnel L2Tunnel']],
  [{ name: 'nat', type: 'NAT' }, ['nat NAT']],
  [{ name: 'nat', type: 'NAT', podCidr: '172.20.0.0/16' }, ['nat NAT']],
  [{ ...BRIDGE, externalNetwork: true }, ['External L2Bridge', 'cbr0 L2Bridge']],
  [{ ...OVERLAY, externalNetwork: 'ext' }, ['ext Overlay', 'vxlan0 Overlay']],
] as const) {
  up(`${JSON.stringify(config)} is made once`, () =>
    on(async (node) => {
      const said = await node.up(config);
      assert.equal([said.exit, said.err], [0, []]);
      const made = node.hns.dump().networks.map(({ Name, Type }) => `${String(Name)} ${String(Type)}`);
      assert.equal(made, networks);
      await isIdle(node, config);
    }),
  );
}

for (const switches of [
  { vSwitchLosesStaticAddress: true },
  { vSwitchLosesRoutes: true },
  { vSwitchLosesStaticAddress: true, vSwitchLosesRoutes: true, vSwitchDownMs: 7000, lateAddressMs: 15_000 },
  { vSwitchDownMs: 20_000 },
]) {
  up(`addresses and routes are on the adapter afterwards: ${JSON.stringify(switches)}`, () =>
    on(async (node) => {
      const said = await node.up(BRIDGE);
      assert.equal([said.exit, said.err], [0, []]);
      assert.equal(adapter(node, VNIC)['Addresses'], ETHERNET.Addresses);
      assert.equal(routesBy(node, VNIC), ROUTES);
      await isIdle(node, BRIDGE);
    }, switches),
  );
}

up('lost DNS is told with the commands that restore it, by each run until it is there', () =>
  on(
    async (node) => {
      const said = await node.up(BRIDGE);
      assert.is(said.exit, 1);
      const servers = `-InterfaceAlias '${VNIC}' -ServerAddresses 168.63.129.16`;
      assert.ok((said.err[0] ?? '').endsWith(`restore with: Set-DnsClientServerAddress ${servers}`), said.err[0]);
      assert.ok((said.err[1] ?? '').endsWith("-ConnectionSpecificSuffix 'corp.example'"), said.err[1]);
      assert.is(node.hns.dump().networks[0]?.['ManagementIP'], '10.240.0.30');
      const again = await node.up(BRIDGE);
      assert.equal([again.exit, again.err], [1, said.err]);
      assert.equal(node.files(), ['node-adapters.json', 'node.lock']);
    },
    { vSwitchLosesDns: true },
  ),
);

up('an address that does not come in time is an error with the deadline; the next run goes on', () =>
  on(
    async (node) => {
      const said = await node.up({ ...BRIDGE, timeoutSeconds: 5 });
      assert.equal(
        [said.exit, said.err[0]],
        [1, 'Cannot tell the address of the node on "cbr0": HNS has found none within 5 s'],
      );
      const again = await node.up({ ...BRIDGE, timeoutSeconds: 30 });
      assert.equal([again.exit, again.err], [0, []]);
      assert.is(node.hns.dump().endpoints.length, 1);
    },
    { lateAddressMs: 12_000 },
  ),
);

up('a link that does not come up in time is an error; what was noted is put back by the next run', () =>
  on(
    async (node) => {
      const said = await node.up({ ...BRIDGE, timeoutSeconds: 5 });
      assert.equal(
        [said.exit, said.err[0]],
        [1, 'Cannot go on with the adapter "Ethernet": its link is down, expected it up by now'],
      );
      assert.equal(node.files(), ['node-adapters.json', 'node.lock']);
      const again = await node.up(BRIDGE);
      assert.equal([again.exit, again.err], [0, []]);
      assert.equal([adapter(node, VNIC)['Addresses'], routesBy(node, VNIC)], [ETHERNET.Addresses, ROUTES]);
    },
    { vSwitchDownMs: 12_000, vSwitchLosesStaticAddress: true },
  ),
);

up('--plan tells the same steps and changes nothing', () =>
  on(async (node) => {
    const before = node.state();
    const plan = await node.up({ ...BRIDGE, externalNetwork: true }, '--plan');
    assert.equal([plan.exit, plan.err, node.writes()], [0, [], []]);
    assert.equal(node.state(), before);
    assert.throws(node.files, /ENOENT/);
    for (const line of [
      '  HNS network "External": would be made, L2Bridge 192.168.255.0/30 on "Ethernet"',
      '  HNS network "cbr0": would be made, L2Bridge 10.244.3.0/24 on "Ethernet"',
      '  host endpoint "cbr0_ep": would be made with 10.244.3.2',
      '  IPv4 forwarding of "vEthernet (Ethernet)": would be turned on',
      '  IPv4 forwarding of "vEthernet (cbr0_ep)": would be turned on',
    ])
      assert.ok(plan.out.includes(line), plan.out.join('\n'));
  }),
);

up.run();
