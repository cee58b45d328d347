/** One command from environment and stdin to stdout, status and log line. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../src/disk/node-files.ts';
import { simulatorSystem } from '../src/ffi/system.ts';
import { entryPoints } from '../src/hns/entry-points.ts';
import type { LeaseStore } from '../src/ipam/lease.ts';
import type { Io, Platform } from '../src/platform.ts';
import { holderOf } from '../src/plugins/attachment.ts';
import { systemPrograms } from '../src/process/programs.ts';
import { run } from '../src/run.ts';
import { Code } from '../src/spec/error.ts';
import { inFolder } from './support/disk.ts';
import { portsOf } from './support/host-local.ts';
import type { TestNode } from './support/node.ts';
import { fails, must, onNode, POD } from './support/pods.ts';

const edge = suite('run()');

/** A platform that must not be touched. */
const NO_PLATFORM: Platform = {
  executable: 'wincni',
  drive: '',
  files: nodeFiles({ windows: false }),
  defaults: { dataDir: '/nowhere', logFile: '/nowhere/x.log' },
  native: () => {
    throw new Error('HNS was asked for');
  },
  hostLocal: () => {
    throw new Error('host-local was asked for');
  },
  leases: () => {
    throw new Error('leases were asked for');
  },
  pause: () => Promise.resolve(),
  programs: systemPrograms(false),
};

interface Seen {
  readonly status: number;
  /** Each write on stdout. */
  readonly written: readonly string[];
  /** How often stdin was read. */
  readonly reads: number;
}

async function seen(env: Io['env'], stdin: string, platform: Platform = NO_PLATFORM): Promise<Seen> {
  const written: string[] = [];
  let reads = 0;
  const io: Io = {
    env,
    stdin: () => {
      reads += 1;
      return Buffer.from(stdin);
    },
    stdout: (text) => written.push(text),
  };
  const status = await run(io, { executable: platform.executable, platform: () => platform });
  return { status, written, reads };
}

const SUPPORTED = '"supportedVersions":["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]';
const VERSIONS: readonly (readonly [stdin: string, answer: string])[] = [
  ['', `{"cniVersion":"1.1.0",${SUPPORTED}}\n`],
  ['{}', `{"cniVersion":"1.1.0",${SUPPORTED}}\n`],
  ['{"cniVersion":"1.0.0"}', `{"cniVersion":"1.0.0",${SUPPORTED}}\n`],
  ['{"cniVersion":"0.3.1"}', `{"cniVersion":"0.3.1",${SUPPORTED}}\n`],
];
for (const [stdin, answer] of VERSIONS) {
  edge(`VERSION answers '${stdin}' in one write, touching nothing`, async () => {
    assert.equal(await seen({ CNI_COMMAND: 'VERSION' }, stdin), { status: 0, written: [answer], reads: 1 });
  });
}

