/** `repeatedAdd`: a second ADD of an attachment is an error, or with "reuse" the same answer when all of it is the same. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { TestNode } from '../support/node.ts';
import { fails, idOf, must, nothingLeft, onNode, operator, POD, SECOND } from '../support/pods.ts';

const repeated = suite('repeatedAdd');

const nat = (...exceptions: readonly string[]): object => ({
  policies: [{ name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', ExceptionList: exceptions } }],
});
const route = { name: 'EndpointPolicy', value: { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true } };
const ipam = (node: TestNode, more: object): object => ({
  ipam: { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/24', ...more },
});
const REUSE = { repeatedAdd: 'reuse' };

/** Everything on the node that an ADD could have changed. */
const state = (node: TestNode): unknown => [node.hns.dump().endpoints, node.members(), node.leases(), node.leftovers()];

/** Configurations whose second ADD answers as the first did. */
const SAME: Readonly<Record<string, (node: TestNode) => object>> = {
  'of the least there can be': () => ({}),
  'in an older version': () => ({ cniVersion: '0.2.0' }),
  'with policies, routes and DNS': (node) => ({
    ...nat('10.96.0.0/12', '10.244.0.0/16'),
    ...ipam(node, { routes: [{ dst: '192.0.2.0/24' }] }),
    ipMasqNetwork: '10.240.0.0/16',
    dns: { nameservers: ['10.96.0.10'], search: ['svc.cluster.local'], domain: 'cluster.local' },
    loopbackDSR: true,
  }),
  'behind another plugin': () => ({ prevResult: { interfaces: [{ name: 'x' }], ips: [{ address: '192.0.2.1/24' }] } }),
};
for (const [how, more] of Object.entries(SAME)) {
  repeated(
    `"reuse" answers a second ADD ${how} as the first, and changes nothing`,
    onNode(async (node) => {
      const conf = node.conf({ ...more(node), ...REUSE });
      const first = await must(node.run('ADD', POD, conf));
      const before = state(node);
      node.dispatcher.clearTrace();
      for (let times = 0; times < 2; times++) assert.equal(await must(node.run('ADD', POD, conf)), first);
      assert.equal(state(node), before);
      assert.not(node.calls().some((name) => /Create|Modify|Delete/.test(name)));
      await must(node.run('DEL', POD, conf));
      nothingLeft(node);
    }),
  );
}

type Change = readonly [before: (node: TestNode) => object, after: (node: TestNode) => object];
/** What differs between the configurations of the two ADDs. */
const DIFFERENT: Readonly<Record<string, Change>> = {
  'a policy more': [() => ({}), () => nat('10.96.0.0/12')],
  'a policy less': [() => nat('10.96.0.0/12'), () => ({})],
  'another exception': [() => nat('10.96.0.0/12'), () => nat('10.97.0.0/16')],
  'an exception more': [() => nat('10.96.0.0/12'), () => nat('10.96.0.0/12', '192.0.2.0/24')],
  'a policy of another type': [() => nat('10.96.0.0/12'), () => ({ policies: [route] })],
  'another ipMasqNetwork': [() => ({ ipMasqNetwork: '10.244.0.0/16' }), () => ({ ipMasqNetwork: '10.0.0.0/8' })],
  loopbackDSR: [() => ({}), () => ({ loopbackDSR: true })],
  'another gateway': [() => ({}), () => ({ gateway: '10.244.3.1' })],
  'a route more': [() => ({}), (node) => ipam(node, { routes: [{ dst: '192.0.2.0/24' }] })],
  'a route less': [(node) => ipam(node, { routes: [{ dst: '192.0.2.0/24' }] }), () => ({})],
  'another DNS server': [
    () => ({ dns: { nameservers: ['10.0.0.1'] } }),
    () => ({ dns: { nameservers: ['10.0.0.2'] } }),
  ],
};
for (const [what, [before, after]] of Object.entries(DIFFERENT)) {
  repeated(
    `"reuse" is an error with ${what}`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, node.conf({ ...before(node), ...REUSE })));
      const was = state(node);
      await fails(
        node.run('ADD', POD, node.conf({ ...after(node), ...REUSE })),
        Code.AttachmentExists,
        /is attached already$/,
      );
      assert.equal(state(node), was);
    }),
  );
}
repeated(
  '"reuse" is an error in another namespace, and when the endpoint is in none',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf(REUSE)));
    await fails(
      node.run('ADD', { ...POD, netns: SECOND.netns }, node.conf(REUSE)),
      Code.AttachmentExists,
      /is attached/,
    );
    operator(node).attach(POD.netns.toUpperCase(), idOf(POD), 'Remove');
    await fails(node.run('ADD', POD, node.conf(REUSE)), Code.AttachmentExists, /is attached already$/);
  }),
);
repeated(
  '"reuse" does not answer with an endpoint that HNS may still delete',
  onNode(async (node) => {
    const conf = node.conf({ ...REUSE, timeoutSeconds: 0.05 });
    await must(node.run('ADD', POD, conf));
    node.setFaults([{ function: 'HcnDeleteEndpoint', action: 'hold' }]);
    await fails(node.run('DEL', POD, conf), Code.TryAgainLater, /did not answer/);
    await fails(node.run('ADD', POD, conf), Code.AttachmentExists, /is attached already$/);
    node.releaseHeld();
    assert.equal(node.endpoints(), []);
  }),
);
repeated(
  '"reuse" makes the attachment that an ADD left whole when it gave up known',
  onNode(async (node) => {
    const conf = node.conf({ ...REUSE, timeoutSeconds: 0.05 });
    node.setFaults([{ function: 'HcnQueryEndpointProperties', action: 'hang' }]);
    await fails(node.run('ADD', POD, conf), Code.TryAgainLater, /^Cannot read endpoint "a1b2c3_cbr0" back/);
    node.setFaults([]);
    const result = await must(node.run('ADD', POD, conf));
    await must(node.run('CHECK', POD, node.conf({ prevResult: result })));
    await fails(node.run('ADD', POD, node.conf()), Code.AttachmentExists, /is attached already$/);
  }),
);
for (const more of [{}, { repeatedAdd: 'error' }]) {
  repeated(
    `${JSON.stringify(more)} makes a second ADD an error`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, node.conf(more)));
      await fails(node.run('ADD', POD, node.conf(more)), Code.AttachmentExists, /is attached already$/);
    }),
  );
}

repeated.run();
