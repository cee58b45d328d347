/** DEL: whatever is missing, the rest goes; an address is never free while an endpoint has it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AttachmentName, holderOf } from '../../src/plugins/attachment.ts';
import { Code } from '../../src/spec/error.ts';
import { NETWORK_ID, SEED, type TestNode } from '../support/node.ts';
import { fails, idOf, must, nothingLeft, onNode, operator, POD, SECOND } from '../support/pods.ts';

const del = suite('DEL');

/** A pod that has been added, and another one that nothing may touch. */
async function twoPods(node: TestNode): Promise<void> {
  await must(node.run('ADD', POD, node.conf()));
  await must(node.run('ADD', SECOND, node.conf()));
}
/** Only the other one is there, whole. */
async function onlySecond(node: TestNode): Promise<void> {
  assert.equal(node.endpoints(), [`d4e5f6_cbr0 10.244.3.4 ${SECOND.netns}`]);
  assert.is(node.members().length, 1);
  assert.equal(node.leases(), ['10.244.3.4']);
  assert.equal([node.records('attachments').length, node.records('tombstones'), node.leftovers()], [1, [], []]);
  await must(node.run('DEL', SECOND, node.conf()));
  nothingLeft(node);
}

/** The file of a pod's record. */
const recordOf = (pod: AttachmentName): string => `${holderOf(pod, 'cbr0').key}.json`;

/** What is missing when DEL comes; each is no error and the rest goes. */
const MISSING: Readonly<Record<string, (node: TestNode) => unknown>> = {
  nothing: () => undefined,
  'the namespace': (node) => operator(node).code('HcnDeleteNamespace', { id: POD.netns.toUpperCase() }),
  'the endpoint': (node) => operator(node).code('HcnDeleteEndpoint', { id: idOf(POD) }),
  'the endpoint in its namespace': (node) => operator(node).attach(POD.netns.toUpperCase(), idOf(POD), 'Remove'),
  'endpoint and namespace': (node) => {
    operator(node).code('HcnDeleteEndpoint', { id: idOf(POD) });
    operator(node).code('HcnDeleteNamespace', { id: POD.netns.toUpperCase() });
  },
  'the address file': (node) => {
    rmSync(join(node.dataDir, 'cbr0', '10.244.3.3'));
  },
  'the record': (node) => {
    rmSync(join(node.dataDir, 'cbr0', '.wincni', 'attachments', recordOf(POD)));
  },
};
const NETNS = [POD.netns, '', undefined];
for (const [what, take] of Object.entries(MISSING)) {
  for (const netns of NETNS) {
    del(
      `works with CNI_NETNS ${JSON.stringify(netns)} and without ${what}`,
      onNode(async (node) => {
        await twoPods(node);
        take(node);
        for (let times = 0; times < 2; times++) {
          const { containerId, ifname } = POD;
          const pod = netns === undefined ? { containerId, ifname } : { ...POD, netns };
          const ran = await node.run('DEL', pod, node.conf());
          assert.equal([ran.code, ran.text], [0, '']);
        }
        await onlySecond(node);
      }),
    );
  }
}
del(
  'works for a container that never was, on a network that never was',
  onNode(async (node) => {
    await must(node.run('DEL', POD, node.conf()));
    await must(node.run('DEL', POD, node.conf({ name: 'cbr9' })));
    nothingLeft(node);
  }),
);
del(
  'finds the endpoint in another namespace than CNI_NETNS says',
  onNode(async (node) => {
    await twoPods(node);
    await must(node.run('DEL', { ...POD, netns: SECOND.netns }, node.conf()));
    await onlySecond(node);
  }),
);

/** After the network was removed, with or without its endpoints, and made again under another id. */
const REMADE = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB001';
for (const isThere of [true, false]) {
  del(
    `works when the network is ${isThere ? 'made again under another id' : 'gone'}`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, node.conf()));
      assert.is(operator(node).code('HcnDeleteNetwork', { id: NETWORK_ID }), '0x00000000');
      if (isThere) node.hns.seed({ networks: [{ ...SEED.networks[0], ID: REMADE }] });
      await must(node.run('DEL', POD, node.conf()));
      nothingLeft(node);
      if (!isThere) return;
      await must(node.run('ADD', POD, node.conf()));
      assert.is(operator(node).endpoint(idOf(POD, REMADE))['Name'], 'a1b2c3_cbr0');
      await must(node.run('DEL', POD, node.conf()));
      nothingLeft(node);
    }),
  );
}

