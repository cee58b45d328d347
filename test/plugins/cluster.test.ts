/** Pods that are told of their cluster: the policies that HNS has afterwards, on each type of network. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { clusterConf as conf, KEYS, NODE, nat, own, policiesOf as policies, route, typed } from '../support/cluster.ts';
import { SEED } from '../support/node.ts';
import { fails, idOf, must, nothingLeft, onNode, operator, POD, seedWith } from '../support/pods.ts';

const BOTH = { serviceCidr: '10.96.0.0/12,fd00:10:96::/108', clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/48'] };

const subnet = (IpAddressPrefix: string, NextHop: string): object => ({
  IpAddressPrefix,
  Routes: [{ NextHop, DestinationPrefix: NextHop.includes(':') ? '::/0' : '0.0.0.0/0' }],
});
const DUAL = seedWith({
  Ipams: [{ Subnets: [subnet('10.244.3.0/24', '10.244.3.1'), subnet('fd00:10:244:3::/64', 'fd00:10:244:3::1')] }],
});
const SETS = [[{ subnet: '10.244.3.0/24' }], [{ subnet: 'fd00:10:244:3::/64' }]];

/** What the configuration says, the node, and the policies. */
const ADDED: Readonly<Record<string, readonly [more: object, seed: unknown, has: readonly object[]]>> = {
  'on an L2Bridge, with a route to the node': [
    KEYS,
    SEED,
    [nat('10.244.0.0/16', '10.96.0.0/12', NODE), route('10.96.0.0/12'), route(NODE)],
  ],
  'on an L2Tunnel': [KEYS, typed('L2Tunnel'), [nat('10.244.0.0/16', '10.96.0.0/12'), route('10.96.0.0/12')]],
  'on an Overlay': [KEYS, typed('Overlay'), [nat('10.244.0.0/16', '10.96.0.0/12'), route('10.96.0.0/12')]],
  'beside keys of the Microsoft plugins': [
    { ...KEYS, optionalFlags: {} },
    SEED,
    [nat('10.244.0.0/16', '10.96.0.0/12', NODE), route('10.96.0.0/12'), route(NODE)],
  ],
  'beside the subnet of the nodes': [
    { ...KEYS, ipMasqNetwork: '10.240.0.0/24' },
    SEED,
    [nat('10.244.0.0/16', '10.96.0.0/12', NODE, '10.240.0.0/24'), route('10.96.0.0/12'), route(NODE)],
  ],
  'of services alone': [{ serviceCidr: '10.96.0.0/12' }, SEED, [route('10.96.0.0/12'), route(NODE)]],
  'of services beside ipMasq': [
    { serviceCidr: '10.96.0.0/12', ipMasq: true },
    typed('Overlay'),
    [nat('10.96.0.0/12', '10.244.3.0/24'), route('10.96.0.0/12')],
  ],
  'of pods alone': [{ clusterCidr: '10.244.0.0/16' }, SEED, [nat('10.244.0.0/16', NODE), route(NODE)]],
  'of one family on a node with both': [
    BOTH,
    DUAL,
    [nat('10.244.0.0/16', '10.96.0.0/12', NODE), route('10.96.0.0/12'), route(NODE)],
  ],
  'but for routes that it lists itself': [
    { ...KEYS, ...own(route('10.1.0.0/16')) },
    SEED,
    [route('10.1.0.0/16'), nat('10.244.0.0/16', '10.96.0.0/12', NODE)],
  ],
  'but for exceptions that it lists itself': [
    { ...KEYS, ...own(nat('10.1.0.0/16')) },
    SEED,
    [nat('10.1.0.0/16'), route('10.96.0.0/12'), route(NODE)],
  ],
};

const cluster = suite('pods of a cluster');

for (const [where, [more, seed, has]] of Object.entries(ADDED)) {
  cluster(
    `a pod is told of it ${where}; CHECK confirms it`,
    onNode(async (node) => {
      const prevResult = await must(node.run('ADD', POD, conf(node, more)));
      assert.equal(policies(node), has);
      await must(node.run('CHECK', POD, conf(node, { ...more, prevResult })));
      await must(node.run('STATUS', {}, conf(node, more)));
      await must(node.run('DEL', POD, conf(node, more)));
      nothingLeft(node);
    }, seed),
  );
}

