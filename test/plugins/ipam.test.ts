/** What the `ipam` section asks for, from configuration to endpoint and result. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND } from '../support/pods.ts';

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
  'the file of resolvConf is what ADD takes DNS from, where `dns` says nothing, and no other verb',
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
    await must(node.run('STATUS', {}, conf({ cniVersion: '1.1.0' })));
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

ipam.run();
