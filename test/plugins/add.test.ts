/** ADD: what HNS is asked for, which address a pod gets, and what two attachments of one name do to each other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NAMESPACES, SEED, type TestNode } from '../support/node.ts';
import { idOf, must, networkAs, nothingLeft, onNode, operator, POD, SECOND, seedWith } from '../support/pods.ts';

const add = suite('ADD');

/** The document HNS got with the last HcnCreateEndpoint. */
const asked = (node: TestNode): Record<string, unknown> =>
  node.dispatcher.trace().findLast((call) => call.function === 'HcnCreateEndpoint')?.request['settings'] as Record<
    string,
    unknown
  >;
const addressOf = (out: Record<string, unknown>): string =>
  (out['ips'] as readonly { readonly address: string }[]).map(({ address }) => address).join();

add(
  'asks HNS for what win-bridge asks for',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    assert.equal(asked(node), {
      Name: 'a1b2c3_cbr0',
      HostComputeNetwork: SEED.networks[0]?.ID,
      IpConfigurations: [{ IpAddress: '10.244.3.3' }],
      Dns: {},
      Routes: [{ NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0' }],
      SchemaVersion: { Major: 2, Minor: 0 },
    });
    assert.is(operator(node).endpoint(idOf(POD))['ID'], idOf(POD));
  }),
);
add(
  'reads every key of the configuration in any case',
  onNode(async (node) => {
    const value = { TYPE: 'OutBoundNAT', settings: { exceptions: ['10.96.0.0/12'] } };
    const out = await must(
      node.run('ADD', POD, {
        CNIVERSION: '1.1.0',
        NAME: 'cbr0',
        Type: 'win-bridge',
        IPAM: { TYPE: 'host-local', DataDir: node.dataDir, RANGES: [[{ Subnet: '10.244.3.0/24' }]] },
        POLICIES: [{ NAME: 'EndpointPolicy', VALUE: value }],
        DNS: { NameServers: ['1.1.1.1'], DOMAIN: 'a.local', Search: ['a.local'] },
        RuntimeConfig: { DNS: { Servers: ['10.96.0.10'], Searches: ['b.local'], Options: ['ndots:5'] } },
        IPMasqNetwork: '10.244.0.0/16',
        GATEWAY: '10.244.3.1',
      }),
    );
    const { Dns, Policies, Routes } = asked(node);
    assert.equal(Dns, {
      Domain: 'a.local',
      Search: ['b.local'],
      ServerList: ['10.96.0.10'],
      Options: ['ndots:5'],
    });
    assert.equal(Policies, [{ Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12', '10.244.0.0/16'] } }]);
    assert.equal(Routes, [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }]);
    assert.equal(out['cniVersion'], '1.1.0');
    assert.equal(out['ips'], [{ address: '10.244.3.3/24', gateway: '10.244.3.1', interface: 0 }]);
    assert.equal(out['dns'], {
      nameservers: ['10.96.0.10'],
      domain: 'a.local',
      search: ['b.local'],
      options: ['ndots:5'],
    });
  }),
);
add(
  'states the routes of the IPAM section, by the gateway where they name none',
  onNode(async (node) => {
    const routes = [
      { dst: '0.0.0.0/0', gw: '10.244.3.9' },
      { dst: '10.1.0.0/16' },
      { dst: '10.2.0.0/16', gw: '10.244.3.8' },
    ];
    const ipam = { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/24', routes };
    const out = await must(node.run('ADD', POD, node.conf({ ipam })));
    assert.equal(out['routes'], [
      { dst: '10.1.0.0/16', gw: '10.244.3.2' },
      { dst: '10.2.0.0/16', gw: '10.244.3.8' },
    ]);
    assert.equal(asked(node)['Routes'], [
      { NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0' },
      { NextHop: '10.244.3.2', DestinationPrefix: '10.1.0.0/16' },
      { NextHop: '10.244.3.8', DestinationPrefix: '10.2.0.0/16' },
    ]);
  }),
);
for (const netns of [POD.netns.toUpperCase(), `{${POD.netns}}`, `C:\\cni\\${POD.netns}`]) {
  add(
    `takes CNI_NETNS ${netns} and prints it as the sandbox`,
    onNode(async (node) => {
      const out = await must(node.run('ADD', { ...POD, netns }, node.conf()));
      assert.is((out['interfaces'] as readonly { sandbox: string }[])[0]?.sandbox, netns);
      assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${POD.netns}`]);
      await must(node.run('CHECK', { ...POD, netns }, node.conf({ prevResult: out })));
      await must(node.run('DEL', { ...POD, netns }, node.conf()));
      nothingLeft(node);
    }),
  );
}
add(
  'works on an L2Tunnel network, and finds the type in any case',
  onNode(
    async (node) => {
      await must(node.run('ADD', POD, node.conf()));
      assert.is(node.endpoints().length, 1);
    },
    seedWith({ Type: 'L2Tunnel' }),
  ),
);

add(
  'passes over an address that an endpoint of others has, and leaves no file of it',
  onNode(async (node) => {
    operator(node).createEndpoint({ Name: 'stranger', IpConfigurations: [{ IpAddress: '10.244.3.3' }] });
    assert.is(addressOf(await must(node.run('ADD', POD, node.conf()))), '10.244.3.4/24');
    assert.equal(node.leases(), ['10.244.3.4']);
    assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.4 ${POD.netns}`, 'stranger 10.244.3.3 -']);
    assert.equal(node.leftovers(), []);
  }),
);
add(
  'passes over an address that HNS keeps for itself',
  onNode(
    async (node) => {
      assert.is(addressOf(await must(node.run('ADD', POD, node.conf()))), '10.244.3.4/24');
      assert.equal(node.leases(), ['10.244.3.4']);
    },
    seedWith({
      Ipams: [
        {
          Subnets: [
            {
              IpAddressPrefix: '10.244.3.0/24',
              Routes: [{ NextHop: '10.244.3.3', DestinationPrefix: '0.0.0.0/0' }],
            },
          ],
        },
      ],
    }),
  ),
);
add(
  'never gives out the network, +1, +2, the last address or the gateway',
  onNode(async (node) => {
    const ipam = { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/29' };
    const given: string[] = [];
    for (const n of [1, 2, 3]) {
      const pod = { containerId: `pod${n}`, ifname: 'eth0', netns: NAMESPACES[n] as string };
      given.push(addressOf(await must(node.run('ADD', pod, node.conf({ ipam, gateway: '10.244.3.4' })))));
    }
    assert.equal(given, ['10.244.3.3/24', '10.244.3.5/24', '10.244.3.6/24'], 'with the prefix HNS has');
  }),
);

add(
  'gives two interfaces of one container an endpoint each, and DEL takes the one it names',
  onNode(async (node) => {
    const other = { ...POD, ifname: 'eth1' };
    await must(node.run('ADD', POD, node.conf()));
    const out = await must(node.run('ADD', other, node.conf()));
    assert.equal((out['interfaces'] as readonly { name: string }[])[0]?.name, 'eth1');
    assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${POD.netns}`, `a1b2c3_cbr0_eth1 10.244.3.4 ${POD.netns}`]);
    const file = (address: string): string => readFileSync(join(node.dataDir, 'cbr0', address), 'utf8');
    assert.equal(['10.244.3.3', '10.244.3.4'].map(file), ['a1b2c3\r\neth0', 'a1b2c3\r\neth1']);
    await must(node.run('CHECK', other, node.conf({ prevResult: out })));
    await must(node.run('DEL', POD, node.conf()));
    assert.equal(node.endpoints(), [`a1b2c3_cbr0_eth1 10.244.3.4 ${POD.netns}`]);
    await must(node.run('DEL', other, node.conf()));
    nothingLeft(node);
  }),
);

/** "eth1" of container "a" on "n", and "a" on "n_eth1": both endpoints are named `a_n_eth1`. */
const TWINS = {
  ...SEED,
  networks: [
    networkAs('C0A8E101-1B1D-4B1D-8B1D-00000000000A', 'n', '10.1.1'),
    networkAs('C0A8E101-1B1D-4B1D-8B1D-00000000000B', 'n_eth1', '10.1.2'),
  ],
};
const twin = (node: TestNode, name: string, subnet: string): Record<string, unknown> =>
  node.conf({ name, ipam: { type: 'host-local', dataDir: node.dataDir, subnet: `${subnet}.0/24` } });

for (const isFirst of [true, false]) {
  add(
    `attachments whose endpoints have one name do not touch each other (${isFirst ? 'eth1' : 'n_eth1'} goes first)`,
    onNode(async (node) => {
      const all = [
        { pod: { containerId: 'a', ifname: 'eth1', netns: POD.netns }, conf: twin(node, 'n', '10.1.1') },
        { pod: { containerId: 'a', ifname: 'eth0', netns: SECOND.netns }, conf: twin(node, 'n_eth1', '10.1.2') },
      ] as const;
      const results = [];
      for (const { pod, conf } of all) results.push(await must(node.run('ADD', pod, conf)));
      const both = [`a_n_eth1 10.1.1.3 ${POD.netns}`, `a_n_eth1 10.1.2.3 ${SECOND.netns}`];
      assert.equal(node.endpoints(), both);
      for (const [index, { pod, conf }] of all.entries()) {
        await must(node.run('CHECK', pod, { ...conf, prevResult: results[index] }));
      }
      const gone = isFirst ? 0 : 1;
      await must(node.run('DEL', all[gone].pod, all[gone].conf));
      assert.equal(node.endpoints(), [both[1 - gone]]);
      await must(node.run('DEL', all[gone].pod, all[gone].conf));
      assert.equal(node.endpoints(), [both[1 - gone]], 'DEL without a record');
      await must(node.run('DEL', all[(1 - gone) as 0 | 1].pod, all[(1 - gone) as 0 | 1].conf));
      assert.equal([node.endpoints(), node.members()], [[], []]);
    }, TWINS),
  );
}

add(
  'replaces the endpoint that a killed ADD of the same attachment left unattached',
  onNode(async (node) => {
    const left = { Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.3' }] };
    assert.is(operator(node).createEndpoint(left, { id: idOf(POD) }), '0x00000000');
    await must(node.run('ADD', POD, node.conf()));
    assert.is(node.endpoints().length, 1);
    await must(node.run('DEL', POD, node.conf()));
    nothingLeft(node);
  }),
);
add(
  'replaces an endpoint of its own id under whatever name, when that is in no namespace',
  onNode(async (node) => {
    const odd = { Name: 'renamed', IpConfigurations: [{ IpAddress: '10.244.3.77' }] };
    assert.is(operator(node).createEndpoint(odd, { id: idOf(POD) }), '0x00000000');
    await must(node.run('ADD', POD, node.conf()));
    assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.4 ${POD.netns}`]);
    assert.equal(node.leases(), ['10.244.3.4']);
  }),
);
add(
  'takes up a lease that a killed ADD left pending',
  onNode(async (node) => {
    node.setFaults([{ function: 'HcnModifyNamespace', action: 'kill', when: 'before' }]);
    assert.is((await node.run('ADD', POD, node.conf())).code, 1);
    node.setFaults([]);
    await must(node.run('ADD', POD, node.conf()));
    assert.is(node.endpoints().length, 1);
    assert.is(node.leases().length, 1);
    await must(node.run('DEL', POD, node.conf()));
    nothingLeft(node);
  }),
);

add(
  'gives forty pods that come at the same time an address each',
  onNode(async (node) => {
    node.dispatcher.setLatency({ '*': [0, 5] });
    const pods = Array.from({ length: 40 }, (_, n) => ({ ...POD, containerId: `pod${n}` }));
    await Promise.all(pods.map((pod) => must(node.run('ADD', pod, node.conf()))));
    assert.is(new Set(node.endpoints().map((line) => line.split(' ')[1])).size, pods.length);
    assert.is(node.leases().length, pods.length);
    await Promise.all(pods.map((pod) => must(node.run('DEL', pod, node.conf()))));
    nothingLeft(node);
  }),
);

/** HNS versions with direct server return. */
for (const [Major, Minor] of [
  [9, 3],
  [10, 2],
  [15, 4],
] as const) {
  add(
    `loopbackDSR on HNS ${Major}.${Minor} gives the pod a policy for its own address`,
    onNode(
      async (node) => {
        const value = { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'] } };
        const policies = [{ name: 'EndpointPolicy', value }];
        await must(node.run('ADD', POD, node.conf({ loopbackDSR: true, policies })));
        assert.equal(asked(node)['Policies'], [
          { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'] } },
          { Type: 'OutBoundNAT', Settings: { Destinations: ['10.244.3.3'] } },
        ]);
        assert.is(node.calls().length, 9, 'one call more, for the version');
      },
      { ...SEED, version: { Major, Minor } },
    ),
  );
}

add.run();
