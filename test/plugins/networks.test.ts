/** Networks: made by the first ADD that needs one where the configuration says how, and overlay networks that an agent made. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { nameBasedGuid } from '../../src/spec/uuid.ts';
import { SEED, type TestNode } from '../support/node.ts';
import { fails, must, networkAs, nothingLeft, onNode, operator, POD, SECOND } from '../support/pods.ts';

const EMPTY = { ...SEED, networks: [] };
const BRIDGE = { name: 'pods', type: 'sdnbridge', ipam: { subnet: '192.168.1.0/24', routes: [{ GW: '192.168.1.2' }] } };
const networks = (node: TestNode): readonly string[] =>
  node.hns.dump().networks.map(({ Name, Type = 'NAT' }) => `${String(Name)} ${String(Type)}`);
/** Addresses by HNS have no files: the data folder is that of the node. */
const conf = (node: TestNode, more: object): Record<string, unknown> => {
  const { ipam = {} } = more as { ipam?: object };
  return { cniVersion: '1.1.0', ...more, ipam: { ...ipam, dataDir: node.dataDir } };
};

const making = suite('networks');

making(
  'the first ADD makes the network, the second takes it, and DEL leaves it',
  onNode(async (node) => {
    const made = await must(node.run('ADD', POD, conf(node, BRIDGE)));
    assert.equal(made['ips'], [{ address: '192.168.1.1/24', gateway: '192.168.1.2', interface: 0 }]);
    assert.equal(networks(node), ['pods L2Bridge']);
    assert.is(node.hns.dump().networks[0]?.['ID'], nameBasedGuid('network', 'pods'));
    const second = await must(node.run('ADD', SECOND, conf(node, BRIDGE)));
    assert.equal(second['ips'], [{ address: '192.168.1.3/24', gateway: '192.168.1.2', interface: 0 }]);
    for (const pod of [POD, SECOND]) await must(node.run('DEL', pod, conf(node, BRIDGE)));
    assert.equal([networks(node), node.endpoints()], [['pods L2Bridge'], []]);
  }, EMPTY),
);
making(
  'two ADDs that make it at once have one network and an endpoint each',
  onNode(async (node) => {
    node.dispatcher.setLatency({ '*': 1, HcnCreateNetwork: 20 });
    const both = [POD, SECOND].map((pod) => must(node.run('ADD', pod, conf(node, BRIDGE))));
    await Promise.all(both);
    assert.equal([networks(node), node.endpoints().length], [['pods L2Bridge'], 2]);
  }, EMPTY),
);
for (const when of ['before', 'after'] as const) {
  making(
    `an ADD that is killed ${when} its network is made is followed by one that works`,
    onNode(async (node) => {
      node.setFaults([{ function: 'HcnCreateNetwork', when, action: 'kill' }]);
      await node.run('ADD', POD, conf(node, BRIDGE)).catch(() => undefined);
      await must(node.run('ADD', SECOND, conf(node, BRIDGE)));
      assert.equal(networks(node), ['pods L2Bridge']);
    }, EMPTY),
  );
}
making(
  'what HNS says is in the error where something else is in the way of the network: a second NAT network',
  onNode(async (node) => {
    await must(node.run('ADD', POD, conf(node, { name: 'nat', type: 'nat' })));
    const other = node.run('ADD', SECOND, conf(node, { name: 'other', type: 'nat' }));
    await fails(other, Code.Hns, /make the HNS network "other" of type NAT: HNS answered 0x80071392/);
    assert.equal(networks(node), ['nat NAT']);
  }, EMPTY),
);
making(
  'a NAT network needs no subnet, a bridge does',
  onNode(async (node) => {
    const nat = await must(node.run('ADD', POD, conf(node, { name: 'nat', type: 'nat' })));
    assert.equal(nat['ips'], [{ address: '172.30.0.2/20', gateway: '172.30.0.1', interface: 0 }]);
    await fails(
      node.run('ADD', POD, conf(node, { name: 'pods', type: 'sdnbridge' })),
      Code.NetworkMissing,
      /^Cannot find the HNS network "pods": HNS has none of that name$/,
    );
    await must(node.run('DEL', POD, conf(node, { name: 'nat', type: 'nat' })));
    assert.equal(node.endpoints(), []);
  }, EMPTY),
);
making(
  'no network is made for a pod that asks for more than HNS has',
  onNode(
    async (node) => {
      const dsr = { ...BRIDGE, optionalFlags: { loopbackDSR: true } };
      const add = node.run('ADD', POD, conf(node, dsr));
      const error = await fails(add, Code.InvalidConfig, /loopbackDSR: HNS is version 9\.2, expected /);
      assert.is(error.details, 'JSON path optionalFlags.loopbackDSR');
      assert.equal(networks(node), []);
    },
    { ...EMPTY, version: { Major: 9, Minor: 2 } },
  ),
);
making(
  'STATUS is fine without the network that ADD would make, and makes none',
  onNode(async (node) => {
    await must(node.run('STATUS', {}, conf(node, BRIDGE)));
    assert.equal(networks(node), []);
  }, EMPTY),
);
making(
  'an address that HNS gave is in the record, and CHECK confirms it',
  onNode(async (node) => {
    const result = await must(node.run('ADD', POD, conf(node, BRIDGE)));
    await must(node.run('CHECK', POD, conf(node, { ...BRIDGE, prevResult: result })));
    const other = { ...result, ips: [{ address: '192.168.1.9/24', interface: 0 }] };
    const check = node.run('CHECK', POD, conf(node, { ...BRIDGE, prevResult: other }));
    await fails(check, Code.CheckFailed, /it lacks 192\.168\.1\.9\/24 of prevResult/);
    await fails(node.run('ADD', POD, conf(node, BRIDGE)), Code.AttachmentExists, /attached already/);
  }, EMPTY),
);
making(
  'loopbackDSR reaches an endpoint whose address HNS chose',
  onNode(async (node) => {
    const dsr = { ...BRIDGE, optionalFlags: { loopbackDSR: true } };
    await must(node.run('ADD', POD, conf(node, dsr)));
    const [endpoint] = node.hns.dump().endpoints;
    const policies = (endpoint?.['Policies'] ?? []) as readonly object[];
    assert.equal(
      policies.filter((policy) => JSON.stringify(policy).includes('OutBoundNAT')),
      [{ Type: 'OutBoundNAT', Settings: { Destinations: ['192.168.1.1'] } }],
    );
  }, EMPTY),
);

