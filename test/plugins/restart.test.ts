/** HNS restarted, the node rebooted, and what an operator takes away from under a pod: the node afterwards, and what CHECK says. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { NAMESPACES, NETWORK_ID, SEED, type TestNode } from '../support/node.ts';
import {
  fails,
  idOf,
  type LivePod,
  must,
  nothingLeft,
  onNode,
  operator,
  POD,
  SECOND,
  seedWith,
} from '../support/pods.ts';

const LISTED = 'cni.dev/valid-attachments';
const OTHER_ID = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB001';

const conf = (node: TestNode, more: object = {}): Record<string, unknown> =>
  node.conf({ cniVersion: '1.1.0', ...more });
const add = (node: TestNode, pod: LivePod): Promise<Record<string, unknown>> => must(node.run('ADD', pod, conf(node)));
const del = (node: TestNode, pod: LivePod): Promise<unknown> => must(node.run('DEL', pod, conf(node)));
const collect = (node: TestNode, more: object = {}): Promise<unknown> => must(node.run('GC', {}, conf(node, more)));
const listed = (...pods: readonly LivePod[]): object => ({
  [LISTED]: pods.map(({ containerId, ifname }) => ({ containerID: containerId, ifname })),
});
const addressOf = ({ ips }: Record<string, unknown>): unknown =>
  (ips as readonly { readonly address: string }[])[0]?.address;
/** A runtime makes namespaces for its next pods. */
const renewed = (node: TestNode): void => {
  node.hns.seed({ namespaces: NAMESPACES.map((id) => ({ ID: id.toUpperCase(), Type: 'Host' })) });
};

/** CHECK must say exactly this of the pod, and what to do. */
async function said(
  node: TestNode,
  { pod, prevResult }: { pod: LivePod; prevResult: unknown },
  found: readonly string[],
): Promise<void> {
  const error = await fails(node.run('CHECK', pod, conf(node, { prevResult })), Code.CheckFailed, /^Cannot confirm /);
  assert.is(error.msg, `Cannot confirm "eth0" of container "${pod.containerId}": ${found.join('; ')}`);
  assert.is(error.details, 'restart the pod to have its network made again');
}

const endpointGone = (pod: LivePod): string => `endpoint "${pod.containerId}_cbr0" is missing from HNS`;
const namespaceGone = (pod: LivePod): string => `namespace ${pod.netns} is missing from HNS`;

const restart = suite('restarts and missing pieces');

/** What a network is after a restart of the service: flag 8 makes it non-persistent. */
const NETWORKS = { persistent: SEED, 'non-persistent': seedWith({ Flags: 8 }) } as const;
for (const [kind, seed] of Object.entries(NETWORKS)) {
  for (const keepsEndpoints of [true, false]) {
    restart(
      `a restart of HNS frees no living pod's address: ${kind} network, endpoints ${keepsEndpoints ? 'kept' : 'lost'}`,
      onNode(async (node) => {
        const results = [await add(node, POD), await add(node, SECOND)];
        node.hns.seed({ config: { restartKeepsEndpoints: keepsEndpoints } });
        node.hns.restartService();
        await collect(node);
        assert.equal([node.leases(), node.records('attachments').length], [['10.244.3.3', '10.244.3.4'], 2]);
        for (const [at, pod] of [POD, SECOND].entries()) {
          const isThere = node.endpoints().some((line) => line.startsWith(`${pod.containerId}_`));
          const found = isThere ? [`its namespace is none, expected ${pod.netns}`] : [endpointGone(pod)];
          await said(node, { pod, prevResult: results[at] }, [...found, namespaceGone(pod)]);
        }
        assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
        await collect(node, listed(POD, SECOND));
        assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
        if (node.hns.dump().networks.length === 0) node.hns.seed({ ...SEED, namespaces: [] });
        renewed(node);
        const third = await add(node, { ...POD, containerId: 'third', netns: NAMESPACES[2] });
        assert.is(addressOf(third), '10.244.3.5/24');
        // Restarted, as CHECK says: the old one ends, the new one has a namespace and an id of its own.
        await del(node, POD);
        await add(node, { ...POD, containerId: 'again' });
        for (const pod of [SECOND, { ...POD, containerId: 'again' }, { ...POD, containerId: 'third' }])
          await del(node, pod);
        nothingLeft(node);
      }, seed),
    );
  }
}

restart(
  'a reboot ends all pods: GC without a list frees them, and a late DEL of one harms nobody',
  onNode(async (node) => {
    const prevResult = await add(node, POD);
    await add(node, SECOND);
    node.reboot();
    await said(node, { pod: POD, prevResult }, [endpointGone(POD), namespaceGone(POD)]);
    renewed(node);
    const pod = { ...POD, containerId: 'after' };
    await add(node, pod);
    await collect(node);
    assert.equal([node.leases().length, node.records('attachments').length], [1, 1]);
    await del(node, POD);
    assert.is(node.endpoints().length, 1);
    await del(node, pod);
    nothingLeft(node);
  }),
);

/** What is done behind the back of a pod, and what CHECK says of it. */
const BEHIND: Readonly<Record<string, { readonly act: (node: TestNode) => void; readonly found: readonly string[] }>> =
  {
    'its namespace is deleted': {
      act: (node) => operator(node).code('HcnDeleteNamespace', { id: POD.netns.toUpperCase() }),
      found: [`its namespace is none, expected ${POD.netns}`, namespaceGone(POD)],
    },
    'its endpoint is deleted': {
      act: (node) => operator(node).code('HcnDeleteEndpoint', { id: idOf(POD) }),
      found: [endpointGone(POD)],
    },
    'its network is deleted and made again with another id': {
      act: (node) => {
        operator(node).code('HcnDeleteNetwork', { id: NETWORK_ID });
        node.hns.seed({ ...(seedWith({ ID: OTHER_ID }) as object), namespaces: [] });
      },
      found: [endpointGone(POD)],
    },
  };
for (const [what, { act, found }] of Object.entries(BEHIND)) {
  const gone = (how: string, use: (node: TestNode) => Promise<void>): void => {
    restart(
      `${what}: ${how}`,
      onNode(async (node) => {
        const prevResult = await add(node, POD);
        act(node);
        await said(node, { pod: POD, prevResult }, found);
        await collect(node);
        assert.equal(node.leases(), ['10.244.3.3']);
        assert.is(addressOf(await add(node, SECOND)), '10.244.3.4/24');
        await use(node);
        await del(node, SECOND);
        nothingLeft(node);
      }),
    );
  };
  gone('DEL succeeds, and the same pod can come again', async (node) => {
    await del(node, POD);
    assert.equal([node.leases(), node.endpoints().length], [['10.244.3.4'], 1]);
    operator(node).code('HcnDeleteNamespace', { id: POD.netns.toUpperCase() });
    renewed(node);
    await add(node, { ...POD, netns: NAMESPACES[2] });
    await del(node, { ...POD, netns: NAMESPACES[2] });
  });
  gone('GC with a list that lacks the pod leaves the other', async (node) => {
    await collect(node, listed(SECOND));
    assert.equal([node.leases(), node.endpoints().length], [['10.244.3.4'], 1]);
  });
}

restart.run();
