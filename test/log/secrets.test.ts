/** What of a command reaches the log, and what does not: the latter may be a secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TestNode } from '../support/node.ts';
import { onNode, POD } from '../support/pods.ts';

const secrets = suite('secrets and the log');

const SECRET = 'eyJhbGciOiJSUzI1NiJ9.s3cr3t';
const ARGS = [
  'IgnoreUnknown=1',
  'K8S_POD_NAMESPACE=web',
  'K8S_POD_NAME=front',
  `K8S_POD_UID=${SECRET}`,
  `K8S_POD_INFRA_CONTAINER_ID=${SECRET}`,
  `K8S_TOKEN=${SECRET}`,
].join(';');
/** Wherever a configuration lets something stand that no plugin of ours reads, and where it is read and used. */
const CARRIES = {
  token: SECRET,
  kubernetes: { kubeconfig: SECRET, k8sAuthToken: SECRET },
  args: { labels: [{ key: 'token', value: SECRET }] },
  runtimeConfig: { 'io.kubernetes.cri.pod-annotations': { password: SECRET }, dns: { searches: [SECRET] } },
  prevResult: { interfaces: [{ name: 'eth1', mac: SECRET, token: SECRET }], ips: [], dns: { options: [SECRET] } },
};
const pod = {
  ...POD,
  args: ARGS,
  env: {
    ...{ TOKEN: SECRET, AWS_SECRET_ACCESS_KEY: SECRET, HTTP_PROXY: `http://u:${SECRET}@proxy`, CNI_PATH: `/${SECRET}` },
    TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
};

const conf = (node: TestNode, more: object = {}): Record<string, unknown> =>
  node.conf({ cniVersion: '1.1.0', logLevel: 'debug', ...CARRIES, ...more });

const logged = (node: TestNode): string => readFileSync(join(node.dataDir, 'log/wincni.log'), 'utf8');

secrets(
  'no verb puts other arguments, variables or keys into its line, whether it succeeds or fails',
  onNode(async (node) => {
    for (const verb of ['ADD', 'ADD', 'CHECK', 'STATUS', 'GC', 'DEL']) await node.run(verb, pod, conf(node));
    await node.run('ADD', { ...pod, netns: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1cff' }, conf(node));
    const lines = logged(node).trimEnd().split('\n');
    assert.equal(
      lines.map((line) => (JSON.parse(line) as { readonly verb: string }).verb),
      ['ADD', 'ADD', 'CHECK', 'STATUS', 'GC', 'DEL', 'ADD'],
    );
    assert.not.match(lines.join('\n'), 's3cr3t');
  }),
);

secrets(
  'the members of a line are those that SECURITY.md names',
  onNode(async (node) => {
    await node.run('ADD', pod, conf(node));
    const line = JSON.parse(logged(node)) as Record<string, unknown>;
    assert.equal(Object.keys(line), [
      ...['time', 'level', 'verb', 'network', 'containerId', 'ifname', 'netns', 'pod', 'traceparent', 'outcome', 'ms'],
      'hnsCalls',
    ]);
    assert.is(line['pod'], 'web/front');
    const [call] = line['hnsCalls'] as readonly Record<string, unknown>[];
    assert.equal(Object.keys(call ?? {}), ['call', 'ms', 'hr']);
  }),
);

secrets.run();
