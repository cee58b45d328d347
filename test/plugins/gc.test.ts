/** GC: with a runtime's list what is outside it goes, without one what is provably dead; the rest of the node stays. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AttachmentName, holderOf } from '../../src/plugins/attachment.ts';
import { Code } from '../../src/spec/error.ts';
import { type Pod, type Ran, SEED, type TestNode } from '../support/node.ts';
import { fails, idOf, must, networkAs, nothingLeft, onNode, operator, POD, SECOND, THIRD } from '../support/pods.ts';

const gc = suite('GC');

const V = { cniVersion: '1.1.0', timeoutSeconds: 0.1, tombstoneSeconds: 60 };
const LISTED = 'cni.dev/valid-attachments';
const listed = (...pods: readonly AttachmentName[]): object => ({
  [LISTED]: pods.map(({ containerId, ifname }) => ({ containerID: containerId, ifname })),
});
const collect = (node: TestNode, more: object = {}): Promise<Ran> => node.run('GC', {}, node.conf({ ...V, ...more }));
const add = (node: TestNode, pod: Pod = POD, more: object = {}): Promise<unknown> =>
  must(node.run('ADD', pod, node.conf({ ...V, ...more })));
const recordPath = (node: TestNode, pod: Pod): string =>
  join(node.dataDir, 'cbr0', '.wincni', 'attachments', `${holderOf(pod, 'cbr0').key}.json`);
const fileOf = (node: TestNode, address: string): string => join(node.dataDir, 'cbr0', address);
const silent = async (ran: Promise<Ran>): Promise<void> => {
  const { code, text } = await ran;
  assert.equal([code, text], [0, '']);
};
const FIRST = `a1b2c3_cbr0 10.244.3.3 ${POD.netns}`;
const OTHER = `d4e5f6_cbr0 10.244.3.4 ${SECOND.netns}`;

const ETH1 = { ...POD, ifname: 'eth1' };
for (const [key, also] of [
  [LISTED, {}],
  ['cni.dev/attachments', {}],
  ['cni.dev/attachments', { [LISTED]: null }],
] as const) {
  gc(
    `with ${key}${LISTED in also ? ' and the newer key null' : ''} keeps exactly what is on it, by container and interface`,
    onNode(async (node) => {
      for (const pod of [POD, ETH1, SECOND, THIRD]) await add(node, pod);
      const list = [
        { containerID: POD.containerId, ifname: 'eth1' },
        { containerID: SECOND.containerId, ifname: 'eth0' },
        { containerID: THIRD.containerId, ifname: 'eth9' },
        { containerID: 'gone', ifname: 'eth0' },
      ];
      await silent(collect(node, { ...also, [key]: list }));
      assert.equal(node.endpoints(), [
        `a1b2c3_cbr0_eth1 10.244.3.4 ${POD.netns}`,
        `d4e5f6_cbr0 10.244.3.5 ${SECOND.netns}`,
      ]);
      assert.equal(node.leases(), ['10.244.3.4', '10.244.3.5']);
      assert.equal([node.members().length, node.records('attachments').length, node.leftovers()], [2, 2, []]);
    }),
  );
}
gc(
  'with an empty list leaves nothing of this network',
  onNode(async (node) => {
    for (const pod of [POD, ETH1, SECOND]) await add(node, pod);
    await silent(collect(node, listed()));
    nothingLeft(node);
    await silent(collect(node, listed()));
  }),
);
for (const [how, more] of [
  ['absent', {}],
  ['null', { [LISTED]: null, 'cni.dev/attachments': null }],
] as const) {
  gc(
    `with the list ${how} frees a lease of an earlier boot without endpoint, and none of this boot`,
    onNode(async (node) => {
      await add(node);
      node.reboot();
      node.hns.seed({ namespaces: SEED.namespaces });
      operator(node).code('HcnDeleteEndpoint', { id: idOf(POD) });
      await add(node, SECOND);
      await add(node, THIRD);
      // HNS was restarted under it: a missing endpoint proves nothing within one boot.
      operator(node).code('HcnDeleteEndpoint', { id: idOf(THIRD) });
      await silent(collect(node, more));
      assert.equal(node.endpoints(), [OTHER]);
      assert.equal([node.leases(), node.records('attachments').length], [['10.244.3.4', '10.244.3.5'], 2]);
      await silent(collect(node, listed(SECOND)));
      assert.equal([node.leases(), node.records('attachments').length], [['10.244.3.4'], 1]);
    }),
  );
}
gc(
  'without a list keeps a lease of an earlier boot whose endpoint is there',
  onNode(async (node) => {
    await add(node);
    const { IpConfigurations, Name } = operator(node).endpoint(idOf(POD));
    node.reboot();
    operator(node).createEndpoint({ Name, IpConfigurations }, { id: idOf(POD) });
    await silent(collect(node));
    assert.equal(node.endpoints(), ['a1b2c3_cbr0 10.244.3.3 -']);
    assert.equal(node.leases(), ['10.244.3.3']);
  }),
);

/** A namespace that is gone frees nothing by itself. */
gc(
  'without a list keeps a pod whose namespace is gone',
  onNode(async (node) => {
    await add(node);
    operator(node).code('HcnDeleteNamespace', { id: POD.netns.toUpperCase() });
    await silent(collect(node));
    assert.equal([node.endpoints(), node.leases()], [['a1b2c3_cbr0 10.244.3.3 -'], ['10.244.3.3']]);
    await silent(collect(node, listed()));
    assert.equal([node.endpoints(), node.leases()], [[], []]);
  }),
);

