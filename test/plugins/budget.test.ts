/** HNS calls of each verb in the ordinary case, closes not counted: the same on an empty node and on a full one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SEED, type TestNode } from '../support/node.ts';
import { idOf, must, onNode, operator, POD, seedWith } from '../support/pods.ts';

const budget = suite('HNS calls');

const BIG = { Ipams: [{ Subnets: [{ IpAddressPrefix: '10.244.0.0/16', Routes: [] }] }] };
/** A node whose network has this many endpoints of others. */
const crowded = (count: number): unknown =>
  seedWith(BIG, {
    endpoints: Array.from({ length: count }, (_, n) => ({
      Name: `other${n}_cbr0`,
      network: 'cbr0',
      IpConfigurations: [{ IpAddress: `10.244.${100 + Math.trunc(n / 250)}.${(n % 250) + 1}` }],
    })),
  });

/** Calls of one command. */
async function callsOf(node: TestNode, verb: string, conf: unknown): Promise<readonly string[]> {
  node.dispatcher.clearTrace();
  await must(node.run(verb, POD, conf));
  return node.calls();
}

const ADD = [
  ...[
    'HcnEnumerateNetworks',
    'HcnOpenNamespace',
    'HcnEnumerateEndpoints',
    'HcnOpenNetwork',
    'HcnQueryNetworkProperties',
  ],
  ...['HcnCreateEndpoint', 'HcnModifyNamespace', 'HcnQueryEndpointProperties'],
];
const CHECK = ['HcnOpenEndpoint', 'HcnOpenNamespace', 'HcnQueryEndpointProperties', 'HcnQueryNamespaceProperties'];
const DEL = ['HcnEnumerateEndpoints', 'HcnOpenNamespace', 'HcnModifyNamespace', 'HcnDeleteEndpoint'];

for (const count of [0, 500]) {
  budget(
    `ADD makes 8, CHECK 4 and DEL 4 with ${count + 1} endpoints on the node`,
    onNode(async (node) => {
      assert.is(node.endpoints().length, count);
      const ipam = { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.0.0/16' };
      const policies = [{ name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', ExceptionList: ['10.96.0.0/12'] } }];
      const conf = node.conf({ ipam, policies, ipMasqNetwork: '10.244.0.0/16', dns: { nameservers: ['10.96.0.10'] } });
      assert.equal(await callsOf(node, 'ADD', conf), ADD);
      const [endpoint] = node.endpoints();
      assert.is(endpoint, `a1b2c3_cbr0 10.244.0.3 ${POD.netns}`);
      const prevResult = {
        interfaces: [{ name: 'eth0', mac: node.hns.dump().endpoints.at(-1)?.['MacAddress'], sandbox: POD.netns }],
        ips: [{ address: '10.244.0.3/16', gateway: '10.244.0.2', interface: 0 }],
      };
      assert.equal(await callsOf(node, 'CHECK', { ...conf, prevResult }), CHECK);
      assert.equal(await callsOf(node, 'DEL', conf), DEL);
      assert.equal(await callsOf(node, 'DEL', conf), ['HcnEnumerateEndpoints'], 'DEL of what is gone');
      assert.is(node.endpoints().length, count);
      assert.equal(node.leftovers(), []);
    }, crowded(count)),
  );
}
budget(
  'are as many for the hundredth pod of this plugin as for the first',
  onNode(async (node) => {
    for (let n = 0; n < 100; n++) {
      await must(node.run('ADD', { ...POD, containerId: `pod${n}` }, node.conf()));
    }
    assert.equal(await callsOf(node, 'ADD', node.conf()), ADD);
    assert.equal(await callsOf(node, 'DEL', node.conf()), DEL);
  }),
);
const STATUS = ['HcnEnumerateNetworks', 'HcnOpenNetwork', 'HcnQueryNetworkProperties'];
/** What a GC asks that finds everything explained. */
const GC = ['HcnEnumerateNetworks', 'HcnEnumerateEndpoints'];
const V = { cniVersion: '1.1.0' };
for (const count of [0, 400]) {
  budget(
    `of STATUS and GC are as many beside ${count} endpoints of others`,
    onNode(async (node) => {
      const ipam = { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.0.0/16' };
      const conf = node.conf({ ...V, ipam });
      const pods = Array.from({ length: 10 }, (_, n) => ({ ...POD, containerId: `pod${n}` }));
      for (const pod of pods) await must(node.run('ADD', pod, conf));
      assert.equal(await callsOf(node, 'STATUS', conf), STATUS);
      assert.equal(await callsOf(node, 'GC', conf), GC);
      const list = pods.map(({ containerId, ifname }) => ({ containerID: containerId, ifname }));
      const listed = (of: unknown): unknown => ({ ...conf, 'cni.dev/valid-attachments': of });
      assert.equal(await callsOf(node, 'GC', listed(list)), GC);
      // One lease that is not on the list: its DEL.
      assert.equal(await callsOf(node, 'GC', listed(list.slice(1))), [...GC, ...DEL]);
    }, crowded(count)),
  );
}
budget(
  'of GC are two for each endpoint with a derived id that nothing explains, and one to delete it if it is ours',
  onNode(async (node) => {
    const { createEndpoint } = operator(node);
    createEndpoint({ Name: 'x_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] }, { id: idOf(POD) });
    const looked = ['HcnOpenEndpoint', 'HcnQueryEndpointProperties'];
    assert.equal(await callsOf(node, 'GC', node.conf(V)), [...GC, ...looked]);
    const ours = { containerId: 'lost', ifname: 'eth0' };
    createEndpoint({ Name: 'lost_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.51' }] }, { id: idOf(ours) });
    assert.equal(await callsOf(node, 'GC', node.conf(V)), [...GC, ...looked, ...looked, 'HcnDeleteEndpoint']);
    const list = [{ containerID: POD.containerId, ifname: POD.ifname }];
    assert.equal(await callsOf(node, 'GC', node.conf({ ...V, 'cni.dev/valid-attachments': list })), GC);
  }),
);
budget(
  'are none for VERSION and for what is refused before HNS is asked',
  onNode(async (node) => {
    await node.run('VERSION', {}, { cniVersion: '1.0.0' });
    await node.run('ADD', POD, node.conf({ name: '-' }));
    await node.run('ADD', POD, node.conf({ ipMasq: true }));
    await node.run('ADD', { ...POD, ifname: 'a:b' }, node.conf());
    assert.equal(node.calls(), []);
  }, SEED),
);

budget.run();
