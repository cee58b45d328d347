/** Names and paths that lead elsewhere: each is refused before anything is on node and disk, and no program is started. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { inFolder, tree } from '../support/disk.ts';
import type { TestNode } from '../support/node.ts';
import { fails, nothingLeft, onNode, POD } from '../support/pods.ts';

const traversal = suite('names and paths that lead elsewhere');

type Change = (node: TestNode) => { readonly conf?: Record<string, unknown>; readonly pod?: Partial<typeof POD> };
const OUTSIDE = [
  '../x',
  '..',
  '../../x',
  'a/b',
  'a\\b',
  '..\\x',
  '/x',
  'C:x',
  'C:\\x',
  '\\\\host\\share',
  'x\u0000',
  'con',
];

const withIpam = (node: TestNode, more: object): Record<string, unknown> =>
  node.conf({ ipam: { type: 'host-local', dataDir: node.dataDir, subnet: '10.244.3.0/24', ...more } });
const flannel = (node: TestNode, more: object): Record<string, unknown> => ({
  ...{ cniVersion: '1.0.0', name: 'cbr0', type: 'flannel', dataDir: join(node.dataDir, 'flannel') },
  ...more,
});

interface Place {
  readonly code: Code;
  readonly msg: RegExp;
  readonly values: readonly string[];
  readonly change: (value: string) => Change;
}

const RELATIVE = ['x', './x', '../x', '..', 'C:x', 'x/y'];
const NO_PLUGIN = OUTSIDE.filter((value) => value !== 'con');
const PLACES: Readonly<Record<string, Place>> = {
  name: {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use name: /, values: OUTSIDE },
    change: (name) => (node) => ({ conf: node.conf({ name }) }),
  },
  type: {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use type: /, values: OUTSIDE },
    change: (type) => (node) => ({ conf: node.conf({ type }) }),
  },
  CNI_CONTAINERID: {
    ...{ code: Code.InvalidEnvironment, msg: /^Cannot use CNI_CONTAINERID: /, values: NO_PLUGIN },
    change: (containerId) => () => ({ pod: { containerId } }),
  },
  CNI_IFNAME: {
    ...{ code: Code.InvalidEnvironment, msg: /^Cannot use CNI_IFNAME: / },
    values: OUTSIDE.filter((value) => /[/:]|^\.+$/.test(value)),
    change: (ifname) => () => ({ pod: { ifname } }),
  },
  'ipam.type': {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use ipam\.type: /, values: NO_PLUGIN },
    change: (type) => (node) => ({ conf: withIpam(node, { type }) }),
  },
  'ipam.dataDir': {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use ipam\.dataDir: .*absolute path/, values: RELATIVE },
    change: (dataDir) => (node) => ({ conf: withIpam(node, { dataDir }) }),
  },
  logFile: {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use logFile: .*absolute path/, values: RELATIVE },
    change: (logFile) => (node) => ({ conf: node.conf({ logFile, logLevel: 'info' }) }),
  },
  subnetFile: {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use subnetFile: .*absolute path/, values: RELATIVE },
    change: (subnetFile) => (node) => ({ conf: flannel(node, { subnetFile }) }),
  },
  "flannel's dataDir": {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use dataDir: .*absolute path/, values: RELATIVE },
    change: (dataDir) => (node) => ({ conf: flannel(node, { dataDir }) }),
  },
  'delegate.type': {
    ...{ code: Code.InvalidConfig, msg: /^Cannot use delegate\.type: /, values: NO_PLUGIN },
    change: (type) => (node) => ({ conf: flannel(node, { delegate: { type } }) }),
  },
};

for (const [place, { code, msg, values, change }] of Object.entries(PLACES)) {
  for (const value of values) {
    traversal(
      `${JSON.stringify(value)} as ${place} is refused`,
      onNode(async (node) => {
        const { conf = node.conf(), pod = {} } = change(value)(node);
        await fails(node.run('ADD', { ...POD, ...pod }, conf), code, msg);
        nothingLeft(node);
        assert.equal(tree(node.dataDir), {});
      }),
    );
  }
}

traversal(
  'a program above a folder of CNI_PATH is not started, whatever the verb',
  onNode((node) =>
    inFolder(async (folder) => {
      const [bin, evil, trace] = [join(folder, 'bin'), join(folder, 'evil'), join(folder, 'ran')];
      mkdirSync(bin);
      writeFileSync(evil, `#!/bin/sh\n: > ${trace}\n`);
      chmodSync(evil, 0o755);
      const pod = { ...POD, env: { CNI_PATH: bin } };
      for (const verb of ['ADD', 'CHECK', 'DEL', 'GC', 'STATUS']) {
        for (const type of ['../evil', '..\\evil', './../evil', evil]) {
          await node.run(verb, pod, { ...withIpam(node, { type }), cniVersion: '1.1.0' });
          await node.run(verb, pod, { ...flannel(node, { delegate: { type } }), cniVersion: '1.1.0' });
        }
      }
      assert.equal(Object.keys(tree(folder)), ['evil']);
    }),
  ),
);

traversal.run();
