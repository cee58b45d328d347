/** Every sample that the project shows works: those in conf/, and those inside the documents. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeConf, pluginOf } from '../../src/dialects/choose.ts';
import type { NetConf } from '../../src/dialects/net-conf.ts';
import { decodeFlannel } from '../../src/flannel/config.ts';
import { setsOf } from '../../src/ipam/config.ts';
import { decodeNodeConfig } from '../../src/node/node-config.ts';
import { decodePeers } from '../../src/node/peers.ts';
import { decodeConfig } from '../../src/spec/command.ts';
import type { Json } from '../../src/spec/decode.ts';
import { documents, jsonSamples, ROOT, read } from '../support/documents.ts';
import { isConfiguration, pluginConfigs } from '../support/samples.ts';
import { CONTEXT } from '../support/wanted.ts';

const load = (file: string): Json => decodeConfig(Buffer.from(read(join('conf', file))));
const decoded = (document: Json): readonly Pick<NetConf, 'name'>[] =>
  pluginConfigs(document).map((config) => {
    const plugin = pluginOf('wincni', config);
    if (plugin === 'host-local') throw new Error('no sample is of an IPAM plugin');
    if (plugin !== 'flannel') return decodeConf(plugin, config, CONTEXT);
    decodeFlannel(config, { drive: '' });
    return { name: String(config['name']) };
  });

const samples = suite('samples of configurations');

const NODE = 'node.json';
const PEERS = 'peers.json';

for (const file of readdirSync(join(ROOT, 'conf')).filter((name) => name !== NODE && name !== PEERS)) {
  samples(`conf/${file} is taken as it is`, () => {
    const document = load(file);
    assert.is(Array.isArray(document['plugins']), file.endsWith('.conflist'), 'a list is a .conflist');
    for (const conf of decoded(document)) assert.is(conf.name, document['name']);
  });
}

samples(`conf/${PEERS} is a list of peers with every key that there is`, () => {
  const peers = decodePeers(Buffer.from(read(join('conf', PEERS))), PEERS);
  assert.equal(
    peers.map(({ name }) => name),
    ['node-1', 'node-2', 'node-3'],
  );
  for (const value of Object.values(peers[2] ?? {})) assert.ok(value !== undefined);
});
samples(`conf/${NODE} is a configuration of the node`, () => {
  const { name, podCidrs, externalNetwork } = decodeNodeConfig(load(NODE));
  assert.equal([name, podCidrs.length, externalNetwork], ['cbr0', 2, 'External']);
});
samples('the L2Bridge sample asks for what its keys say', () => {
  const [config = {}] = pluginConfigs(load('win-bridge.conflist'));
  const conf = decodeConf('win-bridge', config, CONTEXT);
  assert.is(setsOf(conf.ipam)[0]?.[0]?.subnet.ip.text, '10.244.3.0');
  assert.equal(conf.dns, { nameservers: ['10.96.0.10'], search: ['svc.cluster.local'] });
  assert.equal(
    conf.policies.map((policy) => policy.Type),
    ['OutBoundNAT', 'SDNRoute', 'SDNRoute'],
  );
  assert.is(conf.log.level, 'info');
});

samples('every JSON sample in a document is JSON, and its configurations are taken', () => {
  let configurations = 0;
  for (const path of documents()) {
    for (const sample of jsonSamples(read(path))) {
      const value = parse(sample, path);
      if (!isConfiguration(value)) continue;
      configurations += 1;
      decoded(value);
    }
  }
  assert.ok(configurations > 0, 'no document shows a configuration');
});

function parse(sample: string, path: string): unknown {
  try {
    return JSON.parse(sample) as unknown;
  } catch (cause) {
    throw new Error(`${path} has a JSON sample that does not parse: ${(cause as Error).message}\n${sample}`, { cause });
  }
}

samples.run();