const ENV = {
  CNI_COMMAND: 'ADD',
  CNI_CONTAINERID: 'a1b2c3',
  CNI_NETNS: POD.netns,
  CNI_IFNAME: 'eth0',
  CNI_PATH: '/opt/cni/bin',
};
edge('an error is one JSON object on one line, in the version of the configuration where that is known', async () => {
  const bad = await seen(ENV, '{"cniVersion":"1.0.0","name":"cbr0","type":"x"}');
  assert.equal(bad, {
    status: 1,
    written: [
      '{"cniVersion":"1.0.0","code":7,"msg":"Cannot use type: it is \\"x\\", expected wincni, win-bridge, win-overlay, flannel, host-local, sdnbridge, sdnoverlay, nat or a type of HNS network","details":"JSON path type"}\n',
    ],
    reads: 1,
  });
  const early = await seen({ ...ENV, CNI_IFNAME: '' }, '{"cniVersion":"0.4.0","name":"cbr0"}');
  assert.match(early.written.join(), /^\{"cniVersion":"0\.4\.0","code":4,/);
  const unknown = await seen({ CNI_COMMAND: 'UPDATE' }, '');
  assert.is(unknown.status, 1);
  assert.match(unknown.written.join(), /^\{"cniVersion":"1\.1\.0","code":4,"msg":"Cannot use CNI_COMMAND: [^\n]*\}\n$/);
});
const REFUSED: readonly (readonly [what: string, verb: string, keys: object])[] = [
  ['ADD behind a result that is none', 'ADD', { prevResult: 5 }],
  ['CHECK without prevResult', 'CHECK', {}],
  ['CHECK with a prevResult that is none', 'CHECK', { prevResult: 5 }],
  ['GC with a list that is none', 'GC', { 'cni.dev/valid-attachments': 5 }],
];
for (const [what, verb, keys] of REFUSED) {
  edge(`${what} is refused before HNS is asked for`, async () => {
    const ipam = { type: 'host-local', subnet: '10.0.0.0/24' };
    const conf = { cniVersion: '1.1.0', name: 'n', type: 'win-bridge', ipam, ...keys };
    const leases = (): LeaseStore => ({}) as LeaseStore;
    const { status, written } = await seen({ ...ENV, CNI_COMMAND: verb }, JSON.stringify(conf), {
      ...NO_PLATFORM,
      leases,
    });
    assert.is(status, 1);
    assert.match(written.join(), /"code":7,"msg":"Cannot use (?:prevResult|cni\.dev\/valid-attachments): /);
  });
}
edge('a fault of the plugin itself is code 999, and no stack is shown', async () => {
  const conf =
    '{"cniVersion":"1.0.0","name":"n","type":"win-bridge","ipam":{"type":"host-local","subnet":"10.0.0.0/24"}}';
  const { status, written } = await seen(ENV, conf);
  assert.is(status, 1);
  assert.is(
    written.join(),
    '{"cniVersion":"1.0.0","code":999,"msg":"Cannot finish the command: leases were asked for"}\n',
  );
});
edge('an executable named host-local gives addresses to other plugins, whatever `type` says', () =>
  inFolder(async (folder) => {
    const executable = '/opt/cni/bin/HOST-LOCAL.EXE';
    const platform = { ...NO_PLATFORM, executable, hostLocal: () => portsOf({ defaultDataDir: folder }) };
    const conf =
      '{"cniVersion":"1.0.0","name":"n","type":"bridge","ipam":{"type":"host-local","subnet":"10.0.0.0/24"}}';
    const env = { ...ENV, CNI_NETNS: '/proc/1/ns/net' };
    const added = await seen(env, conf, platform);
    assert.equal(added.written, ['{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.2/24","gateway":"10.0.0.1"}]}\n']);
    assert.ok(existsSync(join(folder, 'n', '10.0.0.2')));
    const gone = await seen({ ...env, CNI_COMMAND: 'DEL' }, conf, platform);
    assert.equal([gone.status, gone.written, existsSync(join(folder, 'n', '10.0.0.2'))], [0, [], false]);
  }),
);
edge('an HNS library that is not there is code 105, by name, and leaves no lease', () =>
  onNode(async (node) => {
    const system = { ...simulatorSystem('/nowhere/libhns.so'), pathOf: (dll: string) => `/nowhere/${dll}` };
    const touched: string[] = [];
    const leases: Platform['leases'] = () =>
      new Proxy({} as ReturnType<Platform['leases']>, {
        get: (_, name) => () => Promise.resolve(void touched.push(String(name))),
      });
    const platform = { ...NO_PLATFORM, native: () => entryPoints(system), leases };
    const { status, written } = await seen(ENV, JSON.stringify(node.conf()), platform);
    const error = JSON.parse(written.join()) as Record<string, unknown>;
    assert.equal([status, error['code'], touched], [1, Code.HnsUnavailable, ['isKnown']]);
    assert.match(String(error['msg']), /^Cannot load "\/nowhere\/computenetwork\.dll": /);
    assert.match(String(error['details']), /^the Windows feature "Containers" brings it: /);
  })(),
);

type Line = Readonly<Record<string, unknown>>;
const FILE = 'log/wincni.log';
const linesOf = (node: TestNode, file = FILE): readonly Line[] =>
  readFileSync(join(node.dataDir, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

edge(
  'each command leaves one line in the log: verb, ids, outcome, HNS calls',
  onNode(async (node) => {
    const args = 'K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1';
    const conf = node.conf({ logLevel: 'info' });
    const prevResult = await must(node.run('ADD', { ...POD, args }, conf));
    await must(node.run('CHECK', POD, { ...conf, prevResult }));
    await must(node.run('DEL', { containerId: 'a1b2c3', ifname: 'eth0' }, conf));
    await fails(node.run('ADD', POD, { ...conf, name: 'cbr1' }), Code.NetworkMissing, /cbr1/);
    const lines = linesOf(node);
    assert.equal(
      lines.map(({ verb, level, outcome, network, netns }) => [
        verb,
        level,
        typeof outcome === 'string' ? outcome : (outcome as Line)['code'],
        network,
        netns,
      ]),
      [
        ['ADD', 'info', 'ok', 'cbr0', POD.netns],
        ['CHECK', 'info', 'ok', 'cbr0', POD.netns],
        ['DEL', 'info', 'ok', 'cbr0', ''],
        ['ADD', 'error', 102, 'cbr1', POD.netns],
      ],
    );
    assert.equal(
      lines.map(({ pod }) => pod),
      ['shop/web-1', undefined, undefined, undefined],
    );
    const calls = lines.map(({ hnsCalls }) => hnsCalls as readonly Line[]);
    assert.equal(calls[0]?.map(({ call, hr }) => `${String(call)} ${String(hr)}`).slice(0, 2), [
      'HcnEnumerateNetworks 0x00000000',
      'HcnOpenNamespace 0x00000000',
    ]);
    assert.equal(
      calls.map(({ length }) => length),
      [8, 4, 4, 3],
    );
    for (const { ms, time } of lines) assert.ok(Number.isInteger(ms) && typeof time === 'string');
  }),
);
edge(
  'level error tells failures only; off makes no folder',
  onNode(async (node) => {
    const prevResult = await must(node.run('ADD', POD, node.conf()));
    assert.not(existsSync(join(node.dataDir, 'log')));
    const conf = node.conf({ logLevel: 'error', logFile: join(node.dataDir, 'other.log'), prevResult });
    await must(node.run('CHECK', POD, conf));
    assert.not(existsSync(join(node.dataDir, 'other.log')));
    await fails(node.run('ADD', POD, conf), Code.AttachmentExists, /attached already/);
    assert.equal(
      linesOf(node, 'other.log').map(({ level }) => level),
      ['error'],
    );
  }),
);
edge(
  'a log that cannot be written changes neither output nor status',
  onNode(async (node) => {
    for (const logFile of ['/proc/wincni/x.log', '/dev/full', node.dataDir]) {
      await must(node.run('ADD', POD, node.conf({ logLevel: 'debug', logFile })));
      await must(node.run('DEL', POD, node.conf({ logLevel: 'debug', logFile })));
    }
  }),
);
edge(
  'a record that cannot be read is named, and the command goes by what the files of host-local say',
  onNode(async (node) => {
    const key = holderOf({ containerId: 'torn', ifname: 'eth0' }, 'cbr0').key;
    const folder = join(node.dataDir, 'cbr0', '.wincni', 'tombstones');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${key}.json`);
    writeFileSync(file, '{"version":');
    await must(node.run('ADD', POD, node.conf({ logLevel: 'info' })));
    assert.match(JSON.stringify(linesOf(node)[0]?.['notes']), /tombstones/);
    assert.is(readFileSync(file, 'utf8'), '{"version":', 'it stays on disk');
    await fails(node.run('DEL', { containerId: 'torn', ifname: 'eth0' }, node.conf()), Code.Ipam, /^Cannot /);
    await must(node.run('DEL', POD, node.conf()));
  }),
);

edge.run();
