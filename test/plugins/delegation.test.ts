/** An `ipam.type` that is not served here: its executable is run for every verb, and what it says counts. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { type IpamPlugin, ipamPlugin } from '../support/ipam-plugin.ts';
import { createTestNode, type Pod, type Ran, SEED, type TestNode } from '../support/node.ts';
import { fails, idOf, must, nothingLeft, operator, POD, SECOND } from '../support/pods.ts';

interface Bench {
  readonly node: TestNode;
  readonly ipam: IpamPlugin;
  readonly conf: (more?: object) => string;
  readonly run: (verb: string, pod?: Pod, conf?: string) => Promise<Ran>;
}

const delegation = suite('IPAM delegation');

const on =
  (use: (bench: Bench) => Promise<void>): (() => Promise<void>) =>
  async () => {
    const node = createTestNode(SEED);
    const ipam = ipamPlugin();
    /** Spelt in a way that no second writing of it would give. */
    const conf = (more: object = {}): string => {
      const section = { type: ipam.type, ranges: 'its own matter', unknown: { to: ['us'] } };
      const whole = { timeoutSeconds: 5, tombstoneSeconds: 60, ipam: section, extra: 'ü', ...more };
      return ` ${JSON.stringify(node.conf({ cniVersion: '1.1.0', ...whole }), undefined, 3)}\r\n`;
    };
    const run: Bench['run'] = (verb, pod = POD, text = conf()) =>
      node.run(
        verb,
        { ...pod, env: { CNI_PATH: `/nowhere::${ipam.folder}`, PATH: '/usr/bin:/bin', ...pod.env } },
        text,
      );
    try {
      await use({ node, ipam, conf, run });
    } finally {
      node.end();
      ipam.remove();
    }
  };
const verbs = (ipam: IpamPlugin): readonly string[] => ipam.calls().map(({ verb }) => verb);
const ENDPOINT = `a1b2c3_cbr0 10.244.3.77 ${POD.netns}`;
const NOBODY = { containerId: '', ifname: '', netns: '' };

delegation(
  'gives every verb the same bytes and the whole environment',
  on(async ({ node, ipam, conf, run }) => {
    const env = { CNI_ARGS: 'IgnoreUnknown=1;X=a b', TRACEPARENT: '00-x', FOO: 'b a r' };
    const pod = { ...POD, env };
    const added = await must(run('ADD', pod));
    assert.equal(added['ips'], [{ address: '10.244.3.77/24', gateway: '10.244.3.2', interface: 0 }]);
    assert.equal(node.endpoints(), [ENDPOINT]);
    const later = conf({ prevResult: added });
    const list = conf({ 'cni.dev/valid-attachments': [{ containerID: POD.containerId, ifname: 'eth0' }] });
    const given = { ADD: conf(), CHECK: later, STATUS: conf(), GC: list, DEL: later } as const;
    for (const verb of ['CHECK', 'STATUS', 'GC', 'DEL'] as const) {
      const ran = await run(verb, verb === 'STATUS' || verb === 'GC' ? { ...NOBODY, env } : pod, given[verb]);
      assert.equal([ran.code, ran.text], [0, ''], verb);
    }
    assert.equal(verbs(ipam), ['ADD', 'CHECK', 'STATUS', 'GC', 'DEL']);
    for (const call of ipam.calls()) {
      assert.is(call.stdin, given[call.verb as keyof typeof given], call.verb);
      const isForNode = call.verb === 'STATUS' || call.verb === 'GC';
      assert.is(call.env['CNI_CONTAINERID'], isForNode ? '' : POD.containerId);
      assert.is(call.env['CNI_NETNS'], isForNode ? '' : POD.netns);
      assert.is(call.env['CNI_PATH'], `/nowhere::${ipam.folder}`);
      for (const [name, value] of Object.entries(env)) assert.is(call.env[name], value, name);
    }
    nothingLeft(node);
  }),
);
delegation(
  'takes addresses, routes and DNS from it, the configuration’s DNS before its own',
  on(async ({ node, ipam, conf, run }) => {
    ipam.answer('ADD', {
      cniVersion: '1.1.0',
      ips: [{ address: '10.244.3.77/24', gateway: '10.244.3.1' }],
      routes: [
        { dst: '0.0.0.0/0', gw: '10.244.3.1' },
        { dst: '10.96.0.0/12' },
        { dst: '192.0.2.0/24', gw: '10.244.3.9' },
      ],
      dns: { nameservers: ['10.0.0.53'], domain: 'from.ipam' },
    });
    const added = await must(run('ADD', POD, conf({ dns: { domain: 'from.conf' } })));
    assert.equal(added['routes'], [
      { dst: '10.96.0.0/12', gw: '10.244.3.2' },
      { dst: '192.0.2.0/24', gw: '10.244.3.9' },
    ]);
    assert.equal(added['dns'], { nameservers: ['10.0.0.53'], domain: 'from.conf' });
    await must(run('CHECK', POD, conf({ prevResult: added })));
    await must(run('DEL'));
    nothingLeft(node);
  }),
);
delegation(
  'reads a result of an older version, too',
  on(async ({ node, ipam, conf, run }) => {
    ipam.answer('ADD', { cniVersion: '0.2.0', ip4: { ip: '10.244.3.77/24', gateway: '10.244.3.1' } });
    await must(run('ADD', POD, conf({ cniVersion: '0.2.0' })));
    assert.equal(node.endpoints(), [ENDPOINT]);
  }),
);

