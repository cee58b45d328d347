/** What HNS made of an endpoint is compared with all that was asked for, however the configuration asked. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { answering } from '../support/answering.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND } from '../support/pods.ts';

const readBack = suite('reading back');

const ROUTE = { name: 'EndpointPolicy', value: { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12' } };
const NAT = { name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', ExceptionList: ['10.0.0.0/8'] } };

/** The document without its policies. */
function withoutPolicies(endpoint: string): string {
  return JSON.stringify({ ...(JSON.parse(endpoint) as object), Policies: undefined });
}

const ASKED: readonly (readonly [conf: object, found: string])[] = [
  [{ policies: [ROUTE] }, 'it has no SDNRoute policy, expected one'],
  [{ ipMasqNetwork: '10.0.0.0/8' }, 'it has no OutBoundNAT policy, expected one'],
  [{ loopbackDSR: true }, 'it has no OutBoundNAT policy, expected one'],
  [
    { policies: [ROUTE, NAT, ROUTE], ipMasqNetwork: '10.0.0.0/8', loopbackDSR: true },
    'it has no SDNRoute policy, expected one; it has no OutBoundNAT policy, expected one',
  ],
];
for (const [conf, found] of ASKED) {
  readBack(
    `ADD undoes and CHECK reports an endpoint without the policies of ${Object.keys(conf).join(', ')}`,
    onNode(async (node) => {
      const prevResult = await must(node.run('ADD', POD, node.conf({ ...conf })));
      answering(node, withoutPolicies);
      const check = await fails(
        node.run('CHECK', POD, node.conf({ ...conf, prevResult })),
        Code.CheckFailed,
        /^Cannot confirm /,
      );
      assert.ok(check.msg.endsWith(`: ${found}`), check.msg);
      await must(node.run('DEL', POD, node.conf({ ...conf })));
      const add = await fails(node.run('ADD', POD, node.conf({ ...conf })), Code.Hns, /as HNS made it: /);
      assert.ok(add.msg.endsWith(`: ${found}`), add.msg);
      nothingLeft(node);
    }),
  );
}

/** What is wrong with the endpoint that is made first; the second one is as it should be. */
const WRONG: Readonly<Record<string, (endpoint: object) => object>> = {
  'in no namespace': (endpoint) => ({ ...endpoint, HostComputeNamespace: undefined }),
  'in another namespace': (endpoint) => ({ ...endpoint, HostComputeNamespace: SECOND.netns.toUpperCase() }),
  'with another address': (endpoint) => ({ ...endpoint, IpConfigurations: [{ IpAddress: '10.244.3.99' }] }),
  'without its policies': (endpoint) => ({ ...endpoint, Policies: [] }),
  degraded: (endpoint) => ({ ...endpoint, State: 5 }),
};
for (const [how, change] of Object.entries(WRONG)) {
  readBack(
    `an endpoint that is ${how} is taken away, and ADD has one made anew`,
    onNode(async (node) => {
      const conf = node.conf({ policies: [ROUTE] });
      let times = 0;
      answering(node, (endpoint) => {
        times += 1;
        return times === 1 ? JSON.stringify(change(JSON.parse(endpoint) as object)) : endpoint;
      });
      const prevResult = await must(node.run('ADD', POD, conf));
      assert.is(node.endpoints().length, 1);
      assert.equal([node.leases(), node.records('attachments').length], [['10.244.3.4'], 1]);
      await must(node.run('CHECK', POD, { ...conf, prevResult }));
      await must(node.run('DEL', POD, conf));
      nothingLeft(node);
    }),
  );
}
readBack(
  'one that is wrong twice is an error which says so, and nothing is left',
  onNode(async (node) => {
    answering(node, (endpoint) => JSON.stringify({ ...(JSON.parse(endpoint) as object), State: 5 }));
    const error = await fails(
      node.run('ADD', POD, node.conf()),
      Code.Hns,
      /^Cannot use endpoint "a1b2c3_cbr0" as HNS made it: it is degraded, expected it attached$/,
    );
    assert.is(error.details, 'so it was with the endpoint made before');
    assert.is(node.calls().filter((name) => name === 'HcnCreateEndpoint').length, 2);
    nothingLeft(node);
  }),
);
readBack(
  'one that is wrong and cannot be taken away is not followed by a second',
  onNode(async (node) => {
    answering(node, withoutPolicies);
    node.setFaults([{ function: 'HcnDeleteEndpoint', hresult: 0x80070005 }]);
    const error = await fails(node.run('ADD', POD, node.conf({ policies: [ROUTE] })), Code.Hns, /no SDNRoute policy/);
    assert.match(error.details ?? '', /^not undone: Cannot delete endpoint /);
    assert.is(node.calls().filter((name) => name === 'HcnCreateEndpoint').length, 1);
    await must(node.run('DEL', POD, node.conf()));
    nothingLeft(node);
  }),
);

/** The document without prefix lengths, which some builds of HNS leave to the subnet. */
function withoutPrefixes(endpoint: string): string {
  const document = JSON.parse(endpoint) as { readonly IpConfigurations?: readonly { readonly IpAddress: string }[] };
  const addresses = document.IpConfigurations?.map(({ IpAddress }) => ({ IpAddress }));
  return JSON.stringify({ ...document, IpConfigurations: addresses });
}

readBack(
  'an address that HNS chose has the prefix of its subnet when the endpoint has none',
  onNode(async (node) => {
    const conf = { cniVersion: '1.1.0', name: 'cbr0', type: 'sdnbridge', ipam: { dataDir: node.dataDir } };
    answering(node, withoutPrefixes);
    const prevResult = await must(node.run('ADD', POD, conf));
    assert.equal(prevResult['ips'], [{ address: '10.244.3.2/24', gateway: '10.244.3.1', interface: 0 }]);
    await must(node.run('CHECK', POD, { ...conf, prevResult }));
  }),
);

readBack.run();