cluster(
  'a pod with both families is told of both',
  onNode(async (node) => {
    const ipam = { type: 'host-local', dataDir: node.dataDir, ranges: SETS };
    const prevResult = await must(node.run('ADD', POD, conf(node, { ...BOTH, ipam })));
    assert.equal(policies(node), [
      nat('10.244.0.0/16', '10.96.0.0/12', NODE),
      nat('fd00:10:244::/48', 'fd00:10:96::/108'),
      ...[route('10.96.0.0/12'), route('fd00:10:96::/108'), route(NODE)],
    ]);
    await must(node.run('CHECK', POD, conf(node, { ...BOTH, ipam, prevResult })));
  }, DUAL),
);
cluster(
  'a pod whose address HNS gives is told of it as well',
  onNode(async (node) => {
    const more = { ...KEYS, ipam: { dataDir: node.dataDir } };
    const prevResult = await must(node.run('ADD', POD, conf(node, more)));
    assert.equal(policies(node, 'SDNRoute'), [route('10.96.0.0/12'), route(NODE)]);
    await must(node.run('CHECK', POD, conf(node, { ...more, prevResult })));
  }),
);
cluster(
  'a container that runs is told of it through HNS v1, which names the node without a call more',
  onNode(
    async (node) => {
      const pod = { ...POD, netns: 'none' };
      await must(node.run('ADD', pod, conf(node, {})));
      const calls = node.calls();
      await must(node.run('DEL', pod, conf(node, {})));
      node.dispatcher.clearTrace();
      await must(node.run('ADD', pod, conf(node, KEYS)));
      assert.equal(node.calls(), calls);
      assert.equal(policies(node), [
        nat('10.244.0.0/16', '10.96.0.0/12', NODE),
        ...[route('10.96.0.0/12'), route(NODE)],
      ]);
    },
    { ...SEED, computeSystems: [{ Id: POD.containerId }] },
  ),
);

for (const Type of ['SDNRoute', 'OutBoundNAT']) {
  cluster(
    `CHECK tells of a lost ${Type}`,
    onNode(async (node) => {
      const prevResult = await must(node.run('ADD', POD, conf(node, KEYS)));
      const hns = operator(node);
      const settings = { ResourceType: 'Policy', RequestType: 'Remove', Settings: { Policies: policies(node, Type) } };
      const endpoint = hns.open('HcnOpenEndpoint', { id: idOf(POD) });
      assert.is(hns.code('HcnModifyEndpoint', { endpoint, settings: JSON.stringify(settings) }), '0x00000000');
      const check = node.run('CHECK', POD, conf(node, { ...KEYS, prevResult }));
      await fails(check, Code.CheckFailed, new RegExp(`it has no ${Type} policy, expected one`));
    }),
  );
}
cluster(
  'CHECK of a pod without the family of the blocks misses nothing',
  onNode(async (node) => {
    const more = { serviceCidr: 'fd00:10:96::/108', clusterCidr: 'fd00:10:244::/48' };
    const prevResult = await must(node.run('ADD', POD, conf(node, more)));
    assert.equal(policies(node), [route(NODE)]);
    await must(node.run('CHECK', POD, conf(node, { ...more, prevResult })));
  }),
);
cluster(
  'a repeated ADD answers with the pod that was told of the same cluster, and not of another one',
  onNode(async (node) => {
    const more = { ...KEYS, repeatedAdd: 'reuse' };
    const first = await must(node.run('ADD', POD, conf(node, more)));
    assert.equal(await must(node.run('ADD', POD, conf(node, more))), first);
    const other = conf(node, { ...more, serviceCidr: '10.112.0.0/12' });
    await fails(node.run('ADD', POD, other), Code.AttachmentExists, /attached already/);
  }),
);

cluster.run();
