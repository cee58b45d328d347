/** HNS that hangs: the command ends with code 11, asks nothing more, and leaves what the next one can finish. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LeaseStore } from '../../src/ipam/lease.ts';
import { CniError, Code } from '../../src/spec/error.ts';
import { createTestNode, type Pod, SEED, type TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND, THIRD } from '../support/pods.ts';

const QUICK = { timeoutSeconds: 0.2, tombstoneSeconds: 60 };

const giveUp = suite('giving up');

/** A test on a node whose lease store misbehaves. */
const withStore =
  (changed: (leases: LeaseStore) => LeaseStore, use: (node: TestNode) => Promise<void>) => async (): Promise<void> => {
    const node = createTestNode(SEED, changed);
    try {
      await use(node);
    } finally {
      node.end();
    }
  };

/** ADD of pods whose endpoints HNS holds back, then DEL: a tombstone each. */
async function buried(node: TestNode, ...pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) {
    node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
    await fails(node.run('ADD', pod, node.conf(QUICK)), Code.TryAgainLater, /^Cannot create endpoint /);
    node.setFaults([]);
    await must(node.run('DEL', pod, node.conf(QUICK)));
  }
}

giveUp(
  'DEL deletes nothing after the namespace could not be opened in time',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    node.setFaults([{ function: 'HcnOpenNamespace', action: 'hang' }]);
    node.dispatcher.clearTrace();
    await fails(node.run('DEL', POD, node.conf(QUICK)), Code.TryAgainLater, /^Cannot detach .*did not answer/);
    assert.not(node.calls().includes('HcnDeleteEndpoint'));
    assert.equal([node.endpoints().length, node.leases()], [1, ['10.244.3.3']]);
    node.setFaults([]);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    nothingLeft(node);
  }),
);
giveUp(
  'a sweep asks for one tombstone only when HNS does not answer, and the command goes on',
  onNode(async (node) => {
    await buried(node, POD, SECOND);
    node.setFaults([{ function: 'HcnOpenEndpoint', action: 'hang', every: true }]);
    node.dispatcher.clearTrace();
    await must(node.run('DEL', THIRD, node.conf(QUICK)));
    assert.is(node.calls().filter((name) => name === 'HcnOpenEndpoint').length, 1);
  }),
);

const broken = (): Promise<never> => Promise.reject(new CniError(Code.Io, 'Cannot list "tombstones": EIO'));

giveUp(
  'a sweep that cannot read the tombstones fails neither ADD nor DEL',
  withStore(
    (leases) => ({ ...leases, tombstones: broken }),
    async (node) => {
      await must(node.run('ADD', POD, node.conf()));
      await must(node.run('DEL', POD, node.conf()));
      nothingLeft(node);
    },
  ),
);
giveUp(
  'DEL tells of the call that hung, also when that cannot be noted in the lease',
  withStore(
    (leases) => ({ ...leases, markInFlight: broken }),
    async (node) => {
      await must(node.run('ADD', POD, node.conf()));
      node.setFaults([{ function: 'HcnDeleteEndpoint', action: 'hang' }]);
      const error = await fails(node.run('DEL', POD, node.conf(QUICK)), Code.TryAgainLater, /^Cannot delete endpoint /);
      assert.match(error.details ?? '', /; not noted: Cannot list "tombstones": EIO$/);
    },
  ),
);

for (const when of ['before', 'after'] as const) {
  giveUp(
    `ADD that does not know of its attach, ${when} its effect, and cannot detach deletes its endpoint, and the lease waits`,
    onNode(async (node) => {
      node.setFaults([
        { function: 'HcnModifyNamespace', nth: 1, when, hresult: 0x80004005 },
        { function: 'HcnModifyNamespace', nth: 2, hresult: 0x80070005 },
      ]);
      await fails(node.run('ADD', POD, node.conf()), Code.TryAgainLater, /^Cannot attach endpoint .*0x80004005 E_FAIL/);
      assert.equal([node.endpoints(), node.leases()], [[], ['10.244.3.3']]);
      node.setFaults([]);
      await must(node.run('DEL', POD, node.conf(QUICK)));
      node.pass(60_000);
      await must(node.run('DEL', POD, node.conf(QUICK)));
      nothingLeft(node);
    }),
  );
}

giveUp.run();
