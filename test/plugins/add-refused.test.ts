/** ADD that fails: one error with code and text each, and a node as it was before. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault } from '../../native/simulator/faults.ts';
import { Code } from '../../src/spec/error.ts';
import type { Pod, TestNode } from '../support/node.ts';
import { SEED } from '../support/node.ts';
import { fails, idOf, must, NOWHERE, nothingLeft, onNode, operator, POD, SECOND, seedWith } from '../support/pods.ts';

const refused = suite('ADD is refused');

interface Refusal {
  readonly code: Code;
  readonly message: RegExp;
  readonly pod?: Partial<Pod>;
  /** Added to the configuration of the node; a text is stdin as it is. */
  readonly conf?: Readonly<Record<string, unknown>> | string;
  readonly ipam?: Readonly<Record<string, unknown>>;
  readonly seed?: unknown;
  readonly faults?: readonly Fault[];
}

const fail = (name: string, hresult: number): readonly Fault[] => [{ function: name, hresult }];
const policy = (value: object): Readonly<Record<string, unknown>> => ({
  policies: [{ name: 'EndpointPolicy', value }],
});

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'without a network of that name': {
    conf: { name: 'cbr1' },
    code: Code.NetworkMissing,
    message: /^Cannot find the HNS network "cbr1": HNS has none of that name$/,
  },
  'on a network of another type': {
    seed: seedWith({ Type: 'Transparent' }),
    code: Code.InvalidConfig,
    message: /^Cannot use the HNS network "cbr0": its type is "Transparent", expected L2Bridge or L2Tunnel$/,
  },
  'into a namespace that is not there': {
    pod: { netns: NOWHERE },
    code: Code.InvalidEnvironment,
    message: /^Cannot attach to namespace 5b0a8f4e-.*cff: the namespace CNI_NETNS names does not exist$/,
  },
  'without a namespace': {
    pod: { netns: '' },
    code: Code.InvalidEnvironment,
    message: /^Cannot run ADD: CNI_NETNS not set$/,
  },
  'with a namespace that is no GUID': {
    pod: { netns: '/proc/1/ns/net' },
    code: Code.InvalidEnvironment,
    message: /^Cannot use CNI_NETNS: it is "\/proc\/1\/ns\/net"/,
  },
  'with arguments that ask for an address of another network': {
    pod: { args: 'IP=10.99.0.1' },
    code: Code.InvalidEnvironment,
    message: /^Cannot use CNI_ARGS: IP is "10\.99\.0\.1", expected an address of one of the ranges$/,
  },
  'with arguments that name a gateway': {
    pod: { args: 'IP=10.244.3.9;GATEWAY=10.244.3.1' },
    code: Code.InvalidEnvironment,
    message: /^Cannot use CNI_ARGS: GATEWAY is not supported with ipam\.type "host-local"$/,
  },
  'with stdin that is no JSON': { conf: '{', code: Code.Decode, message: /^Cannot read the network configuration/ },
  'without a name': { conf: { name: undefined }, code: Code.InvalidConfig, message: /^Cannot use name: it is absent/ },
  'in a version that is not spoken': {
    conf: { cniVersion: '1.2.0' },
    code: Code.IncompatibleVersion,
    message: /^Cannot use cniVersion: it is "1\.2\.0", expected one of "0\.1\.0", .*"1\.1\.0"$/,
  },
  'with a prevResult that cannot be passed on': {
    conf: { prevResult: { ips: [{ address: 5 }] } },
    code: Code.InvalidConfig,
    message: /^Cannot use prevResult\.ips\[0\]\.address: it is 5, expected a string$/,
  },
  'with a subnet that is none': {
    ipam: { subnet: '10.244.3.0' },
    code: Code.InvalidConfig,
    message: /^Cannot use ipam\.subnet: it is "10\.244\.3\.0"/,
  },
  'with an IPAM plugin that is nowhere': {
    ipam: { type: 'dhcp' },
    code: Code.InvalidConfig,
    message: /^Cannot use ipam\.type: none of the folders of CNI_PATH has a plugin "dhcp"$/,
  },
  'with a policy that is not well-formed': {
    conf: policy({ Type: 'Nonsense', Level: 3 }),
    code: Code.InvalidConfig,
    message: /^Cannot use policies\[0\]\.value\.Type: a policy of type "Nonsense" is not known/,
  },
  'with an address outside the network': {
    ipam: { subnet: '10.244.4.0/24' },
    code: Code.Hns,
    message: /^Cannot create endpoint "a1b2c3_cbr0" with 10\.244\.4\.3: HNS answered 0x803B001E HCN_E_INVALID_IP/,
  },
  'with loopbackDSR on HNS 9.2': {
    conf: { loopbackDSR: true },
    seed: { ...SEED, version: { Major: 9, Minor: 2 } },
    code: Code.InvalidConfig,
    message: /^Cannot use loopbackDSR: HNS is version 9\.2, expected 9\.3 or later of 9, or 10\.2 or later$/,
  },
  'with loopbackDSR on HNS 10.1': {
    conf: { loopbackDSR: true },
    seed: { ...SEED, version: { Major: 10, Minor: 1 } },
    code: Code.InvalidConfig,
    message: /^Cannot use loopbackDSR: HNS is version 10\.1/,
  },
  'while HNS is down': {
    faults: [{ function: '*', every: true, hresult: 0x800706ba }],
    code: Code.TryAgainLater,
    message: /^Cannot look up the HNS network "cbr0": HNS answered 0x800706BA RPC_S_SERVER_UNAVAILABLE/,
  },
  'while the service is not started': {
    faults: [{ function: '*', every: true, hresult: 0x80070426 }],
    code: Code.TryAgainLater,
    message: /^Cannot look up the HNS network "cbr0": HNS answered 0x80070426 ERROR_SERVICE_NOT_ACTIVE/,
  },
  'for a caller without rights': {
    faults: [{ function: '*', every: true, hresult: 0x80070005 }],
    code: Code.Hns,
    message: /E_ACCESSDENIED, the caller is neither administrator nor LocalSystem$/,
  },
  'when HNS does not like a policy': {
    faults: fail('HcnCreateEndpoint', 0x803b000d),
    code: Code.Hns,
    message: /^Cannot create endpoint .*: HNS answered 0x803B000D HCN_E_INVALID_POLICY, a policy is not valid/,
  },
  'when HNS goes away before it makes the endpoint': {
    faults: [{ function: 'HcnCreateEndpoint', every: true, hresult: 0x800706bf }],
    code: Code.TryAgainLater,
    message: /^Cannot create endpoint .*: HNS answered 0x800706BF RPC_S_CALL_FAILED_DNE/,
  },
  'when the endpoint cannot be attached': {
    faults: [{ function: 'HcnModifyNamespace', every: true, hresult: 0x803b002e }],
    code: Code.TryAgainLater,
    message: /^Cannot attach endpoint .*: HNS answered 0x803B002E HCN_E_NAMESPACE_ATTACH_FAILED/,
  },
  'when the endpoint was attached and HNS says that it was not': {
    faults: [{ function: 'HcnModifyNamespace', when: 'after', hresult: 0x80070005 }],
    code: Code.Hns,
    message: /^Cannot attach endpoint .*: HNS answered 0x80070005 E_ACCESSDENIED/,
  },
  'when the endpoint cannot be read back': {
    faults: fail('HcnQueryEndpointProperties', 0x80070005),
    code: Code.Hns,
    message: /^Cannot read endpoint "a1b2c3_cbr0" back: HNS answered 0x80070005 E_ACCESSDENIED/,
  },
  'when HNS made something else than was asked for': {
    faults: [{ function: 'HcnQueryEndpointProperties', every: true, action: 'garbage', text: '{"Name":"x"}' }],
    code: Code.Hns,
    message:
      /^Cannot use endpoint "x" as HNS made it: its namespace is none, .*; its addresses are , expected 10\.244\.3\.4$/,
  },
  'when the policy asked for is not on the endpoint': {
    // The same address at the second try.
    pod: { args: 'IP=10.244.3.9' },
    conf: policy({ Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12' } }),
    faults: [
      {
        function: 'HcnQueryEndpointProperties',
        every: true,
        action: 'garbage',
        text: JSON.stringify({
          Name: 'x',
          HostComputeNamespace: POD.netns.toUpperCase(),
          IpConfigurations: [{ IpAddress: '10.244.3.9' }],
        }),
      },
    ],
    code: Code.Hns,
    message: /^Cannot use endpoint "x" as HNS made it: it has no SDNRoute policy, expected one$/,
  },
};

const confOf = (node: TestNode, { conf = {}, ipam = {} }: Refusal): unknown =>
  typeof conf === 'string'
    ? conf
    : node.conf({ ipam: { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/24', ...ipam }, ...conf });

for (const [name, refusal] of Object.entries(REFUSALS)) {
  refused(
    name,
    onNode(async (node) => {
      node.setFaults(refusal.faults ?? []);
      await fails(node.run('ADD', { ...POD, ...refusal.pod }, confOf(node, refusal)), refusal.code, refusal.message);
      nothingLeft(node);
      // The same pod is welcome once the cause is gone, on a network that can have it.
      node.setFaults([]);
      if (refusal.seed === undefined) await must(node.run('ADD', POD, node.conf()));
    }, refusal.seed ?? SEED),
  );
}

refused(
  'into a namespace that is not there before an endpoint is made, or an address taken',
  onNode(async (node) => {
    await fails(node.run('ADD', { ...POD, netns: NOWHERE }, node.conf()), Code.InvalidEnvironment, /^Cannot attach to/);
    assert.not(node.calls().includes('HcnCreateEndpoint'));
    const added = await must(node.run('ADD', POD, node.conf()));
    assert.equal(added['ips'], [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }]);
  }),
);

/** What is there before ADD, and stays as it is. */
refused(
  'for an attachment that exists, which stays',
  onNode(async (node) => {
    const first = await must(node.run('ADD', POD, node.conf()));
    const error = await fails(
      node.run('ADD', POD, node.conf()),
      Code.AttachmentExists,
      /^Cannot add "eth0" of container "a1b2c3" to "cbr0": it is attached already$/,
    );
    assert.is(error.details, 'run DEL first; nothing was changed');
    assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${POD.netns}`]);
    await must(node.run('CHECK', POD, node.conf({ prevResult: first })));
    assert.equal(node.leftovers(), []);
  }),
);
refused(
  'for an attachment that exists in another namespace, too',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    await fails(node.run('ADD', { ...POD, netns: SECOND.netns }, node.conf()), Code.AttachmentExists, /is attached/);
    assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${POD.netns}`]);
  }),
);
for (const [whose, id] of [
  ['another plugin made', undefined],
  ['is ours although no record says so', idOf(POD)],
] as const) {
  refused(
    `for an attachment whose endpoint ${whose}, which stays`,
    onNode(async (node) => {
      const peer = { Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] };
      const { createEndpoint, attach, hns } = operator(node);
      createEndpoint(peer, id === undefined ? {} : { id });
      const made = String(hns.dump().endpoints[0]?.['ID']);
      attach(POD.netns.toUpperCase(), made);
      const before = node.endpoints();
      await fails(node.run('ADD', POD, node.conf()), Code.AttachmentExists, /it is attached already$/);
      assert.equal(node.endpoints(), before);
      assert.equal([node.leases(), node.records('attachments'), node.leftovers()], [[], [], []]);
    }),
  );
}
for (const content of ['a1b2c3\r\neth0', 'a1b2c3']) {
  refused(
    `for a container that host-local has given an address (${JSON.stringify(content)}), which it keeps`,
    onNode(async (node) => {
      const file = join(node.dataDir, 'cbr0', '10.244.3.9');
      mkdirSync(join(node.dataDir, 'cbr0'));
      writeFileSync(file, content);
      await fails(
        node.run('ADD', POD, node.conf()),
        Code.AttachmentExists,
        /^Cannot reserve an address on "cbr0": container "a1b2c3" holds 10\.244\.3\.9 already$/,
      );
      assert.is(readFileSync(file, 'utf8'), content);
      assert.equal([node.leases(), node.endpoints(), node.records('attachments')], [['10.244.3.9'], [], []]);
    }),
  );
}
refused(
  'when every address is given, and not before',
  onNode(async (node) => {
    const ipam = { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/29' };
    for (let n = 1; n <= 4; n++) {
      await must(node.run('ADD', { ...POD, containerId: `pod${n}` }, node.conf({ ipam })));
    }
    const before = [node.endpoints(), node.leases(), node.records('attachments')];
    const error = await fails(
      node.run('ADD', SECOND, node.conf({ ipam })),
      Code.AddressesExhausted,
      /^Cannot reserve an address on "cbr0": 4 of 4 addresses are used, 0 of them leaked, 0 quarantined, 0 free$/,
    );
    assert.is(error.details, `folder ${node.dataDir}; JSON path ipam.ranges`);
    assert.equal([node.endpoints(), node.leases(), node.records('attachments')], before);
    await must(node.run('DEL', { ...POD, containerId: 'pod2' }, node.conf({ ipam })));
    await must(node.run('ADD', SECOND, node.conf({ ipam })));
    assert.equal(node.leases(), ['10.244.3.3', '10.244.3.4', '10.244.3.5', '10.244.3.6']);
  }),
);
refused(
  'when others hold every address it tries, a bounded number of them',
  onNode(async (node) => {
    const { createEndpoint } = operator(node);
    for (let host = 3; host < 100; host++) {
      createEndpoint({ Name: `stranger${host}`, IpConfigurations: [{ IpAddress: `10.244.3.${host}` }] });
    }
    node.dispatcher.clearTrace();
    await fails(node.run('ADD', POD, node.conf()), Code.Hns, /HNS answered 0x80071392 ERROR_OBJECT_ALREADY_EXISTS/);
    assert.is(node.calls().filter((name) => name === 'HcnCreateEndpoint').length, 9);
    assert.equal([node.leases(), node.records('attachments'), node.leftovers()], [[], [], []]);
    assert.is(node.endpoints().length, 97);
  }),
);
refused(
  'and what cannot be undone is said, with the first error, and stays for DEL',
  onNode(async (node) => {
    node.setFaults([
      { function: 'HcnModifyNamespace', hresult: 0x803b002e, every: true },
      { function: 'HcnDeleteEndpoint', hresult: 0x80070005 },
    ]);
    const error = await fails(node.run('ADD', POD, node.conf()), Code.TryAgainLater, /^Cannot attach .* 0x803B002E/);
    assert.match(error.details ?? '', /; not undone: Cannot delete endpoint .*: HNS answered 0x80070005/);
    assert.equal(node.leases(), ['10.244.3.3'], 'an endpoint holds it');
    assert.is(node.records('attachments').length, 1);
    node.setFaults([]);
    await must(node.run('DEL', POD, node.conf()));
    nothingLeft(node);
  }),
);

refused.run();
