/** A pod with an address of each family: host-local's sets of ranges from configuration to endpoint, result and back. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { list, type TestNode } from '../support/node.ts';
import { seedNamed } from '../support/peer-traces.ts';
import { fails, must, onNode, POD, SECOND, seedWith } from '../support/pods.ts';

const dual = suite('dual stack');

const DUAL = (seedNamed('cbr-dual') as { readonly networks: readonly [object] }).networks[0];
const SETS = [
  [{ subnet: '10.244.4.0/24', rangeStart: '10.244.4.10' }],
  [{ subnet: 'fd00:10:244:4::/64', rangeStart: 'fd00:10:244:4::10' }],
];

const confOf = (node: TestNode, more: object = {}): Record<string, unknown> =>
  node.conf({
    name: 'cbr-dual',
    cniVersion: '1.1.0',
    ipam: { type: 'host-local', dataDir: node.dataDir, ranges: SETS },
    ...more,
  });

/** Addresses and routes of every endpoint, as HNS has them. */
const wires = (node: TestNode): readonly unknown[] =>
  node.hns.dump().endpoints.map((endpoint) => {
    const { IpConfigurations, Routes } = endpoint as {
      readonly IpConfigurations: readonly { readonly IpAddress: string; readonly PrefixLength: number }[];
      readonly Routes: readonly { readonly NextHop: string; readonly DestinationPrefix: string }[];
    };
    return [
      IpConfigurations.map(({ IpAddress, PrefixLength }) => `${IpAddress}/${PrefixLength}`),
      Routes.map(({ NextHop, DestinationPrefix }) => `${DestinationPrefix} ${NextHop}`),
    ];
  });

/** Addresses with a file, and records. */
const held = ({ dataDir }: TestNode): readonly string[] => [
  ...list(join(dataDir, 'cbr-dual')).filter((name) => /^[0-9a-f.:]+$/.test(name)),
  ...list(join(dataDir, 'cbr-dual', '.wincni', 'attachments')),
];

const test = (use: (node: TestNode) => Promise<void>): (() => Promise<void>) => onNode(use, seedWith(DUAL));

dual(
  'a host port is mapped for both addresses, and is free again after DEL',
  test(async (node) => {
    const runtimeConfig = { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] };
    const ports = (): readonly unknown[] => node.hns.dump().ports.map(({ port, ipv6 }) => [port, ipv6]);
    const prevResult = await must(node.run('ADD', POD, confOf(node, { runtimeConfig })));
    assert.equal(ports(), [
      [8080, undefined],
      [8080, true],
    ]);
    await must(node.run('CHECK', POD, confOf(node, { runtimeConfig, prevResult })));
    await must(node.run('DEL', POD, confOf(node, { runtimeConfig })));
    assert.equal(ports(), []);
  }),
);