const VXLAN = {
  ...networkAs('C0A8E101-1B1D-4B1D-8B1D-00000000E0E0', 'vxlan0', '10.244.3'),
  Type: 'Overlay',
  Policies: [{ Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } }],
};
const OVERLAY = { ...SEED, networks: [VXLAN] };
const overlayConf = (node: TestNode, more: object = {}): Record<string, unknown> =>
  conf(node, { name: 'vxlan0', type: 'win-overlay', ipam: { type: 'host-local', subnet: '10.244.3.0/24' }, ...more });

making(
  'an overlay pod has the gateway of the network, a MAC of its address and the address of the node',
  onNode(async (node) => {
    const result = await must(node.run('ADD', POD, overlayConf(node, { ipMasq: true })));
    assert.equal(result['ips'], [{ address: '10.244.3.2/24', gateway: '10.244.3.1', interface: 0 }]);
    const [endpoint] = node.hns.dump().endpoints;
    assert.is(endpoint?.['MacAddress'], '0E-2A-0a-f4-03-02');
    assert.equal(endpoint?.['Policies'], [
      { Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } },
      { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.244.3.0/24'] } },
    ]);
    assert.is(node.calls().length, 8);
    await must(node.run('CHECK', POD, overlayConf(node, { ipMasq: true, prevResult: result })));
    await must(node.run('DEL', POD, overlayConf(node)));
    assert.equal([node.endpoints(), node.members()], [[], []]);
  }, OVERLAY),
);
making(
  'the address of the node comes from HNS v1 where the network does not tell it',
  onNode(
    async (node) => {
      await must(node.run('ADD', POD, overlayConf(node)));
      const [endpoint] = node.hns.dump().endpoints;
      const [policy] = (endpoint?.['Policies'] ?? []) as readonly { readonly Settings: object }[];
      assert.equal(policy?.Settings, { ProviderAddress: '10.240.0.30' });
    },
    { ...OVERLAY, networks: [{ ...VXLAN, Policies: [], ManagementIP: '10.240.0.30' }] },
  ),
);
making(
  'an overlay network whose address is not known yet is to be tried again',
  onNode(
    async (node) => {
      await fails(
        node.run('ADD', POD, overlayConf(node)),
        Code.TryAgainLater,
        /HNS has not found the node's address on it yet/,
      );
      assert.equal(node.endpoints(), []);
    },
    { ...OVERLAY, networks: [{ ...VXLAN, Policies: [], ManagementIP: '' }] },
  ),
);
making(
  'each plugin names the types of network that it takes',
  onNode(async (node) => {
    await fails(
      node.run('ADD', POD, overlayConf(node, { name: 'cbr0' })),
      Code.InvalidConfig,
      /its type is "L2Bridge", expected Overlay$/,
    );
    await must(node.run('ADD', POD, node.conf({ type: 'wincni' })));
    await must(node.run('DEL', POD, node.conf({ type: 'wincni' })));
    nothingLeft(node);
  }),
);
making(
  'an explicit gateway counts on every network',
  onNode(async (node) => {
    operator(node);
    const result = await must(node.run('ADD', POD, overlayConf(node, { gateway: '10.244.3.9' })));
    assert.equal((result['ips'] as readonly { gateway?: string }[])[0]?.gateway, '10.244.3.9');
  }, OVERLAY),
);

making.run();