for (const [how, more] of [
  ['without a list', {}],
  ['with a list', listed(SECOND)],
] as const) {
  gc(
    `${how} deletes an endpoint of ours that nothing explains`,
    onNode(async (node) => {
      for (const pod of [POD, ETH1, SECOND]) await add(node, pod);
      for (const pod of [POD, ETH1]) rmSync(recordPath(node, pod));
      for (const address of ['10.244.3.3', '10.244.3.4']) rmSync(fileOf(node, address));
      await silent(collect(node, more));
      assert.equal(node.endpoints(), [`d4e5f6_cbr0 10.244.3.5 ${SECOND.netns}`]);
      assert.equal([node.members().length, node.leases(), node.leftovers()], [1, ['10.244.3.5'], []]);
    }),
  );
  gc(
    `${how} leaves other networks, endpoints of others and names that only look alike`,
    onNode(
      async (node) => {
        const { createEndpoint, attach } = operator(node);
        const second = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB999';
        await add(node, SECOND);
        // Made by another plugin, attached or not; a derived id that is not that of its name; ours on another network.
        createEndpoint({ Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] });
        attach(THIRD.netns.toUpperCase(), String(node.hns.dump().endpoints.at(-1)?.['ID']));
        createEndpoint({ Name: 'x_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.51' }] }, { id: idOf(THIRD) });
        const there = { network: second, id: idOf(POD, second) };
        createEndpoint({ Name: 'a1b2c3_cbr9', IpConfigurations: [{ IpAddress: '10.9.0.5' }] }, there);
        const before = node.endpoints();
        await silent(collect(node, more));
        assert.equal(node.endpoints(), before);
        assert.is(before.length, 4);
      },
      { ...SEED, networks: [...SEED.networks, networkAs('C0A8E101-1B1D-4B1D-8B1D-0000000CB999', 'cbr9', '10.9.0')] },
    ),
  );
  gc(
    `${how} leaves an endpoint whose record cannot be read, and says so`,
    onNode(async (node) => {
      await add(node, SECOND);
      await add(node);
      writeFileSync(recordPath(node, POD), '{"version":2}');
      rmSync(fileOf(node, '10.244.3.4'));
      const { msg } = await fails(collect(node, more), Code.Ipam, /^Cannot read the lease record /);
      assert.match(msg, holderOf(POD, 'cbr0').key);
      assert.is(node.endpoints().length, 2);
    }),
  );
}
gc(
  'leaves a valid attachment whose record is lost, whether or not its address file is',
  onNode(async (node) => {
    await add(node);
    await add(node, SECOND);
    for (const pod of [POD, SECOND]) rmSync(recordPath(node, pod));
    rmSync(fileOf(node, '10.244.3.3'));
    await silent(collect(node, listed(POD, SECOND)));
    assert.equal([node.endpoints(), node.leases()], [[FIRST, OTHER], ['10.244.3.4']]);
  }),
);
gc(
  'without a list leaves an endpoint of ours that host-local has an address file for',
  onNode(async (node) => {
    await add(node);
    rmSync(recordPath(node, POD));
    await silent(collect(node));
    assert.equal([node.endpoints(), node.leases()], [[FIRST], ['10.244.3.3']]);
  }),
);
gc(
  'with a list frees leases of other plugins outside it, and deletes the endpoint of the same name',
  onNode(async (node) => {
    await add(node, SECOND);
    const { createEndpoint } = operator(node);
    createEndpoint({ Name: 'peer_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] });
    mkdirSync(join(node.dataDir, 'cbr0'), { recursive: true });
    writeFileSync(fileOf(node, '10.244.3.50'), 'peer\r\neth0');
    writeFileSync(fileOf(node, '10.244.3.51'), 'kept\r\neth0');
    writeFileSync(fileOf(node, '10.244.3.52'), 'kept\r\neth1');
    await silent(collect(node));
    assert.is(node.leases().length, 4, 'without a list they stay');
    await silent(collect(node, listed(SECOND, { containerId: 'kept', ifname: 'eth0' })));
    assert.equal(node.endpoints(), [`d4e5f6_cbr0 10.244.3.3 ${SECOND.netns}`]);
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.51']);
  }),
);

/** An ADD that HNS holds back, buried by DEL. */
async function buried(node: TestNode): Promise<void> {
  node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
  await fails(node.run('ADD', POD, node.conf(V)), Code.TryAgainLater, /did not answer/);
  node.setFaults([]);
  await must(node.run('DEL', POD, node.conf(V)));
  assert.is(node.records('tombstones').length, 1);
}
for (const [how, more] of [
  ['without a list', {}],
  ['with a list', listed()],
] as const) {
  gc(
    `${how} leaves a tombstone until it is due`,
    onNode(async (node) => {
      await buried(node);
      await silent(collect(node, more));
      assert.equal([node.leases(), node.records('tombstones').length], [['10.244.3.3'], 1]);
      node.pass(60_000);
      await silent(collect(node, more));
      nothingLeft(node);
    }),
  );
  gc(
    `${how} ends a tombstone whose late endpoint has come`,
    onNode(async (node) => {
      await buried(node);
      node.releaseHeld();
      await silent(collect(node, more));
      nothingLeft(node);
    }),
  );
  gc(
    `${how} ends a tombstone of an earlier boot`,
    onNode(async (node) => {
      await buried(node);
      node.reboot();
      await silent(collect(node, more));
      nothingLeft(node);
    }),
  );
}

gc(
  'goes on after an error, reports all of them with their details, and finishes the next time',
  onNode(async (node) => {
    for (const pod of [POD, ETH1, SECOND, THIRD]) await add(node, pod);
    node.setFaults([
      { function: 'HcnDeleteEndpoint', nth: 1, hresult: 0x80070005 },
      { function: 'HcnDeleteEndpoint', nth: 3, hresult: 0x80004005 },
    ]);
    const error = await fails(collect(node, listed()), Code.Hns, /^Cannot collect everything: Cannot delete endpoint /);
    assert.match(error.msg, /0x80070005 E_ACCESSDENIED.*; Cannot delete endpoint .*0x80004005 E_FAIL/);
    assert.match(error.details ?? '', /HcnDeleteEndpoint/);
    assert.equal([node.endpoints().length, node.leases().length], [2, 2]);
    assert.equal(node.leftovers(), []);
    node.setFaults([]);
    await silent(collect(node, listed()));
    assert.equal([node.endpoints(), node.records('attachments')], [[], []]);
    // HNS may still carry out the deletion that it left open: that address waits.
    assert.equal([node.leases().length, node.records('tombstones').length], [1, 1]);
    node.pass(60_000);
    await silent(collect(node, listed()));
    nothingLeft(node);
  }),
);
gc(
  'has no doubt about one attachment because of another: what HNS left open is one call',
  onNode(async (node) => {
    for (const pod of [POD, SECOND, THIRD]) await add(node, pod);
    node.setFaults([
      { function: 'HcnModifyNamespace', nth: 1, hresult: 0x80004005 },
      { function: 'HcnModifyNamespace', nth: 2, hresult: 0x80070005 },
    ]);
    await fails(collect(node, listed()), Code.TryAgainLater, /^Cannot detach endpoint .*0x80004005 E_FAIL/);
    assert.equal([node.endpoints().length, node.leases().length, node.records('tombstones')], [1, 1, []]);
  }),
);
gc(
  'frees nothing while HNS is down, and asks no more of one that does not answer',
  onNode(async (node) => {
    await add(node);
    await add(node, SECOND);
    for (const more of [{}, listed(), listed(POD)]) {
      node.setFaults([{ function: '*', every: true, hresult: 0x800706ba }]);
      await fails(collect(node, more), Code.TryAgainLater, /0x800706BA RPC_S_SERVER_UNAVAILABLE/);
      node.setFaults([{ function: 'HcnEnumerateNetworks', action: 'hang' }]);
      node.dispatcher.clearTrace();
      await fails(collect(node, more), Code.TryAgainLater, /HNS did not answer within/);
      assert.equal(node.calls(), ['HcnEnumerateNetworks']);
    }
    node.setFaults([]);
    assert.equal(
      [node.endpoints(), node.leases()],
      [
        [FIRST, OTHER],
        ['10.244.3.3', '10.244.3.4'],
      ],
    );
  }),
);
gc(
  'works on a network that is gone, and on one that never was',
  onNode(async (node) => {
    await silent(collect(node, { name: 'cbr9' }));
    await add(node);
    await add(node, SECOND);
    operator(node).code('HcnDeleteNetwork', { id: String(SEED.networks[0]?.ID) });
    await silent(collect(node));
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
    await silent(collect(node, listed(SECOND)));
    assert.equal(node.leases(), ['10.244.3.4']);
  }),
);
for (const [list, path] of [
  [{}, LISTED],
  ['all', LISTED],
  [[5], `${LISTED}[0].containerID`],
  [[{ containerID: 'a' }], `${LISTED}[0].ifname`],
  [[{ containerID: 'a', ifname: 'eth0' }, { ifname: 'eth0' }], `${LISTED}[1].containerID`],
] as const) {
  gc(
    `refuses the list ${JSON.stringify(list)} and frees nothing`,
    onNode(async (node) => {
      await add(node);
      const { details } = await fails(collect(node, { [LISTED]: list }), Code.InvalidConfig, /^Cannot use cni\.dev/);
      assert.is(details, `JSON path ${path}`);
      assert.equal([node.endpoints(), node.leases()], [[FIRST], ['10.244.3.3']]);
    }),
  );
}

gc.run();
