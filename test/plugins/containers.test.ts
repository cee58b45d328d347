/** Running containers (HNS v1): CNI_NETNS is "none" or "container:<id>", and endpoints are attached to compute systems. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { SEED, type TestNode } from '../support/node.ts';
import { fails, idOf, must, NOWHERE, nothingLeft, onNode, POD } from '../support/pods.ts';

const SANDBOX = { ...POD, netns: 'none' };
/** A container of the same pod. */
const APP = { containerId: 'd4e5f6', ifname: 'eth0', netns: `container:${SANDBOX.containerId}` };
const RUNNING = { ...SEED, computeSystems: [SANDBOX, APP].map(({ containerId }) => ({ Id: containerId })) };

/** `<endpoint name> <address> <containers>` */
const attached = (node: TestNode): readonly string[] =>
  node.hns
    .dump()
    .endpoints.map(
      ({ Name, IpConfigurations, SharedContainers }) =>
        `${String(Name)} ${(IpConfigurations as readonly { IpAddress: string }[])[0]?.IpAddress} ${(SharedContainers as readonly string[]).join(' ')}`,
    );

const containers = suite('running containers');

containers(
  'a sandbox is attached, checked and detached',
  onNode(async (node) => {
    const result = await must(node.run('ADD', SANDBOX, node.conf({ apiVersion: 1 })));
    assert.equal(result['ips'], [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }]);
    assert.equal(attached(node), ['a1b2c3_cbr0 10.244.3.3 a1b2c3']);
    await must(node.run('CHECK', SANDBOX, node.conf({ prevResult: result })));
    await fails(node.run('ADD', SANDBOX, node.conf()), Code.AttachmentExists, /attached already/);
    await must(node.run('DEL', SANDBOX, node.conf()));
    nothingLeft(node);
    await must(node.run('DEL', SANDBOX, node.conf()));
  }, RUNNING),
);
containers(
  'an endpoint has the id that HCN would have given it, so that either way of DEL finds it',
  onNode(async (node) => {
    await must(node.run('ADD', SANDBOX, node.conf()));
    assert.equal(
      node.hns.dump().endpoints.map(({ ID }) => ID),
      [idOf(SANDBOX)],
    );
    await must(node.run('DEL', { ...SANDBOX, netns: '' }, node.conf({ apiVersion: 1 })));
    nothingLeft(node);
  }, RUNNING),
);
containers(
  "a container shares its sandbox's endpoint and lets go of it, whichever goes first",
  onNode(async (node) => {
    await must(node.run('ADD', SANDBOX, node.conf()));
    const result = await must(node.run('ADD', APP, node.conf()));
    assert.equal(result['ips'], [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }]);
    assert.equal(attached(node), ['a1b2c3_cbr0 10.244.3.3 a1b2c3 d4e5f6']);
    assert.equal(node.leases(), ['10.244.3.3']);
    await must(node.run('CHECK', APP, node.conf({ prevResult: result })));
    await fails(node.run('ADD', APP, node.conf()), Code.AttachmentExists, /attached already/);
    await must(node.run('DEL', APP, node.conf()));
    assert.equal(attached(node), ['a1b2c3_cbr0 10.244.3.3 a1b2c3']);
    await must(node.run('ADD', APP, node.conf()));
    await must(node.run('DEL', SANDBOX, node.conf()));
    nothingLeft(node);
    await must(node.run('DEL', APP, node.conf()));
  }, RUNNING),
);
containers(
  'a container whose sharing fails shares nothing',
  onNode(async (node) => {
    await must(node.run('ADD', SANDBOX, node.conf()));
    node.setFaults([{ function: 'HcnQueryEndpointProperties', when: 'before', hresult: '0x80070005', nth: 2 }]);
    await fails(node.run('ADD', APP, node.conf()), Code.Hns, /0x80070005/);
    assert.equal(attached(node), ['a1b2c3_cbr0 10.244.3.3 a1b2c3']);
    await must(node.run('ADD', APP, node.conf()));
  }, RUNNING),
);
containers(
  'CHECK says which container an endpoint is not attached to',
  onNode(async (node) => {
    await must(node.run('ADD', SANDBOX, node.conf()));
    const result = await must(node.run('ADD', APP, node.conf()));
    await must(node.run('DEL', APP, node.conf()));
    const check = node.run('CHECK', APP, node.conf({ prevResult: result }));
    await fails(check, Code.CheckFailed, /its containers are a1b2c3, expected d4e5f6/);
  }, RUNNING),
);
containers(
  'policies, DNS and the default route are those asked for, in the words of v1',
  onNode(async (node) => {
    const policies = [
      { name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', ExceptionList: ['10.96.0.0/12'] } },
      { name: 'EndpointPolicy', value: { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true } },
    ];
    const dns = { nameservers: ['10.96.0.10', '10.96.0.11'], search: ['a.local', 'b.local'] };
    const result = await must(node.run('ADD', SANDBOX, node.conf({ policies, dns })));
    assert.equal(result['dns'], dns);
    const [endpoint] = node.hns.dump().endpoints;
    const types = (endpoint?.['Policies'] ?? []) as readonly { readonly Type: string; readonly Settings?: unknown }[];
    assert.equal(types.slice(0, 2), [
      { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'] } },
      { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NeedEncap: true } },
    ]);
  }, RUNNING),
);
containers(
  'a container that does not run has nothing left of its ADD',
  onNode(async (node) => {
    await fails(
      node.run('ADD', { ...SANDBOX, containerId: 'gone' }, node.conf()),
      Code.InvalidEnvironment,
      /the container CNI_NETNS names does not exist/,
    );
    nothingLeft(node);
    await fails(node.run('ADD', APP, node.conf()), Code.UnknownContainer, /there is none named "a1b2c3_cbr0"/);
    nothingLeft(node);
  }, RUNNING),
);
for (const call of [
  'HNSCall POST /endpoints/',
  'HcsOpenComputeSystem',
  'HcsModifyComputeSystem',
  'HcnQueryEndpointProperties',
]) {
  for (const when of ['before', 'after'] as const) {
    containers(
      `an ADD whose ${call} fails ${when} its effect is undone`,
      onNode(async (node) => {
        node.setFaults([{ function: call, when, hresult: '0x80070005' }]);
        await fails(node.run('ADD', SANDBOX, node.conf()), Code.Hns, /0x80070005/);
        nothingLeft(node);
        await must(node.run('ADD', SANDBOX, node.conf()));
        await must(node.run('DEL', SANDBOX, node.conf()));
        nothingLeft(node);
      }, RUNNING),
    );
  }
}
containers(
  'apiVersion that CNI_NETNS does not agree with is refused with the reason',
  onNode(async (node) => {
    const v2 = await fails(
      node.run('ADD', SANDBOX, node.conf({ apiVersion: 2 })),
      Code.InvalidConfig,
      /apiVersion: it is 2, but/,
    );
    assert.match(v2.msg, /CNI_NETNS "none" names a running container/);
    const v1 = await fails(
      node.run('ADD', POD, node.conf({ apiVersion: 1 })),
      Code.InvalidConfig,
      /apiVersion: it is 1, but/,
    );
    assert.match(v1.msg, /is an HCN namespace, which HNS v1 does not know/);
    nothingLeft(node);
    assert.equal(node.calls(), []);
  }, RUNNING),
);
containers(
  'a route that v1 cannot say is refused, and nothing is left',
  onNode(async (node) => {
    const ipam = {
      type: 'host-local',
      dataDir: node.dataDir,
      subnet: '10.244.3.0/24',
      routes: [{ dst: '10.1.0.0/16' }],
    };
    await fails(node.run('ADD', SANDBOX, node.conf({ ipam })), Code.InvalidConfig, /HNS v1 has default routes only/);
    nothingLeft(node);
  }, RUNNING),
);
containers(
  'a network that is not there, or of another type, is told by its name as with HCN',
  onNode(async (node) => {
    await fails(
      node.run('ADD', SANDBOX, node.conf({ name: 'other' })),
      Code.NetworkMissing,
      /HNS has none of that name$/,
    );
    const overlay = node.conf({ type: 'win-overlay' });
    await fails(node.run('ADD', SANDBOX, overlay), Code.InvalidConfig, /its type is "L2Bridge", expected Overlay$/i);
    nothingLeft(node);
  }, RUNNING),
);
containers(
  'DNS options and two addresses of a family, which v1 cannot say, are refused as well',
  onNode(async (node) => {
    const options = node.conf({ dns: { options: ['ndots:5'] } });
    await fails(node.run('ADD', SANDBOX, options), Code.InvalidConfig, /^Cannot set DNS options: HNS v1 has servers/);
    const ranges = [[{ subnet: '10.244.3.0/25' }], [{ subnet: '10.244.3.128/25' }]];
    const two = node.conf({ ipam: { type: 'host-local', dataDir: node.dataDir, ranges } });
    await fails(node.run('ADD', SANDBOX, two), Code.InvalidConfig, /^Cannot give two addresses of a family: HNS v1/);
    nothingLeft(node);
  }, RUNNING),
);
containers(
  'a namespace is still what any GUID stands for',
  onNode(async (node) => {
    await fails(
      node.run('ADD', { ...POD, netns: NOWHERE }, node.conf()),
      Code.InvalidEnvironment,
      /the namespace CNI_NETNS names/,
    );
    nothingLeft(node);
  }, RUNNING),
);

containers.run();
