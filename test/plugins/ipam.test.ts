/** What the `ipam` section asks for, from configuration to endpoint and result. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { Pod, TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND, THIRD } from '../support/pods.ts';

const ipam = suite('ipam');

const hostLocal = (node: TestNode, more: object): object => ({
  type: 'host-local',
  dataDir: node.dataDir,
  subnet: '10.244.3.0/24',
  ...more,
});
const dnsOf = (node: TestNode): unknown =>
  (node.hns.dump().endpoints[0] as { readonly Dns?: unknown } | undefined)?.Dns;

ipam(
  'the file of resolvConf is what ADD takes DNS from, where `dns` says nothing; CHECK and DEL do without',
  onNode(async (node) => {
    const file = join(node.dataDir, 'resolv.conf');
    const conf = (more: object = {}): Record<string, unknown> =>
      node.conf({ ipam: hostLocal(node, { resolvConf: file }), dns: { domain: 'from.conf' }, ...more });
    const missing = await fails(node.run('ADD', POD, conf()), Code.InvalidConfig, /expected a file that exists$/);
    assert.is(missing.details, 'JSON path ipam.resolvConf');
    nothingLeft(node);
    writeFileSync(file, 'nameserver 10.96.0.10\nsearch a.org b.org\ndomain from.file\n');
    const added = await must(node.run('ADD', POD, conf()));
    assert.equal(added['dns'], { nameservers: ['10.96.0.10'], search: ['a.org', 'b.org'], domain: 'from.conf' });
    assert.equal(dnsOf(node), { ServerList: ['10.96.0.10'], Search: ['a.org', 'b.org'], Domain: 'from.conf' });
    rmSync(file);
    await must(node.run('CHECK', POD, conf({ prevResult: added })));
    await fails(node.run('STATUS', {}, conf({ cniVersion: '1.1.0' })), Code.InvalidConfig, /resolvConf/);
    await must(node.run('DEL', POD, conf()));
    nothingLeft(node);
  }),
);
ipam(
  'ranges of the runtime give an address of their own',
  onNode(async (node) => {
    const runtimeConfig = { ipRanges: [[{ subnet: '10.244.3.0/24', rangeStart: '10.244.3.200' }]] };
    const conf = node.conf({ ipam: { type: 'host-local', dataDir: node.dataDir }, runtimeConfig });
    const added = await must(node.run('ADD', SECOND, conf));
    assert.equal(added['ips'], [{ address: '10.244.3.200/24', gateway: '10.244.3.2', interface: 0 }]);
    // DEL is not told of them by every runtime.
    await must(node.run('DEL', SECOND, node.conf({ ipam: { type: 'host-local', dataDir: node.dataDir } })));
    nothingLeft(node);
  }),
);
ipam(
  'an address is asked for in three ways, and given or refused',
  onNode(async (node) => {
    const given = async (pod: Pod, more: object = {}): Promise<unknown> => {
      const { ips } = await must(node.run('ADD', pod, node.conf({ ...more })));
      return (ips as readonly { readonly address: string }[]).map(({ address }) => address);
    };
    assert.equal(await given({ ...POD, args: 'IP=10.244.3.50' }), ['10.244.3.50/24']);
    assert.equal(await given(SECOND, { runtimeConfig: { ips: ['10.244.3.51/24'] } }), ['10.244.3.51/24']);
    assert.equal(await given(THIRD, { args: { cni: { ips: ['10.244.3.52'] } } }), ['10.244.3.52/24']);
    const leases = ['10.244.3.50', '10.244.3.51', '10.244.3.52'];
    assert.equal(node.leases(), leases);
    const other = { ...POD, ifname: 'eth1' };
    const taken = { ...other, args: 'IP=10.244.3.51' };
    await fails(
      node.run('ADD', taken, node.conf()),
      Code.Ipam,
      /10\.244\.3\.51 was asked for, but container "d4e5f6" has it/,
    );
    const kept = { ...other, args: 'IP=10.244.3.2' };
    await fails(node.run('ADD', kept, node.conf()), Code.Ipam, /but the network keeps it for itself$/);
    assert.equal(node.leases(), leases);
    // The lease is lost, the endpoint lives: HNS is the judge, and no other address is taken in its place.
    rmSync(join(node.dataDir, 'cbr0', '10.244.3.51'));
    await fails(node.run('ADD', taken, node.conf()), Code.Hns, /with 10\.244\.3\.51: HNS answered 0x80071392/);
    assert.equal(node.leases(), ['10.244.3.50', '10.244.3.52']);
    assert.is(node.endpoints().length, 3);
    // DEL has no use for what was asked for, and says nothing of it.
    await must(node.run('DEL', { ...POD, args: 'IP=frog' }, node.conf({ runtimeConfig: { ips: 'broken' } })));
    assert.equal(node.leases(), ['10.244.3.52']);
  }),
);
ipam(
  'static addresses are those of the configuration, and of the record',
  onNode(async (node) => {
    const section = {
      type: 'static',
      dataDir: node.dataDir,
      addresses: [{ address: '10.244.3.77/24', gateway: '10.244.3.1' }],
      routes: [{ dst: '0.0.0.0/0' }, { dst: '10.96.0.0/12' }],
      dns: { nameservers: ['10.96.0.11'], domain: 'example.org' },
    };
    const conf = (more: object = {}): Record<string, unknown> =>
      node.conf({ cniVersion: '1.1.0', ipam: section, ...more });
    const added = await must(node.run('ADD', POD, conf()));
    assert.equal(
      [added['ips'], added['routes'], added['dns']],
      [
        [{ address: '10.244.3.77/24', gateway: '10.244.3.2', interface: 0 }],
        [{ dst: '10.96.0.0/12', gw: '10.244.3.2' }],
        section.dns,
      ],
    );
    assert.equal([node.endpoints(), node.leases()], [[`a1b2c3_cbr0 10.244.3.77 ${POD.netns}`], []]);
    assert.is(node.records('attachments').length, 1);
    await must(node.run('STATUS', {}, conf()));
    await must(node.run('CHECK', POD, conf({ prevResult: added })));
    await fails(node.run('ADD', POD, conf()), Code.AttachmentExists, /it is attached already$/);
    assert.equal((await must(node.run('ADD', POD, conf({ repeatedAdd: 'reuse' }))))['ips'], added['ips']);
    const moved = { ...section, addresses: [{ address: '10.244.3.78/24' }] };
    const elsewhere = conf({ repeatedAdd: 'reuse', ipam: moved });
    await fails(node.run('ADD', POD, elsewhere), Code.AttachmentExists, /it is attached already$/);
    // The address is another pod's: HNS says so, and none is taken in its place.
    await fails(node.run('ADD', SECOND, conf()), Code.Hns, /with 10\.244\.3\.77: HNS answered 0x80071392/);
    assert.equal([node.endpoints().length, node.records('attachments').length], [1, 1]);
    await must(node.run('DEL', POD, conf({ ipam: { type: 'static', dataDir: node.dataDir, addresses: 'broken' } })));
    nothingLeft(node);
  }),
);
ipam(
  'an ADD repeated with another address asked for is not answered with the one that is there',
  onNode(async (node) => {
    const conf = node.conf({ repeatedAdd: 'reuse' });
    const added = await must(node.run('ADD', { ...POD, args: 'IP=10.244.3.50' }, conf));
    assert.equal((await must(node.run('ADD', { ...POD, args: 'IP=10.244.3.50' }, conf)))['ips'], added['ips']);
    assert.equal((await must(node.run('ADD', POD, conf)))['ips'], added['ips']);
    await fails(node.run('ADD', { ...POD, args: 'IP=10.244.3.51' }, conf), Code.AttachmentExists, /attached already/);
  }),
);

ipam.run();
