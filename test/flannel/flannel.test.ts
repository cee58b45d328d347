/** flannel on a node: the delegate runs inside the process, and pods come and go whatever became of its files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { nat, policiesOf, route } from '../support/cluster.ts';
import { ipamPlugin } from '../support/ipam-plugin.ts';
import { SEED, type TestNode } from '../support/node.ts';
import { fails, must, networkAs, nothingLeft, onNode, POD, SECOND } from '../support/pods.ts';

const ENV = 'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';

interface Flannel {
  readonly conf: Record<string, unknown>;
  readonly subnetFile: string;
  /** Names of the scratch files. */
  readonly scratch: () => readonly string[];
  readonly scratchOf: (containerId: string) => Record<string, unknown>;
}

/** flanneld has run on the node. */
function flannelOn(node: TestNode, more: object = {}): Flannel {
  const subnetFile = join(node.dataDir, 'run', 'subnet.env');
  const dataDir = join(node.dataDir, 'flannel');
  mkdirSync(join(node.dataDir, 'run'));
  writeFileSync(subnetFile, ENV);
  return {
    conf: { cniVersion: '1.1.0', name: 'cbr0', type: 'flannel', subnetFile, dataDir, ...more },
    subnetFile,
    scratch: () => (existsSync(dataDir) ? readdirSync(dataDir).sort() : []),
    scratchOf: (containerId) => JSON.parse(readFileSync(join(dataDir, containerId), 'utf8')) as Record<string, unknown>,
  };
}

const flannel = suite('flannel');