dual(
  'ADD, CHECK, GC, STATUS and DEL work on both addresses',
  test(async (node) => {
    const added = await must(node.run('ADD', POD, confOf(node)));
    assert.equal(added['ips'], [
      { address: '10.244.4.10/24', gateway: '10.244.4.2', interface: 0 },
      { address: 'fd00:10:244:4::10/64', gateway: 'fd00:10:244:4::2', interface: 0 },
    ]);
    assert.equal(wires(node), [
      [
        ['10.244.4.10/24', 'fd00:10:244:4::10/64'],
        ['0.0.0.0/0 10.244.4.2', '::/0 fd00:10:244:4::2'],
      ],
    ]);
    await must(node.run('CHECK', POD, confOf(node, { prevResult: added })));
    const [four, six] = added['ips'] as [object, object];
    for (const ips of [[four], [six]]) {
      const prevResult = { ...added, ips };
      await fails(
        node.run('CHECK', POD, confOf(node, { prevResult })),
        Code.CheckFailed,
        /prevResult lacks its address/,
      );
    }
    await must(node.run('ADD', SECOND, confOf(node)));
    const valid = [{ containerID: POD.containerId, ifname: POD.ifname }];
    await must(node.run('GC', {}, confOf(node, { 'cni.dev/valid-attachments': valid })));
    assert.is(wires(node).length, 1);
    await must(node.run('STATUS', {}, confOf(node)));
    await must(node.run('DEL', POD, confOf(node)));
    assert.equal([node.endpoints(), node.members(), held(node)], [[], [], []]);
  }),
);
dual(
  'one family for each of the addresses of CNI 0.2.0',
  test(async (node) => {
    const added = await must(node.run('ADD', POD, confOf(node, { cniVersion: '0.2.0' })));
    assert.equal(
      [added['ip4'], added['ip6']],
      [
        { ip: '10.244.4.10/24', gateway: '10.244.4.2' },
        { ip: 'fd00:10:244:4::10/64', gateway: 'fd00:10:244:4::2' },
      ],
    );
  }),
);
dual(
  'a failed ADD gives both back, and DEL needs none of the ranges any more',
  test(async (node) => {
    node.setFaults([{ function: 'HcnModifyNamespace', hresult: '0x803B0015' }]);
    await fails(node.run('ADD', POD, confOf(node)), Code.Hns, /^Cannot attach/);
    node.setFaults([]);
    assert.equal([node.endpoints(), held(node)], [[], []]);
    const added = await must(node.run('ADD', POD, confOf(node)));
    assert.equal(
      (added['ips'] as { readonly address: string }[]).map(({ address }) => address),
      ['10.244.4.11/24', 'fd00:10:244:4::11/64'],
    );
    const broken = { type: 'host-local', dataDir: node.dataDir, ranges: 'broken' };
    await must(node.run('DEL', POD, confOf(node, { ipam: broken })));
    assert.equal([node.endpoints(), held(node), node.leftovers()], [[], [], []]);
    await fails(node.run('ADD', POD, confOf(node, { ipam: broken })), Code.InvalidConfig, /ipam\.ranges/);
  }),
);
dual(
  'an address that another endpoint has is passed over in its family',
  test(async (node) => {
    await must(node.run('ADD', POD, confOf(node)));
    // A lease that was lost while its endpoint lives: only HNS knows.
    const elsewhere = `${node.dataDir}/elsewhere`;
    const ipam = { type: 'host-local', dataDir: elsewhere, ranges: SETS };
    const added = await must(node.run('ADD', SECOND, confOf(node, { ipam })));
    assert.equal(
      (added['ips'] as { readonly address: string }[]).map(({ address }) => address),
      ['10.244.4.11/24', 'fd00:10:244:4::11/64'],
    );
  }),
);
dual(
  'STATUS says when either family has no address left',
  test(async (node) => {
    const ranges = [
      SETS[0],
      [{ subnet: 'fd00:10:244:4::/64', rangeStart: 'fd00:10:244:4::10', rangeEnd: 'fd00:10:244:4::10' }],
    ];
    const conf = confOf(node, { ipam: { type: 'host-local', dataDir: node.dataDir, ranges } });
    await must(node.run('ADD', POD, conf));
    await fails(node.run('STATUS', {}, conf), Code.NotAvailable, /1 of 1 addresses are used/);
    await fails(node.run('ADD', SECOND, conf), Code.AddressesExhausted, /1 of 1 addresses are used/);
  }),
);

const ROUTES = [{ dst: '10.1.0.0/16' }, { dst: 'fd01::/64' }, { dst: 'fd02::/64', gw: 'fd00:10:244:4::9' }];
for (const [families, sets, further] of [
  ['both families', SETS, ['10.1.0.0/16 10.244.4.2', 'fd01::/64 fd00:10:244:4::2', 'fd02::/64 fd00:10:244:4::9']],
  ['IPv4 alone', SETS.slice(0, 1), ['10.1.0.0/16 10.244.4.2']],
] as const) {
  dual(
    `ipam.routes are on the endpoint and in the result, of ${families}`,
    test(async (node) => {
      const ipam = { type: 'host-local', dataDir: node.dataDir, ranges: sets, routes: ROUTES };
      const added = await must(node.run('ADD', POD, confOf(node, { ipam })));
      const told = (added['routes'] ?? []) as readonly { readonly dst: string; readonly gw: string }[];
      assert.equal(
        told.map(({ dst, gw }) => `${dst} ${gw}`),
        further,
      );
      const [wire] = wires(node) as readonly (readonly [unknown, readonly string[]])[];
      assert.equal(
        (wire?.[1] ?? []).filter((route) => !/^(0\.0\.0\.0|::)\/0 /.test(route)),
        further,
      );
    }),
  );
}

dual.run();
