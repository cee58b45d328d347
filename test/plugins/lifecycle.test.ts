import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CniError, Code } from '../../src/spec/error.ts';
import { createTestNode, NAMESPACES, type TestNode } from '../support/node.ts';

const pod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const second = { containerId: 'd4e5f6', ifname: 'eth0', netns: NAMESPACES[1] };

const lifecycle = suite<{ node: TestNode }>('a pod on an L2Bridge node');
lifecycle.before.each((context) => {
  context.node = createTestNode();
});
lifecycle.after.each(({ node }) => {
  node.end();
});

/** Every process of the node has closed what it opened. */
const noHandlesLeft = ({ hns }: TestNode): void => {
  for (const { process, openHandles } of hns.processes.report()) assert.equal(openHandles, [], process);
};

lifecycle('ADD, CHECK, DEL, DEL again leave what each promises', async ({ node }) => {
  const conf = node.conf();
  const added = await node.run('ADD', pod, conf);
  assert.is(added.code, 0, added.text);
  const mac = '00-15-5D-52-C0-00';
  assert.equal(added.out, {
    cniVersion: '1.0.0',
    interfaces: [{ name: 'eth0', mac, sandbox: pod.netns }],
    ips: [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }],
  });
  assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${pod.netns}`]);
  assert.equal(node.leases(), ['10.244.3.3']);
  const checked = await node.run('CHECK', pod, node.conf({ prevResult: added.out }));
  assert.equal([checked.code, checked.text], [0, '']);
  const other = await node.run('ADD', second, conf);
  assert.is(other.code, 0, other.text);
  for (let times = 0; times < 2; times++) {
    const deleted = await node.run('DEL', pod, conf);
    assert.equal([deleted.code, deleted.text], [0, '']);
    assert.equal(node.endpoints(), [`d4e5f6_cbr0 10.244.3.4 ${second.netns}`]);
    assert.equal(node.leases(), ['10.244.3.4']);
  }
  noHandlesLeft(node);
});

lifecycle('the state folder may have spaces and letters beyond ASCII in its path', async ({ node }) => {
  const dataDir = join(node.dataDir, 'Netze für Pods', 'ネット ワーク');
  const conf = node.conf({ ipam: { type: 'host-local', dataDir, subnet: '10.244.3.0/24' } });
  assert.is((await node.run('ADD', pod, conf)).code, 0);
  assert.ok(existsSync(join(dataDir, 'cbr0', '10.244.3.3')));
  assert.is((await node.run('DEL', pod, conf)).code, 0);
  assert.equal([node.endpoints(), existsSync(join(dataDir, 'cbr0', '10.244.3.3'))], [[], false]);
});

lifecycle('a deletion HNS carries out late never meets the next endpoint of that id', async ({ node }) => {
  const conf = node.conf({ tombstoneSeconds: 60 });
  assert.is((await node.run('ADD', pod, conf)).code, 0);
  node.dispatcher.faults.set([{ function: 'HcnDeleteEndpoint', action: 'hold' }]);
  assert.is((await node.run('DEL', pod, { ...conf, timeoutSeconds: 0.2 })).out?.['code'], 11);
  assert.equal(node.leases(), ['10.244.3.3']);
  assert.is((await node.run('DEL', pod, conf)).code, 0);
  const early = await node.run('ADD', pod, conf);
  assert.is(early.out?.['code'], 11, early.text);
  assert.is(node.dispatcher.releaseHeld(), 1);
  node.pass(60_000);
  assert.is((await node.run('ADD', pod, conf)).code, 0);
  assert.is(node.endpoints().length, 1);
});

lifecycle(
  'a lease that cannot be made ready after the result was printed changes neither output nor status',
  async () => {
    const full = new CniError(Code.Io, 'Cannot write: ENOSPC');
    const node = createTestNode(undefined, (leases) => ({ ...leases, commit: () => Promise.reject(full) }));
    const added = await node.run('ADD', pod, node.conf());
    assert.is(added.code, 0);
    assert.equal(added.out?.['ips'], [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }]);
    assert.is((await node.run('CHECK', pod, node.conf({ prevResult: added.out }))).code, 0);
    assert.is((await node.run('ADD', pod, node.conf())).out?.['code'], 103);
    assert.is((await node.run('DEL', pod, node.conf())).code, 0);
    assert.equal([node.endpoints(), node.leases()], [[], []]);
    node.end();
  },
);

lifecycle.run();
