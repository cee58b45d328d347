/** Pods whose addresses come from podCidr: on an Overlay network too, .3 is the first, and DEL and GC find what ADD reserved. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { Pod, TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND, seedWith, THIRD } from '../support/pods.ts';

const podCidr = suite('pods of podCidr');

const OVERLAY = seedWith({
  Type: 'Overlay',
  Policies: [{ Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } }],
});
const conf = (node: TestNode, ipam: object, more: object = {}): Record<string, unknown> => ({
  ...node.conf({ type: 'win-overlay', ...more }),
  ipam: { dataDir: node.dataDir, ...ipam },
});
const FROM = { podCidr: '10.244.3.0/24' };

podCidr(
  'the first on an Overlay network has .3, the next .4, where host-local alone begins at .2',
  onNode(async (node) => {
    const ips = async (pod: Pod, ipam: object): Promise<unknown> =>
      (await must(node.run('ADD', pod, conf(node, ipam))))['ips'];
    assert.equal(await ips(POD, FROM), [{ address: '10.244.3.3/24', gateway: '10.244.3.1', interface: 0 }]);
    assert.equal(await ips(SECOND, FROM), [{ address: '10.244.3.4/24', gateway: '10.244.3.1', interface: 0 }]);
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
    for (const pod of [POD, SECOND]) await must(node.run('DEL', pod, conf(node, FROM)));
    nothingLeft(node);
  }, OVERLAY),
);
podCidr(
  'a pod goes although the key has become nonsense, or the key that it came by is another one now',
  onNode(async (node) => {
    const now = [{ podCidr: 'x' }, { type: 'host-local', subnet: '10.244.3.0/24' }, { type: 'host-local' }];
    for (const [index, pod] of [POD, SECOND, THIRD].entries()) {
      await must(node.run('ADD', pod, conf(node, FROM)));
      await must(node.run('DEL', pod, conf(node, now[index] ?? {})));
      nothingLeft(node);
    }
  }, OVERLAY),
);
podCidr(
  'GC with a list frees what is outside it, STATUS says that all is well, and CHECK agrees',
  onNode(async (node) => {
    const stated = { cniVersion: '1.1.0' };
    const prevResult = await must(node.run('ADD', POD, conf(node, FROM, stated)));
    await must(node.run('ADD', SECOND, conf(node, FROM, stated)));
    const { containerId, ifname } = POD;
    const list = { 'cni.dev/valid-attachments': [{ containerID: containerId, ifname }] };
    await must(node.run('GC', {}, conf(node, FROM, { ...stated, ...list })));
    assert.equal(node.leases(), ['10.244.3.3']);
    await must(node.run('STATUS', {}, conf(node, FROM, stated)));
    await must(node.run('CHECK', POD, conf(node, FROM, { ...stated, prevResult })));
    await must(node.run('DEL', POD, conf(node, FROM, stated)));
    nothingLeft(node);
  }, OVERLAY),
);
podCidr(
  'what is refused leaves nothing behind',
  onNode(async (node) => {
    const twice = conf(node, { ...FROM, subnet: '10.244.3.0/24' });
    const error = await fails(node.run('ADD', POD, twice), Code.InvalidConfig, /ipam\.podCidr says it already/);
    assert.is(error.details, 'JSON path ipam.subnet');
    nothingLeft(node);
  }, OVERLAY),
);

podCidr.run();
