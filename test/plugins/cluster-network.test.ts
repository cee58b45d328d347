/** What serviceCidr and clusterCidr cost on each type of network, and where they are refused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { clusterConf as conf, KEYS, nat, route, typed } from '../support/cluster.ts';
import { SEED } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD, seedWith } from '../support/pods.ts';

const cluster = suite('networks of a cluster');

/** HNS calls that ADD makes beside its eight. */
const ASKED: Readonly<Record<string, readonly [more: object, seed: unknown, calls: readonly string[]]>> = {
  'one on an L2Bridge': [KEYS, SEED, [`HNSCall GET /networks/${SEED.networks[0]?.ID}`]],
  'none when the configuration lists both types itself': [
    {
      ...KEYS,
      policies: [nat('10.1.0.0/16'), route('10.1.0.0/16')].map((value) => ({ name: 'EndpointPolicy', value })),
    },
    SEED,
    [],
  ],
  'none on an L2Tunnel': [KEYS, typed('L2Tunnel'), []],
  'none on an Overlay that tells the address': [
    KEYS,
    seedWith({
      Type: 'Overlay',
      Policies: [{ Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } }],
    }),
    [],
  ],
};
for (const [what, [more, seed, calls]] of Object.entries(ASKED)) {
  cluster(
    `ADD makes ${what}`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, conf(node, {})));
      const without = node.calls();
      await must(node.run('DEL', POD, conf(node, {})));
      node.dispatcher.clearTrace();
      await must(node.run('ADD', POD, conf(node, more)));
      const added = node.dispatcher
        .trace()
        .filter((call) => call.function === 'HNSCall')
        .map(({ request }) => `HNSCall ${String(request['method'])} ${String(request['path'])}`);
      assert.equal(added, calls);
      assert.is(node.calls().length, without.length + calls.length);
    }, seed),
  );
}

cluster(
  'an ADD before HNS knows the address of the node is to be tried again',
  onNode(
    async (node) => {
      await fails(node.run('ADD', POD, conf(node, KEYS)), Code.TryAgainLater, /has not found the node's address/);
      nothingLeft(node);
    },
    seedWith({ ManagementIP: '' }),
  ),
);

for (const [key, more] of [
  ['serviceCidr', KEYS],
  ['clusterCidr', { clusterCidr: '10.244.0.0/16' }],
] as const) {
  for (const type of ['NAT', 'Transparent']) {
    cluster(
      `${key} is refused on a ${type} network`,
      onNode(async (node) => {
        const message = new RegExp(
          `^Cannot use ${key} on the HNS network "cbr0": its type is "${type}", expected L2Bridge, L2Tunnel, Overlay$`,
        );
        const error = await fails(node.run('ADD', POD, conf(node, more)), Code.InvalidConfig, message);
        assert.is(error.details, `JSON path ${key}`);
        await fails(node.run('STATUS', {}, conf(node, more)), Code.NotAvailable, message);
        nothingLeft(node);
      }, typed(type)),
    );
  }
}
cluster(
  'no network is made that does not take them',
  onNode(
    async (node) => {
      const nat = conf(node, { ...KEYS, name: 'nat', networkType: 'NAT', ipam: { dataDir: node.dataDir } });
      await fails(node.run('ADD', POD, nat), Code.InvalidConfig, /its type is "NAT"/);
      assert.equal(node.hns.dump().networks, []);
    },
    { ...SEED, networks: [] },
  ),
);

cluster.run();
