/** Host ports: what a pod's mappings open on the node, and that no two pods of the node have the same. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { Pod, TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND } from '../support/pods.ts';

const WEB = { hostPort: 8080, containerPort: 80, protocol: 'tcp' };
const mapped = (node: TestNode, ...portMappings: readonly object[]): Record<string, unknown> =>
  node.conf({ runtimeConfig: { portMappings } });
const named = (pod: Pod, name: string): Pod => ({
  ...pod,
  args: `IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=${name}`,
});
const FIRST = named(POD, 'web-0');

/** Host ports by the policies of all endpoints. */
const opened = (node: TestNode): readonly unknown[] =>
  node.hns
    .dump()
    .endpoints.flatMap(({ Policies }) => (Policies ?? []) as readonly { Type: string; Settings: object }[])
    .filter(({ Type }) => Type === 'PortMapping')
    .map(({ Settings }) => ('ExternalPort' in Settings ? Settings.ExternalPort : undefined));

const ports = suite('host ports');

ports(
  'a port of another pod is refused by that pod, before HNS is asked for an endpoint',
  onNode(async (node) => {
    await must(node.run('ADD', FIRST, mapped(node, WEB)));
    await fails(
      node.run('ADD', SECOND, mapped(node, { ...WEB, hostPort: 8081 }, WEB)),
      Code.Ipam,
      /^Cannot reserve host port 8080 of protocol 6: container "a1b2c3" of pod "shop\/web-0" on "cbr0" has it$/,
    );
    assert.equal([node.endpoints().length, node.leases().length, opened(node)], [1, 1, [8080]]);
    // Neither the refused one's other port nor its address stays taken.
    await must(node.run('ADD', SECOND, mapped(node, { ...WEB, hostPort: 8081 })));
    assert.equal(opened(node), [8080, 8081]);
    for (const pod of [FIRST, SECOND]) await must(node.run('DEL', pod, node.conf()));
    nothingLeft(node);
  }),
);
ports(
  'DEL frees a port, and so does an ADD that fails',
  onNode(async (node) => {
    await must(node.run('ADD', FIRST, mapped(node, WEB)));
    await must(node.run('DEL', FIRST, mapped(node, WEB)));
    node.setFaults([{ function: 'HcnModifyNamespace', hresult: 0x80070057 }]);
    await fails(node.run('ADD', FIRST, mapped(node, WEB)), Code.Hns, /0x80070057/);
    node.setFaults([]);
    await must(node.run('ADD', SECOND, mapped(node, WEB)));
    await must(node.run('DEL', SECOND, mapped(node, WEB)));
    nothingLeft(node);
  }),
);
ports(
  'a port that a policy of the configuration opens counts as well, and GC frees both',
  onNode(async (node) => {
    const policies = [
      { name: 'EndpointPolicy', value: { Type: 'NAT', Protocol: 'TCP', InternalPort: 80, ExternalPort: 8080 } },
    ];
    await must(node.run('ADD', FIRST, node.conf({ policies })));
    await fails(node.run('ADD', SECOND, mapped(node, WEB)), Code.Ipam, /host port 8080 of protocol 6/);
    await must(node.run('ADD', SECOND, mapped(node, { ...WEB, protocol: 'udp' })));
    await must(node.run('GC', POD, node.conf({ cniVersion: '1.1.0', 'cni.dev/valid-attachments': [] })));
    assert.equal(node.endpoints(), []);
    await must(node.run('ADD', SECOND, mapped(node, WEB)));
    await must(node.run('DEL', SECOND, node.conf()));
    nothingLeft(node);
  }),
);

ports.run();
