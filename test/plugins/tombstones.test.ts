/** The life of a tombstone: an ADD gives up on a hung HNS, DEL sets address and id aside, and a later command frees them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { NAMESPACES, type TestNode } from '../support/node.ts';
import { fails, type LivePod, must, nothingLeft, onNode, POD, SECOND } from '../support/pods.ts';

const QUICK = { timeoutSeconds: 0.2, tombstoneSeconds: 60 };
const MINUTE = 60_000;

const tombstones = suite('a tombstone');

/** ADD of a pod whose HcnCreateEndpoint HNS holds back; the runtime is told code 11. */
async function hung(node: TestNode, pod: LivePod = POD): Promise<void> {
  node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
  const message = /^Cannot create endpoint .*: HNS did not answer within 0\.\d s$/;
  await fails(node.run('ADD', pod, node.conf(QUICK)), Code.TryAgainLater, message);
  node.setFaults([]);
}

/** Endpoints, addresses, records, tombstones: how many of each. */
const counts = (node: TestNode): readonly number[] => [
  node.endpoints().length,
  node.leases().length,
  node.records('attachments').length,
  node.records('tombstones').length,
];

/** Any command of another container sweeps; this one has nothing to do for itself. */
const anyCommand = (node: TestNode): Promise<unknown> =>
  must(node.run('DEL', { containerId: 'nobody', ifname: 'eth0' }, node.conf(QUICK)));

tombstones(
  'is what DEL makes of a lease whose endpoint may still come; address and id stay taken',
  onNode(async (node) => {
    await hung(node);
    assert.equal(counts(node), [0, 1, 1, 0]);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    assert.equal(counts(node), [0, 1, 0, 1]);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    assert.equal(counts(node), [0, 1, 0, 1], 'a second DEL frees nothing');
    const message = /^Cannot reserve an address on "cbr0": HNS may still carry out a call of an earlier ADD/;
    const error = await fails(node.run('ADD', POD, node.conf(QUICK)), Code.TryAgainLater, message);
    assert.match(error.details ?? '', /^its id stays set aside for 60 s \(tombstoneSeconds\)/);
    await must(node.run('ADD', SECOND, node.conf(QUICK)));
    assert.equal(node.endpoints(), [`d4e5f6_cbr0 10.244.3.4 ${SECOND.netns}`]);
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4']);
  }),
);
tombstones(
  'ends with the late endpoint, which the next command deletes',
  onNode(async (node) => {
    await hung(node);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    assert.is(node.releaseHeld(), 1);
    assert.equal(counts(node), [1, 1, 0, 1]);
    await anyCommand(node);
    nothingLeft(node);
    await must(node.run('ADD', POD, node.conf(QUICK)));
  }),
);
tombstones(
  'ends with the DEL or the ADD of its own container when the endpoint has come',
  onNode(async (node) => {
    for (const verb of ['DEL', 'ADD']) {
      await hung(node);
      await must(node.run('DEL', POD, node.conf(QUICK)));
      node.releaseHeld();
      await must(node.run(verb, POD, node.conf(QUICK)));
      assert.equal(counts(node), verb === 'DEL' ? [0, 0, 0, 0] : [1, 1, 1, 0]);
    }
    assert.is(node.endpoints()[0]?.endsWith(POD.netns), true);
  }),
);
tombstones(
  'never comes to be when the endpoint is there before DEL',
  onNode(async (node) => {
    await hung(node);
    node.releaseHeld();
    assert.equal(counts(node), [1, 1, 1, 0]);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    nothingLeft(node);
  }),
);
tombstones(
  'ends after tombstoneSeconds, not before',
  onNode(async (node) => {
    await hung(node);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    node.pass(MINUTE - 1);
    await anyCommand(node);
    assert.equal(counts(node), [0, 1, 0, 1]);
    node.pass(1);
    await anyCommand(node);
    nothingLeft(node);
  }),
);
tombstones(
  'ends with the boot',
  onNode(async (node) => {
    await hung(node);
    await must(node.run('DEL', POD, node.conf(QUICK)));
    node.reboot();
    await anyCommand(node);
    assert.equal(counts(node), [0, 0, 0, 0]);
  }),
);
tombstones(
  'of 0 seconds ends with the DEL that makes it',
  onNode(async (node) => {
    await hung(node);
    await must(node.run('DEL', POD, node.conf({ ...QUICK, tombstoneSeconds: 0 })));
    nothingLeft(node);
  }),
);
tombstones(
  'is one of at most four that a command looks at; the others have their turn',
  onNode(async (node) => {
    for (let n = 0; n < 6; n++) {
      const pod = { containerId: `pod${n}`, ifname: 'eth0', netns: NAMESPACES[n % NAMESPACES.length] as string };
      await hung(node, pod);
      await must(node.run('DEL', pod, node.conf({ ...QUICK, tombstoneSeconds: 600 })));
    }
    assert.equal(counts(node), [0, 6, 0, 6]);
    node.pass(10 * MINUTE);
    node.dispatcher.clearTrace();
    await anyCommand(node);
    assert.equal(counts(node), [0, 2, 0, 2]);
    assert.ok(node.calls().length <= 1 + 2 * 4, node.calls().join());
    await anyCommand(node);
    assert.equal(counts(node), [0, 0, 0, 0]);
  }),
);

/** What goes wrong with HNS while a tombstone is looked at is no matter of the command that looks. */
for (const name of ['HcnOpenEndpoint', 'HcnDeleteEndpoint']) {
  for (const action of ['fail', 'hang'] as const) {
    tombstones(
      `that cannot be seen to (${name}: ${action}) fails no command and has its turn later`,
      onNode(async (node) => {
        await hung(node);
        await must(node.run('DEL', POD, node.conf(QUICK)));
        node.releaseHeld();
        node.setFaults([{ function: name, action, hresult: 0x80070005 }]);
        await anyCommand(node);
        assert.equal(counts(node), [1, 1, 0, 1]);
        node.pass(MINUTE);
        await anyCommand(node);
        assert.equal(counts(node), [0, 0, 0, 0]);
      }),
    );
  }
}

tombstones.run();
