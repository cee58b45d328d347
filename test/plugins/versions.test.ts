/** Every CNI version on one node: the verbs it defines, results in its words, and chains behind another plugin. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { isAtLeast, SUPPORTED, type Version } from '../../src/spec/version.ts';
import { fails, must, nothingLeft, onNode, POD, SECOND } from '../support/pods.ts';

const versions = suite('CNI versions');

const ADDRESS = { address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 };
const INTERFACES = [{ name: 'eth0', mac: '00-15-5D-52-C0-00', sandbox: POD.netns }];
/** What ADD of the first pod prints in each version. */
function resultIn(cniVersion: Version): Record<string, unknown> {
  if (!isAtLeast(cniVersion, '0.3.0')) {
    return { cniVersion, ip4: { ip: '10.244.3.3/24', gateway: '10.244.3.2' }, dns: {} };
  }
  if (!isAtLeast(cniVersion, '1.0.0')) {
    return { cniVersion, interfaces: INTERFACES, ips: [{ version: '4', ...ADDRESS }], dns: {} };
  }
  return { cniVersion, interfaces: INTERFACES, ips: [ADDRESS] };
}

for (const cniVersion of SUPPORTED) {
  versions(
    `${cniVersion}: the life of a pod, with the verbs of that version`,
    onNode(async (node) => {
      const conf = (more = {}): unknown => node.conf({ cniVersion, ...more });
      const added = await must(node.run('ADD', POD, conf()));
      assert.equal(added, resultIn(cniVersion));
      const gate = async (verb: string, since: Version): Promise<void> => {
        const ran = node.run(verb, POD, conf({ prevResult: added, 'cni.dev/valid-attachments': null }));
        if (isAtLeast(cniVersion, since)) {
          assert.is((await ran).text, '');
          return;
        }
        const error = await fails(
          ran,
          Code.IncompatibleVersion,
          new RegExp(`which has no ${verb}, expected "${since}"`),
        );
        assert.is((error as unknown as Record<string, unknown>)['cniVersion'], cniVersion);
      };
      await gate('CHECK', '0.4.0');
      await gate('GC', '1.1.0');
      await gate('STATUS', '1.1.0');
      assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${POD.netns}`]);
      await must(node.run('DEL', POD, conf(isAtLeast(cniVersion, '0.4.0') ? { prevResult: added } : {})));
      nothingLeft(node);
    }),
  );
  versions(
    `${cniVersion}: behind another plugin of the chain`,
    onNode(async (node) => {
      const prevResult = isAtLeast(cniVersion, '0.3.0')
        ? {
            cniVersion,
            interfaces: [{ name: 'bond0', mac: '00-00-00-00-00-01', sandbox: POD.netns }],
            ips: [{ version: '4', address: '192.0.2.7/25', gateway: '192.0.2.1', interface: 0 }],
            routes: [{ dst: '198.51.100.0/24', gw: '192.0.2.1' }],
            dns: { nameservers: ['192.0.2.53'] },
          }
        : { cniVersion, ip6: { ip: 'fd00::7/64', gateway: 'fd00::1', routes: [{ dst: 'fd01::/64' }] } };
      const conf = node.conf({ cniVersion, prevResult });
      const added = await must(node.run('ADD', POD, conf));
      const own = resultIn(cniVersion);
      if (isAtLeast(cniVersion, '0.3.0')) {
        const [theirs] = prevResult.ips ?? [];
        const { address: their, gateway, interface: index } = theirs ?? {};
        const unversioned = { address: their, gateway, interface: index };
        const [address] = own['ips'] as readonly object[];
        assert.equal(added, {
          cniVersion,
          interfaces: [...(prevResult.interfaces ?? []), ...INTERFACES],
          ips: [isAtLeast(cniVersion, '1.0.0') ? unversioned : theirs, { ...address, interface: 1 }],
          routes: prevResult.routes,
          dns: prevResult.dns,
        });
      } else assert.equal(added, { ...own, ip6: prevResult.ip6 });
      if (isAtLeast(cniVersion, '0.4.0'))
        await must(node.run('CHECK', POD, node.conf({ cniVersion, prevResult: added })));
      await must(node.run('DEL', POD, node.conf({ cniVersion, prevResult: added })));
      nothingLeft(node);
    }),
  );
}
versions(
  'none stated is 0.1.0',
  onNode(async (node) => {
    const added = await must(node.run('ADD', POD, node.conf({ cniVersion: undefined })));
    assert.equal(added, resultIn('0.1.0'));
  }),
);
versions(
  'a version that is not spoken is refused with an error object in the newest',
  onNode(async (node) => {
    const { out } = await node.run('ADD', POD, node.conf({ cniVersion: '2.0.0' }));
    assert.equal([out?.['cniVersion'], out?.['code']], ['1.1.0', 1]);
    const named = await node.run('ADD', POD, node.conf({ cniVersion: '0.3.1', name: '-' }));
    assert.equal([named.out?.['cniVersion'], named.out?.['code']], ['0.3.1', 7]);
  }),
);
versions(
  'a prevResult that cannot be read keeps no DEL, GC or STATUS from its work',
  onNode(async (node) => {
    await must(node.run('ADD', POD, node.conf()));
    const conf = node.conf({ cniVersion: '1.1.0', prevResult: { ips: 'all of them' } });
    await must(node.run('STATUS', {}, conf));
    await must(node.run('GC', {}, conf));
    await must(node.run('DEL', POD, conf));
    nothingLeft(node);
  }),
);
versions(
  'TRACEPARENT stands in the log line, and an empty one does not',
  onNode(async (node) => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const conf = node.conf({ logLevel: 'info' });
    await must(node.run('ADD', { ...POD, env: { TRACEPARENT: traceparent } }, conf));
    await must(node.run('ADD', { ...SECOND, env: { TRACEPARENT: '' } }, conf));
    const log = readFileSync(join(node.dataDir, 'log', 'wincni.log'), 'utf8')
      .trim()
      .split('\n');
    const [traced, plain] = log.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.is(traced?.['traceparent'], traceparent);
    assert.not('traceparent' in (plain ?? {}));
  }),
);

versions.run();