const peer = { Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] };
for (const netns of [POD.netns, '']) {
  for (const content of ['a1b2c3\r\neth0', 'a1b2c3', undefined]) {
    const lease = content === undefined ? 'no lease' : JSON.stringify(content);
    del(
      `takes away what a peer made: a random id, ${lease}, CNI_NETNS "${netns}"`,
      onNode(async (node) => {
        const { createEndpoint, attach, hns } = operator(node);
        createEndpoint(peer);
        attach(POD.netns.toUpperCase(), String(hns.dump().endpoints[0]?.['ID']));
        mkdirSync(join(node.dataDir, 'cbr0'));
        writeFileSync(join(node.dataDir, 'cbr0', '10.244.3.51'), 'another\r\neth0');
        if (content !== undefined) writeFileSync(join(node.dataDir, 'cbr0', '10.244.3.50'), content);
        await must(node.run('DEL', { ...POD, netns }, node.conf()));
        assert.equal([node.endpoints(), node.members(), node.leases()], [[], [], ['10.244.3.51']]);
      }),
    );
  }
}
del(
  'leaves an endpoint of its name alone whose derived id is that of another attachment',
  onNode(async (node) => {
    const other = idOf({ containerId: 'someone', ifname: 'else' });
    assert.is(operator(node).createEndpoint(peer, { id: other }), '0x00000000');
    await must(node.run('DEL', POD, node.conf()));
    assert.equal(node.endpoints(), ['a1b2c3_cbr0 10.244.3.50 -']);
  }),
);
del(
  'takes away its own endpoint although the record is lost',
  onNode(async (node) => {
    const { createEndpoint, attach } = operator(node);
    createEndpoint(peer, { id: idOf(POD) });
    attach(POD.netns.toUpperCase(), idOf(POD));
    await must(node.run('DEL', { ...POD, netns: '' }, node.conf()));
    nothingLeft(node);
  }),
);

/** Failures of HNS after which the address stays taken, and the next DEL finishes. */
const STAYS: Readonly<Record<string, { readonly hresult: number; readonly code: Code }>> = {
  HcnEnumerateEndpoints: { hresult: 0x800706ba, code: Code.TryAgainLater },
  HcnDeleteEndpoint: { hresult: 0x80070005, code: Code.Hns },
};
for (const [name, { hresult, code }] of Object.entries(STAYS)) {
  del(
    `keeps the address when ${name} fails`,
    onNode(async (node) => {
      await twoPods(node);
      node.setFaults([{ function: name, every: true, hresult }]);
      await fails(node.run('DEL', POD, node.conf()), code, /^Cannot (look for endpoints|delete endpoint) /);
      assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
      assert.equal(node.leftovers(), []);
      node.setFaults([]);
      await must(node.run('DEL', POD, node.conf()));
      await onlySecond(node);
    }),
  );
}
for (const name of ['HcnOpenNamespace', 'HcnModifyNamespace']) {
  del(
    `goes on when ${name} fails, because deleting detaches, too`,
    onNode(async (node) => {
      await twoPods(node);
      node.setFaults([{ function: name, hresult: 0x80070005 }]);
      await must(node.run('DEL', POD, node.conf()));
      await onlySecond(node);
    }),
  );
}
del(
  'does not believe that an endpoint is gone while HNS lists it',
  onNode(async (node) => {
    await twoPods(node);
    node.setFaults([{ function: 'HcnDeleteEndpoint', hresult: 0x803b0002 }]);
    const message = /^Cannot delete endpoint .*: HNS lists it and says that it does not exist$/;
    await fails(node.run('DEL', POD, node.conf()), Code.TryAgainLater, message);
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
    await must(node.run('DEL', POD, node.conf()));
    await onlySecond(node);
  }),
);
del(
  'does not take a list that cannot be read for an empty one',
  onNode(async (node) => {
    await twoPods(node);
    node.setFaults([{ function: 'HcnEnumerateEndpoints', action: 'garbage', text: '' }]);
    await fails(node.run('DEL', POD, node.conf()), Code.Hns, /: HNS answered no JSON array$/);
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
    await must(node.run('DEL', POD, node.conf()));
    await onlySecond(node);
  }),
);

del(
  'does not mind what became of the rest of the configuration',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    const rewritten = { policies: 'broken', optionalFlags: { x: 1 }, gateway: 5, dns: 7, runtimeConfig: { mac: 'x' } };
    await must(node.run('DEL', POD, node.conf(rewritten)));
    nothingLeft(node);
  }),
);

del.run();
