/** Names that every JavaScript object has: in a configuration they are names like any other, and reach no object of ours. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD } from '../support/pods.ts';

const prototypes = suite('names of prototypes in a configuration');

const INHERITED = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];

/** As text: in a literal of JavaScript, "__proto__" would be no key. */
const withKey = (conf: Record<string, unknown>, key: string, value: unknown): string =>
  `${JSON.stringify(conf).slice(0, -1)},${JSON.stringify(key)}:${JSON.stringify(value)}}`;
/** In every object of it. */
const everywhere = (conf: Record<string, unknown>, key: string, value: unknown): string =>
  JSON.stringify(conf).replaceAll(/\}/g, `,${JSON.stringify(key)}:${JSON.stringify(value)}}`);

const ours = (): readonly string[] =>
  [Object.prototype, Array.prototype, Function.prototype].flatMap(Reflect.ownKeys).map(String);

for (const key of INHERITED) {
  prototypes(
    `"${key}" in every object of a configuration changes nothing`,
    onNode(async (node) => {
      const before = ours();
      const conf = node.conf({
        dns: { nameservers: ['10.96.0.10'] },
        args: { labels: [{ key: 'a', value: 'b' }] },
        runtimeConfig: { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] },
      });
      const value = { logLevel: 'debug', ipMasq: true, polluted: 'yes', 0: 'x' };
      const result = await must(node.run('ADD', POD, everywhere(conf, key, value)));
      await must(node.run('CHECK', POD, withKey({ ...conf, prevResult: result }, key, value)));
      await must(node.run('DEL', POD, everywhere(conf, key, value)));
      assert.equal(ours(), before);
      nothingLeft(node);
    }),
  );

  prototypes(
    `what stands in "${key}" does not count as stated`,
    onNode(async (node) => {
      const { name, ...conf } = node.conf();
      await fails(
        node.run('ADD', POD, withKey(conf, key, { name })),
        Code.InvalidConfig,
        /^Cannot use name: it is absent/,
      );
    }),
  );

  const NAMED: Readonly<Record<string, (node: TestNode) => Record<string, unknown>>> = {
    type: (node) => node.conf({ type: key }),
    'delegate.type': (node) => ({ ...node.conf(), type: 'flannel', ipam: {}, delegate: { type: key } }),
    'ipam.type': (node) => node.conf({ ipam: { type: key } }),
    aclDefault: (node) => node.conf({ aclDefault: key }),
    logLevel: (node) => node.conf({ logLevel: key }),
    'a policy': (node) => node.conf({ policies: [{ name: 'EndpointPolicy', value: { Type: key } }] }),
    'the kind of a policy': (node) => node.conf({ policies: [{ name: key, value: { Type: 'ACL', Settings: {} } }] }),
    'a protocol': (node) =>
      node.conf({ runtimeConfig: { portMappings: [{ hostPort: 1, containerPort: 1, protocol: key }] } }),
    optionalFlags: (node) => ({ ...node.conf({ type: 'sdnbridge' }), optionalFlags: { [key]: true } }),
  };
  for (const [place, conf] of Object.entries(NAMED)) {
    prototypes(
      `"${key}" as ${place} is refused`,
      onNode(async (node) => {
        await fails(
          node.run('ADD', POD, conf(node)),
          place === 'delegate.type' && !key.startsWith('_') ? Code.TryAgainLater : Code.InvalidConfig,
          /^Cannot /,
        );
        nothingLeft(node);
      }),
    );
  }
}

prototypes.run();
