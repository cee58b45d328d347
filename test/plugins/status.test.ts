/** STATUS: 0 while ADD can be served, 50 when not, 51 when running pods have lost their network as well. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault } from '../../native/simulator/faults.ts';
import { Code } from '../../src/spec/error.ts';
import { NETWORK_ID, type Ran, SEED, type TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, operator, POD, SECOND, seedWith } from '../support/pods.ts';

const status = suite('STATUS');

const V = { cniVersion: '1.1.0', timeoutSeconds: 0.05, tombstoneSeconds: 60 };
const ask = (node: TestNode, more: object = {}): Promise<Ran> =>
  node.run('STATUS', { containerId: '', ifname: '', netns: '', env: { CNI_PATH: '' } }, node.conf({ ...V, ...more }));
const fine = async (ran: Promise<Ran>): Promise<void> => {
  const { code, text } = await ran;
  assert.equal([code, text], [0, '']);
};
/** A range of four addresses that pods may have: .3 to .6. */
const small = (node: TestNode): Readonly<Record<string, unknown>> => ({
  ipam: { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/29' },
});
const removeNetwork = (node: TestNode): unknown => operator(node).code('HcnDeleteNetwork', { id: NETWORK_ID });

status(
  'is fine on an empty node and on one with pods, in three calls, and changes nothing',
  onNode(async (node) => {
    await fine(ask(node));
    nothingLeft(node);
    await must(node.run('ADD', POD, node.conf()));
    const before = [node.endpoints(), node.leases(), node.records('attachments')];
    node.dispatcher.clearTrace();
    await fine(ask(node));
    assert.equal(node.calls(), ['HcnEnumerateNetworks', 'HcnOpenNetwork', 'HcnQueryNetworkProperties']);
    assert.equal([node.endpoints(), node.leases(), node.records('attachments')], before);
    assert.equal(node.leftovers(), []);
  }),
);

const DOWN: Readonly<Record<string, readonly [fault: Fault, message: RegExp]>> = {
  'is down': [{ function: '*', every: true, hresult: 0x800706ba }, /0x800706BA RPC_S_SERVER_UNAVAILABLE/],
  'is not started': [{ function: '*', every: true, hresult: 0x80070426 }, /0x80070426 ERROR_SERVICE_NOT_ACTIVE/],
  'does not answer': [{ function: '*', action: 'hang' }, /HNS did not answer within/],
  'refuses the caller': [{ function: '*', every: true, hresult: 0x80070005 }, /0x80070005 E_ACCESSDENIED/],
  'answers nonsense': [{ function: 'HcnEnumerateNetworks', action: 'garbage', text: '{' }, /no JSON array$/],
};
for (const [how, [fault, message]] of Object.entries(DOWN)) {
  status(
    `is 50 while HNS ${how}, with and without pods`,
    onNode(async (node) => {
      node.setFaults([fault]);
      await fails(ask(node), Code.NotAvailable, message);
      node.setFaults([]);
      await must(node.run('ADD', POD, node.conf()));
      node.setFaults([fault]);
      await fails(ask(node), Code.NotAvailable, message);
      node.setFaults([]);
      await fine(ask(node));
    }),
  );
}
status(
  'is 50 without the network, and says what to do',
  onNode(async (node) => {
    removeNetwork(node);
    const error = await fails(
      ask(node),
      Code.NotAvailable,
      /^Cannot find the HNS network "cbr0": HNS has none of that name$/,
    );
    assert.match(error.details ?? '', /Get-HnsNetwork/);
  }),
);
status(
  'is 50 on a network of another type',
  onNode(
    async (node) => {
      await fails(
        ask(node),
        Code.NotAvailable,
        /^Cannot use the HNS network "cbr0": its type is "NAT", expected L2Bridge/,
      );
    },
    seedWith({ Type: 'NAT' }),
  ),
);
status(
  'is 51 when the network is gone under pods of this boot, and 50 after a restart of the node',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    removeNetwork(node);
    await fails(ask(node), Code.LimitedConnectivity, /; 1 pod has lost the network "cbr0": restart what runs on it/);
    node.reboot();
    removeNetwork(node);
    await fails(ask(node), Code.NotAvailable, /HNS has none of that name$/);
  }),
);
status(
  'counts the pods that have lost the network',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    await must(node.run('ADD', SECOND, node.conf()));
    removeNetwork(node);
    await fails(ask(node), Code.LimitedConnectivity, /; 2 pods have lost the network/);
    await must(node.run('DEL', POD, node.conf()));
    await must(node.run('DEL', SECOND, node.conf()));
    await fails(ask(node), Code.NotAvailable, /HNS has none of that name$/);
  }),
);
status(
  'is 50 when every address is given, and fine again after a DEL',
  onNode(async (node) => {
    for (let n = 1; n <= 4; n++) {
      await fine(ask(node, small(node)));
      await must(node.run('ADD', { ...POD, containerId: `pod${n}` }, node.conf(small(node))));
    }
    const error = await fails(
      ask(node, small(node)),
      Code.NotAvailable,
      /^Cannot give a pod an address on "cbr0": 4 of 4 addresses are used, 0 of them leaked, 0 quarantined, 0 free$/,
    );
    assert.match(error.details ?? '', /ipam\.ranges/);
    await must(node.run('DEL', { ...POD, containerId: 'pod2' }, node.conf(small(node))));
    await fine(ask(node, small(node)));
  }),
);
status(
  'is 50 when the last address is a tombstone’s, and fine once that is due, as ADD is',
  onNode(async (node) => {
    for (let n = 1; n <= 3; n++)
      await must(node.run('ADD', { ...POD, containerId: `pod${n}` }, node.conf(small(node))));
    node.setFaults([{ function: 'HcnCreateEndpoint', action: 'hold' }]);
    await fails(node.run('ADD', SECOND, node.conf({ ...V, ...small(node) })), Code.TryAgainLater, /did not answer/);
    node.setFaults([]);
    await must(node.run('DEL', SECOND, node.conf({ ...V, ...small(node) })));
    assert.is(node.records('tombstones').length, 1);
    const add = (): Promise<Ran> => node.run('ADD', SECOND, node.conf({ ...V, ...small(node) }));
    const other = (): Promise<Ran> =>
      node.run('ADD', { ...SECOND, containerId: 'new' }, node.conf({ ...V, ...small(node) }));
    await fails(ask(node, small(node)), Code.NotAvailable, /4 of 4 addresses are used, 1 of them leaked/);
    await fails(other(), Code.AddressesExhausted, /4 of 4 addresses are used/);
    node.pass(60_000);
    await fine(ask(node, small(node)));
    await must(add());
  }),
);
status(
  'needs no container and no CNI_PATH, and refuses a configuration that is wrong',
  onNode(async (node) => {
    await fine(ask(node));
    await fails(ask(node, { ipam: { type: 'host-local' } }), Code.InvalidConfig, /^Cannot use ipam\.ranges/);
  }, SEED),
);

status.run();
