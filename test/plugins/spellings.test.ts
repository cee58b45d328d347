/** One address, MAC or namespace in several spellings: CHECK compares what they name, not how they are written. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEndpoint } from '../../src/hns/wire.ts';
import { answering } from '../support/answering.ts';
import { NAMESPACES, SEED, type TestNode } from '../support/node.ts';
import { seedNamed } from '../support/peer-traces.ts';
import { must, onNode } from '../support/pods.ts';

const spellings = suite('spellings');

const POD = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
const { networks } = seedNamed('cbr-dual') as { readonly networks: readonly object[] };
const DUAL = { ...SEED, networks };
const v6 = (node: TestNode, more: object = {}): unknown =>
  node.conf({
    name: 'cbr-dual',
    ipam: { type: 'host-local', dataDir: node.dataDir, subnet: 'fd00:10:244:4::/64' },
    ...more,
  });

interface Shown {
  readonly interfaces: readonly Record<string, unknown>[];
  readonly ips: readonly Record<string, unknown>[];
}

spellings(
  'ADD, CHECK and DEL work with an IPv6 range alone; the gateway is network address + 2',
  onNode(async (node) => {
    const result = (await must(node.run('ADD', POD, v6(node)))) as unknown as Shown;
    assert.equal(result.ips, [{ address: 'fd00:10:244:4::3/64', gateway: 'fd00:10:244:4::2', interface: 0 }]);
    await must(node.run('CHECK', POD, v6(node, { prevResult: result })));
    await must(node.run('DEL', POD, v6(node)));
    assert.equal([node.endpoints(), node.members()], [[], []]);
  }, DUAL),
);

/** What a runtime may make of the result of ADD by decoding and encoding it. */
const SAME: Readonly<Record<string, (result: Shown) => object>> = {
  'the address in full and upper case': ({ interfaces, ips }) => ({
    interfaces,
    ips: ips.map((ip) => ({ ...ip, address: 'FD00:0010:0244:0004:0000:0000:0000:0003/64' })),
  }),
  'the MAC with colons': ({ interfaces, ips }) => ({
    interfaces: interfaces.map((one) => ({ ...one, mac: String(one['mac']).toLowerCase().replaceAll('-', ':') })),
    ips,
  }),
  'the sandbox in upper case and braces': ({ interfaces, ips }) => ({
    interfaces: interfaces.map((one) => ({ ...one, sandbox: `{${POD.netns.toUpperCase()}}` })),
    ips,
  }),
};
for (const [what, change] of Object.entries(SAME)) {
  spellings(
    `CHECK passes with ${what}`,
    onNode(async (node) => {
      const result = (await must(node.run('ADD', POD, v6(node)))) as unknown as Shown;
      await must(node.run('CHECK', POD, v6(node, { prevResult: change(result) })));
    }, DUAL),
  );
}

spellings(
  'ADD and CHECK take an address of HNS in full and upper case; the result is canonical',
  onNode(async (node) => {
    answering(node, (text) => text.replace('"fd00:10:244:4::3"', '"FD00:10:244:4:0:0:0:3"'));
    const result = (await must(node.run('ADD', POD, v6(node)))) as unknown as Shown;
    assert.is(result.ips[0]?.['address'], 'fd00:10:244:4::3/64');
    await must(node.run('CHECK', POD, v6(node, { prevResult: result })));
  }, DUAL),
);
spellings(
  'ADD and CHECK take an address of HNS without its prefix length: it is that of the subnet',
  onNode(async (node) => {
    answering(node, (text) => text.replace(/,"PrefixLength":\d+/, ''));
    const result = (await must(node.run('ADD', POD, v6(node)))) as unknown as Shown;
    assert.is(result.ips[0]?.['address'], 'fd00:10:244:4::3/64');
    await must(node.run('CHECK', POD, v6(node, { prevResult: result })));
  }, DUAL),
);

spellings('readEndpoint() writes addresses canonically, and leaves what is none as it is', () => {
  const document = { IpConfigurations: [{ IpAddress: 'FD00::0:1' }, { IpAddress: '10.0.0.1' }, { IpAddress: 'x' }] };
  assert.equal(
    readEndpoint(document).addresses.map(({ ip }) => ip),
    ['fd00::1', '10.0.0.1', 'x'],
  );
});

spellings.run();