flannel(
  'attaches a pod by win-bridge with what flanneld says, and keeps that for DEL as flannel itself would',
  onNode(async (node) => {
    const { conf, scratch, scratchOf } = flannelOn(node);
    const result = await must(node.run('ADD', POD, conf));
    assert.equal(result['ips'], [{ address: '10.244.3.3/24', gateway: '10.244.3.2', interface: 0 }]);
    const [policies] = node.hns.dump().endpoints.map((endpoint) => endpoint['Policies'] as readonly unknown[]);
    assert.equal(policies?.[0], { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.244.0.0/16'] } });
    assert.equal(scratchOf(POD.containerId), {
      type: 'win-bridge',
      name: 'cbr0',
      cniVersion: '1.1.0',
      ipMasq: true,
      ipMasqNetwork: '10.244.0.0/16',
      ipam: { type: 'host-local', subnet: '10.244.3.0/24' },
    });
    await must(node.run('CHECK', POD, { ...conf, prevResult: result }));
    await must(node.run('DEL', POD, conf));
    assert.equal(scratch(), []);
    nothingLeft(node);
    await must(node.run('DEL', POD, conf));
  }),
);
flannel(
  'passes quarantineSeconds on, and refuses podCidr but by DEL and GC',
  onNode(async (node) => {
    const { conf, scratchOf } = flannelOn(node);
    const ipam = { quarantineSeconds: 5, routes: [] };
    await must(node.run('ADD', POD, { ...conf, ipam }));
    assert.equal(scratchOf(POD.containerId)['ipam'], {
      type: 'host-local',
      subnet: '10.244.3.0/24',
      quarantineSeconds: 5,
    });
    const twice = { ...conf, ipam: { podCidr: '10.244.3.0/24' } };
    for (const verb of ['ADD', 'STATUS']) {
      const error = await fails(node.run(verb, SECOND, twice), Code.InvalidConfig, /flannel takes the subnets from/);
      assert.is(error.details, 'JSON path ipam.podCidr');
    }
    await must(node.run('DEL', POD, twice));
    nothingLeft(node);
    const wrong = node.run('ADD', POD, { ...conf, ipam: { quarantineSeconds: -1 } });
    assert.is((await fails(wrong, Code.InvalidConfig, /quarantine/)).details, 'JSON path ipam.quarantineSeconds');
    nothingLeft(node);
  }),
);
for (const gone of ['the scratch file', 'subnet.env', 'both']) {
  flannel(
    `detaches a pod although ${gone} is gone`,
    onNode(async (node) => {
      const { conf, subnetFile, scratch } = flannelOn(node);
      await must(node.run('ADD', POD, conf));
      if (gone !== 'subnet.env') rmSync(join(node.dataDir, 'flannel'), { recursive: true });
      if (gone !== 'the scratch file') rmSync(subnetFile);
      await must(node.run('DEL', POD, conf));
      assert.equal(scratch(), []);
      nothingLeft(node);
    }),
  );
}
flannel(
  'detaches a pod although its files hold nonsense',
  onNode(async (node) => {
    const { conf, subnetFile } = flannelOn(node);
    await must(node.run('ADD', POD, conf));
    writeFileSync(subnetFile, 'FLANNEL_SUBNET=x');
    writeFileSync(join(node.dataDir, 'flannel', POD.containerId), '{');
    await must(node.run('DEL', POD, conf));
    nothingLeft(node);
  }),
);
flannel(
  'detaches a pod although its scratch file is deeper than can be handed on',
  onNode(async (node) => {
    const { conf } = flannelOn(node);
    await must(node.run('ADD', POD, conf));
    const file = join(node.dataDir, 'flannel', POD.containerId);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('{', `{"dns":${deep},`));
    await must(node.run('DEL', POD, conf));
    nothingLeft(node);
  }),
);
flannel(
  'starts nothing by a path that stands in a scratch file, and detaches the pod all the same',
  onNode(async (node) => {
    const { conf } = flannelOn(node);
    await must(node.run('ADD', POD, conf));
    const planted = join(node.dataDir, 'flannel', POD.containerId);
    writeFileSync(planted, JSON.stringify({ name: 'cbr0', type: '../evil', ipam: { type: 'host-local' } }));
    await must(node.run('DEL', POD, conf));
    nothingLeft(node);
  }),
);
flannel(
  'refuses keys of the delegate that stand beside it, and detaches a pod although they do',
  onNode(async (node) => {
    const { conf } = flannelOn(node);
    const misplaced = { ...conf, dns: { nameservers: ['10.96.0.10'] } };
    await fails(node.run('ADD', POD, misplaced), Code.InvalidConfig, /^Cannot use dns: .*expected delegate\.dns$/);
    await must(node.run('ADD', POD, { ...conf, dns: {} }));
    await must(node.run('DEL', POD, misplaced));
    nothingLeft(node);
  }),
);
flannel(
  'gives a plugin of Microsoft no masquerading, for which it has no key',
  onNode(async (node) => {
    const { conf, scratchOf } = flannelOn(node, { delegate: { type: 'sdnbridge' } });
    await must(node.run('ADD', POD, conf));
    const { ipam, ...rest } = scratchOf(POD.containerId);
    assert.equal([rest, ipam !== undefined], [{ type: 'sdnbridge', name: 'cbr0', cniVersion: '1.1.0' }, true]);
    await must(node.run('DEL', POD, conf));
    nothingLeft(node);
  }),
);
flannel(
  'gives the delegate its own keys, what the runtime says, and our keys that it does not state',
  onNode(async (node) => {
    const delegate = { type: 'win-bridge', apiVersion: 2, dns: { nameservers: ['10.96.0.10'] }, timeoutSeconds: 5 };
    const { conf, scratchOf } = flannelOn(node, { delegate, timeoutSeconds: 9, tombstoneSeconds: 7 });
    const runtimeConfig = { dns: { searches: ['a.local'] } };
    const result = await must(node.run('ADD', POD, { ...conf, runtimeConfig }));
    assert.equal(result['dns'], { nameservers: ['10.96.0.10'], search: ['a.local'] });
    const kept = scratchOf(POD.containerId);
    assert.equal([kept['timeoutSeconds'], kept['tombstoneSeconds'], kept['runtimeConfig']], [5, 7, runtimeConfig]);
  }),
);
flannel(
  'waits for flanneld: ADD is to be tried again, STATUS is not available',
  onNode(async (node) => {
    const { conf, subnetFile, scratch } = flannelOn(node);
    rmSync(subnetFile);
    await fails(node.run('ADD', POD, conf), Code.TryAgainLater, /subnet\.env": there is no such file yet/);
    await fails(node.run('STATUS', {}, conf), Code.NotAvailable, /subnet\.env": there is no such file yet/);
    assert.equal(scratch(), []);
    nothingLeft(node);
  }),
);
flannel(
  'leaves no scratch file of a failed ADD, and the one of a living pod as it is',
  onNode(async (node) => {
    const { conf, scratch, scratchOf } = flannelOn(node);
    node.setFaults([{ function: 'HcnCreateEndpoint', hresult: '0x80070005' }]);
    await fails(node.run('ADD', POD, conf), Code.Hns, /0x80070005/);
    assert.equal(scratch(), []);
    await must(node.run('ADD', POD, conf));
    const before = scratchOf(POD.containerId);
    await fails(node.run('ADD', POD, { ...conf, delegate: { loopbackDSR: true } }), Code.AttachmentExists, /attached/);
    assert.equal(scratchOf(POD.containerId), before);
  }),
);
flannel(
  'GC with a list frees who is not on it, scratch file and all',
  onNode(async (node) => {
    const { conf, scratch } = flannelOn(node);
    await must(node.run('ADD', POD, conf));
    await must(node.run('ADD', SECOND, conf));
    const list = [{ containerID: SECOND.containerId, ifname: SECOND.ifname }];
    await must(node.run('GC', {}, { ...conf, 'cni.dev/valid-attachments': list }));
    assert.equal(scratch(), [SECOND.containerId]);
    assert.equal(node.endpoints(), [`d4e5f6_cbr0 10.244.3.4 ${SECOND.netns}`]);
    await must(node.run('STATUS', {}, conf));
  }),
);
for (const key of ['name', 'ipam']) {
  flannel(
    `refuses "${key}" in delegate, which flannel sets`,
    onNode(async (node) => {
      const { conf } = flannelOn(node, { delegate: { [key]: 'x' } });
      await fails(
        node.run('ADD', POD, conf),
        Code.InvalidConfig,
        new RegExp(`^Cannot use delegate\\.${key}: flannel sets it`),
      );
    }),
  );
}
flannel(
  'a pod on two flannel networks has one scratch file, and each DEL takes away what is its own',
  onNode(
    async (node) => {
      const { conf, subnetFile, scratch } = flannelOn(node);
      const eth1 = { ...POD, ifname: 'eth1' };
      writeFileSync(`${subnetFile}.1`, ENV.replace('10.244.3.1', '10.245.3.1'));
      const other = { ...conf, name: 'cbr1', subnetFile: `${subnetFile}.1` };
      await must(node.run('ADD', POD, conf));
      await must(node.run('ADD', eth1, other));
      await must(node.run('DEL', eth1, other));
      assert.equal(node.endpoints(), [`a1b2c3_cbr0 10.244.3.3 ${POD.netns}`]);
      assert.equal(scratch(), [POD.containerId]);
      await must(node.run('DEL', POD, conf));
      nothingLeft(node);
      assert.equal(scratch(), []);
    },
    { ...SEED, networks: [...SEED.networks, networkAs('C0A8E101-1B1D-4B1D-8B1D-0000000CB001', 'cbr1', '10.245.3')] },
  ),
);
for (const more of [{ delegate: { type: '../x', name: 5, ipam: {} }, ipam: 5 }, { subnetFile: 'run/subnet.env' }]) {
  flannel(
    `detaches a pod although the file has become ${JSON.stringify(more)}`,
    onNode(async (node) => {
      const { conf, scratch } = flannelOn(node);
      await must(node.run('ADD', POD, conf));
      await must(node.run('DEL', POD, { ...conf, ...more }));
      assert.equal(scratch(), []);
      nothingLeft(node);
    }),
  );
}
flannel(
  'aclDefault reaches the delegate',
  onNode(async (node) => {
    const rule = { Type: 'ACL', Action: 'Allow', Direction: 'In', Priority: 100, Protocols: '6', LocalPorts: '80' };
    const delegate = { policies: [{ name: 'EndpointPolicy', value: rule }] };
    const { conf } = flannelOn(node, { delegate, aclDefault: 'deny' });
    await must(node.run('ADD', POD, conf));
    const policies = node.hns.dump().endpoints.flatMap(({ Policies }) => Policies as readonly { Type: string }[]);
    assert.is(policies.filter(({ Type }) => Type === 'ACL').length, 1);
  }),
);
flannel(
  'serviceCidr reaches the delegate, beside the network of subnet.env',
  onNode(async (node) => {
    const { conf } = flannelOn(node, { serviceCidr: '10.96.0.0/12' });
    await must(node.run('ADD', POD, conf));
    assert.equal(policiesOf(node), [
      nat('10.96.0.0/12', '10.240.0.30/32', '10.244.0.0/16'),
      ...[route('10.96.0.0/12'), route('10.240.0.30/32')],
    ]);
    await must(node.run('DEL', POD, conf));
    nothingLeft(node);
  }),
);
flannel(
  'says which key names a delegate that is not there',
  onNode(async (node) => {
    const { conf } = flannelOn(node, { delegate: { type: 'absent' } });
    await fails(node.run('ADD', POD, conf), Code.InvalidConfig, /^Cannot use delegate\.type: none of the folders/);
  }),
);
flannel(
  'runs DEL of an executable delegate whose ADD failed, and reports the first failure',
  onNode(async (node) => {
    const other = ipamPlugin('other-bridge');
    try {
      other.answer('ADD', { code: 100, msg: 'no' }, 1);
      other.answer('DEL', { code: 5, msg: 'neither' }, 1);
      const { conf, scratch } = flannelOn(node, { delegate: { type: 'other-bridge' } });
      const pod = { ...POD, env: { CNI_PATH: other.folder, PATH: '/usr/bin:/bin' } };
      await fails(node.run('ADD', pod, conf), Code.Hns, /: no$/);
      assert.equal([other.calls().map(({ verb }) => verb), scratch()], [['ADD', 'DEL'], []]);
    } finally {
      other.remove();
    }
  }),
);
for (const [printed, code] of [
  ['', Code.Ipam],
  ['no JSON', Code.Ipam],
  ['[]', Code.InvalidConfig],
  [{ ips: 5 }, Code.InvalidConfig],
] as const) {
  flannel(
    `runs DEL of an executable delegate whose ADD printed ${JSON.stringify(printed)}, and says so`,
    onNode(async (node) => {
      const other = ipamPlugin('other-bridge');
      try {
        other.answer('ADD', printed);
        const { conf } = flannelOn(node, { delegate: { type: 'other-bridge' } });
        const pod = { ...POD, env: { CNI_PATH: other.folder, PATH: '/usr/bin:/bin' } };
        await fails(node.run('ADD', pod, conf), code, /other-bridge/);
        assert.equal(
          other.calls().map(({ verb }) => verb),
          ['ADD', 'DEL'],
        );
      } finally {
        other.remove();
      }
    }),
  );
}
flannel(
  'prints the result of an executable delegate in the version that was asked for',
  onNode(async (node) => {
    const other = ipamPlugin('other-bridge');
    try {
      const ips = [{ address: '10.244.3.7/24', gateway: '10.244.3.1', interface: 0 }];
      const interfaces = [{ name: 'eth0', mtu: 1450 }];
      other.answer('ADD', { cniVersion: '0.4.0', interfaces, ips: [{ version: '4', ...ips[0] }], dns: {} });
      const { conf } = flannelOn(node, { delegate: { type: 'other-bridge' } });
      const pod = { ...POD, env: { CNI_PATH: other.folder, PATH: '/usr/bin:/bin' } };
      const result = await must(node.run('ADD', pod, { ...conf, cniVersion: '1.0.0' }));
      assert.equal(result, { cniVersion: '1.0.0', interfaces, ips });
    } finally {
      other.remove();
    }
  }),
);
flannel(
  'does not take itself for a delegate',
  onNode(async (node) => {
    const { conf } = flannelOn(node, { delegate: { type: 'flannel' } });
    await fails(node.run('ADD', POD, conf), Code.InvalidConfig, /delegate\.type: it is "flannel"/);
  }),
);

flannel.run();
