/** Addresses that dead pods hold come back: by ADD, without GC, the endpoint always first. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { TestNode } from '../support/node.ts';
import { SEED } from '../support/node.ts';
import { fails, idOf, must, onNode, operator, POD, SECOND, THIRD } from '../support/pods.ts';

const reclaim = suite('reclaim');

/** Four addresses. */
const small = (node: TestNode, more: object = {}): Record<string, unknown> =>
  node.conf({
    cniVersion: '1.1.0',
    ipam: {
      type: 'host-local',
      dataDir: node.dataDir,
      subnet: '10.244.3.0/24',
      rangeStart: '10.244.3.3',
      rangeEnd: '10.244.3.6',
      ...more,
    },
  });

const pod = (containerId: string): typeof POD => ({ ...POD, containerId });

/** Fills the network with pods, restarts the node, and has the network's agent make it anew. */
async function restarted(node: TestNode): Promise<void> {
  for (const name of ['old1', 'old2', 'old3', 'old4']) await must(node.run('ADD', pod(name), small(node)));
  node.reboot();
  for (const name of ['old1', 'old2', 'old3', 'old4'])
    operator(node).code('HcnDeleteEndpoint', { id: idOf(pod(name)) });
  node.hns.seed({ namespaces: SEED.namespaces });
}

reclaim(
  'after a restart of the node each ADD frees a few leases of dead pods, and a full network has room again',
  onNode(async (node) => {
    await restarted(node);
    // The first command of a boot finds the index out of date, and a full network: it frees what it needs, and more.
    await must(node.run('ADD', SECOND, small(node)));
    assert.equal([node.leases(), node.records('attachments').length], [['10.244.3.3'], 1]);
    for (const one of [POD, THIRD]) await must(node.run('ADD', one, small(node)));
    assert.is(node.leases().length, 3);
    assert.is(new Set(node.endpoints().map((line) => line.split(' ')[1])).size, node.endpoints().length);
  }),
);
reclaim(
  'a lease of an earlier boot whose endpoint is there is kept, and asked for once',
  onNode(async (node) => {
    await must(node.run('ADD', pod('old'), small(node)));
    const { IpConfigurations, Name } = operator(node).endpoint(idOf(pod('old')));
    node.reboot();
    operator(node).code('HcnDeleteEndpoint', { id: idOf(pod('old')) });
    node.hns.seed({ namespaces: SEED.namespaces });
    operator(node).createEndpoint({ Name, IpConfigurations }, { id: idOf(pod('old')) });
    await must(node.run('ADD', SECOND, small(node)));
    await must(node.run('ADD', THIRD, small(node)));
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4', '10.244.3.5']);
    await must(node.run('ADD', POD, small(node)));
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4', '10.244.3.5', '10.244.3.6']);
    await fails(
      node.run('ADD', { ...POD, containerId: 'one-more' }, small(node)),
      Code.AddressesExhausted,
      /4 of 4 addresses are used, 0 of them leaked, 0 quarantined, 0 free$/,
    );
  }),
);
reclaim(
  'within one boot a missing endpoint frees nothing: HNS may have been restarted under a living pod',
  onNode(async (node) => {
    for (const name of ['a', 'b', 'c', 'd']) await must(node.run('ADD', pod(name), small(node)));
    operator(node).code('HcnDeleteEndpoint', { id: idOf(pod('a')) });
    await fails(node.run('ADD', SECOND, small(node)), Code.AddressesExhausted, /4 of 4 addresses are used/);
    assert.is(node.leases().length, 4);
  }),
);
reclaim(
  'an address in quarantine is given only when no other is left',
  onNode(async (node) => {
    const add = async (name: string): Promise<unknown> => {
      const { ips } = await must(node.run('ADD', pod(name), small(node)));
      return (ips as readonly { readonly address: string }[])[0]?.address;
    };
    for (const name of ['a', 'b', 'c']) await add(name);
    await must(node.run('DEL', pod('a'), small(node)));
    assert.is(await add('d'), '10.244.3.6/24');
    await must(node.run('DEL', pod('c'), small(node)));
    assert.is(await add('e'), '10.244.3.3/24');
    assert.is(await add('f'), '10.244.3.5/24');
  }),
);
reclaim.run();