/** What it answers to ADD, and what ADD then says. */
const FAILURES: Readonly<Record<string, readonly [stdout: unknown, status: number, code: number, message: RegExp]>> = {
  'fails with an error of its own': [
    { cniVersion: '1.1.0', code: 117, msg: 'pool "x" not found', details: 'ask the owner' },
    1,
    117,
    /^Cannot run fake-ipam ADD: pool "x" not found$/,
  ],
  'fails and prints nothing': [
    '',
    3,
    Code.Ipam,
    /^Cannot run fake-ipam ADD: it ended with status 3, and printed nothing$/,
  ],
  'fails and prints something else': ['oh no', 1, Code.Ipam, /status 1, and printed "oh no"$/],
  'prints no JSON': ['10.244.3.77', 0, Code.Ipam, /^Cannot read what fake-ipam printed: "10\.244\.3\.77"$/],
  'prints nothing at all': ['', 0, Code.Ipam, /^Cannot read what fake-ipam printed: ""$/],
  'gives no address': [{ ips: [] }, 0, Code.InvalidConfig, /^Cannot use result of IPAM: ips: it is \[\]/],
  'gives what is no address': [{ ips: [{ address: 'x' }] }, 0, Code.InvalidConfig, /ips\[0\]\.address: it is "x"/],
  'gives a route that is none': [
    { ips: [{ address: '10.244.3.77/24' }], routes: [{ dst: 'x' }] },
    0,
    Code.InvalidConfig,
    /routes\[0\]\.dst: it is "x"/,
  ],
};
for (const [how, [stdout, status, code, message]] of Object.entries(FAILURES)) {
  delegation(
    `runs its DEL when its ADD ${how}, and leaves nothing`,
    on(async ({ node, ipam, run }) => {
      ipam.answer('ADD', stdout, status);
      // Its DEL may fail as well: the first error is the one to report.
      ipam.answer('DEL', { code: 118, msg: 'second' }, 1);
      const error = await fails(run('ADD'), code as Code, message);
      assert.equal(error.details, code === 117 ? 'ask the owner' : error.details);
      assert.equal(verbs(ipam), ['ADD', 'DEL']);
      nothingLeft(node);
    }),
  );
}
delegation(
  'runs its DEL when HNS fails ADD afterwards',
  on(async ({ node, ipam, run }) => {
    node.setFaults([{ function: 'HcnModifyNamespace', hresult: 0x80070005 }]);
    await fails(run('ADD'), Code.Hns, /^Cannot attach endpoint/);
    assert.equal(verbs(ipam), ['ADD', 'DEL']);
    nothingLeft(node);
  }),
);
delegation(
  'gives up on one that does not end',
  on(async ({ node, ipam, conf, run }) => {
    ipam.before('[ "$CNI_COMMAND" = ADD ] && exec sleep 30');
    const started = performance.now();
    await fails(
      run('ADD', POD, conf({ timeoutSeconds: 0.3 })),
      Code.TryAgainLater,
      /fake-ipam ADD: it did not end in time/,
    );
    assert.ok(performance.now() - started < 5000);
    await must(run('DEL'));
    nothingLeft(node);
  }),
);
for (const verb of ['ADD', 'CHECK', 'DEL', 'STATUS', 'GC']) {
  delegation(
    `says for ${verb} that there is no such plugin in CNI_PATH`,
    on(async ({ ipam, conf, run }) => {
      const added = await must(run('ADD'));
      const text = conf({ prevResult: added, ipam: { type: 'missing-ipam' } });
      const pod = verb === 'ADD' ? SECOND : POD;
      const code = verb === 'STATUS' ? Code.NotAvailable : Code.InvalidConfig;
      const error = await fails(
        run(verb, pod, text),
        code,
        /^Cannot use ipam\.type: none of the folders of CNI_PATH has a plugin "missing-ipam"$/,
      );
      assert.is(error.details, `CNI_PATH /nowhere::${ipam.folder}`);
    }),
  );
}
delegation(
  'says so when the file cannot be run',
  on(async ({ node, ipam, run }) => {
    chmodSync(join(ipam.folder, ipam.type), 0o644);
    await fails(run('ADD'), Code.Ipam, /^Cannot run ".*fake-ipam": EACCES$/);
    nothingLeft(node);
  }),
);
delegation(
  'takes one that does not read its stdin',
  on(async ({ node, ipam, conf, run }) => {
    writeFileSync(join(ipam.folder, ipam.type), '#!/bin/sh\necho \'{"ips":[{"address":"10.244.3.77/24"}]}\'\n');
    await must(run('ADD', POD, conf({ padding: 'x'.repeat(1_000_000) })));
    assert.equal(node.endpoints(), [ENDPOINT]);
  }),
);
delegation(
  'passes the errors of its CHECK and DEL on; DEL has deleted the endpoint first, and is done again',
  on(async ({ node, ipam, conf, run }) => {
    const added = await must(run('ADD'));
    ipam.answer('CHECK', { code: 119, msg: 'lease is gone' }, 1);
    await fails(
      run('CHECK', POD, conf({ prevResult: added })),
      119 as Code,
      /^Cannot run fake-ipam CHECK: lease is gone$/,
    );
    ipam.answer('DEL', { code: 120, msg: 'Lease Not Found: no such file or directory', details: 'x not found' }, 1);
    const error = await fails(run('DEL'), 120 as Code, /^Cannot run fake-ipam DEL: Lease missing: missing file$/);
    assert.is(error.details, 'x missing');
    assert.equal([node.endpoints(), node.members(), node.records('attachments').length], [[], [], 1]);
    ipam.answer('DEL', '');
    await must(run('DEL'));
    await must(run('DEL'));
    nothingLeft(node);
    assert.equal(verbs(ipam), ['ADD', 'CHECK', 'DEL', 'DEL', 'DEL'], 'the last one for a container that is gone');
  }),
);
delegation(
  'frees no address while the endpoint is there',
  on(async ({ node, ipam, run }) => {
    await must(run('ADD'));
    node.setFaults([{ function: 'HcnDeleteEndpoint', hresult: 0x80070005 }]);
    await fails(run('DEL'), Code.Hns, /^Cannot delete endpoint/);
    assert.equal([verbs(ipam), node.endpoints().length], [['ADD'], 1]);
  }),
);
delegation(
  'CHECK finds an endpoint in another namespace, although the record holds no addresses',
  on(async ({ node, conf, run }) => {
    const added = await must(run('ADD'));
    const { attach } = operator(node);
    attach(POD.netns.toUpperCase(), idOf(POD), 'Remove');
    attach(SECOND.netns.toUpperCase(), idOf(POD));
    await fails(run('CHECK', POD, conf({ prevResult: added })), Code.CheckFailed, /its namespace is .*, expected/);
  }),
);
for (const [code, answered] of [
  [50, 50],
  [51, 51],
  [11, 50],
  [113, 50],
] as const) {
  delegation(
    `STATUS is ${answered} when its STATUS says ${code}`,
    on(async ({ ipam, run }) => {
      ipam.answer('STATUS', { code, msg: 'pool is used up' }, 1);
      await fails(run('STATUS', NOBODY), answered, /^Cannot run fake-ipam STATUS: pool is used up$/);
    }),
  );
}
delegation(
  'GC runs its DEL for each attachment that goes, without another one’s namespace, arguments and result, then its GC',
  on(async ({ node, ipam, conf, run }) => {
    await must(run('ADD'));
    ipam.answer('ADD', { ips: [{ address: '10.244.3.78/24' }] });
    await must(run('ADD', SECOND));
    const list = { 'cni.dev/valid-attachments': [{ containerID: SECOND.containerId, ifname: 'eth0' }] };
    const env = { CNI_ARGS: 'K8S_POD_NAME=x', CNI_NETNS: SECOND.netns };
    await must(run('GC', { ...NOBODY, env }, conf({ ...list, prevResult: { ips: [] } })));
    const [deleted, collected] = ipam.calls().slice(2);
    assert.equal([deleted?.verb, collected?.verb], ['DEL', 'GC']);
    const { CNI_CONTAINERID, CNI_IFNAME, CNI_NETNS, CNI_ARGS } = deleted?.env ?? {};
    assert.equal([CNI_CONTAINERID, CNI_IFNAME, CNI_NETNS, CNI_ARGS], [POD.containerId, 'eth0', '', '']);
    assert.not('prevResult' in (JSON.parse(deleted?.stdin ?? '') as object));
    assert.is(collected?.stdin, conf({ ...list, prevResult: { ips: [] } }));
    assert.equal(
      [node.endpoints(), node.records('attachments').length],
      [[`d4e5f6_cbr0 10.244.3.78 ${SECOND.netns}`], 1],
    );
  }),
);
delegation(
  'GC reports its error beside our own, and runs it although ours failed',
  on(async ({ node, ipam, conf, run }) => {
    await must(run('ADD'));
    ipam.answer('GC', { code: 121, msg: 'store is locked' }, 1);
    node.setFaults([{ function: 'HcnDeleteEndpoint', hresult: 0x80070005 }]);
    const text = conf({ 'cni.dev/valid-attachments': [] });
    await fails(
      run('GC', NOBODY, text),
      Code.Hns,
      /^Cannot collect everything: Cannot delete .*; Cannot run fake-ipam GC: store/,
    );
    assert.equal(verbs(ipam), ['ADD', 'GC']);
    node.setFaults([]);
    await fails(run('GC', NOBODY, text), 121 as Code, /^Cannot run fake-ipam GC: store is locked$/);
    nothingLeft(node);
  }),
);

delegation.run();
