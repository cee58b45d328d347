/** `type: wincni` on a node: keys of every family have their effect, also beside those of another one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { SEED, type TestNode } from '../support/node.ts';
import { fails, must, onNode, POD } from '../support/pods.ts';

const wincni = suite('wincni');

const conf = (node: TestNode, more: object): Record<string, unknown> => ({
  cniVersion: '1.1.0',
  name: 'cbr0',
  type: 'wincni',
  ipam: { type: 'host-local', subnet: '10.244.3.0/24', dataDir: node.dataDir },
  ...more,
});

/** Exceptions of OutBoundNAT and MAC of the one endpoint. */
function made(node: TestNode): { readonly exceptions: unknown; readonly mac: unknown } {
  const [endpoint] = node.hns.dump().endpoints;
  const policies = (endpoint?.['Policies'] ?? []) as readonly { Type: string; Settings?: Record<string, unknown> }[];
  const nat = policies.find(({ Type }) => Type === 'OutBoundNAT');
  return { exceptions: nat?.Settings?.['Exceptions'], mac: endpoint?.['MacAddress'] };
}

/** The keys of Microsoft's plugins beside those of win-bridge and win-overlay. */
const BESIDE: Readonly<Record<string, object>> = { alone: {}, 'beside AdditionalArgs': { AdditionalArgs: [] } };
for (const [how, more] of Object.entries(BESIDE)) {
  wincni(
    `ipMasq on a bridge excepts the subnets of the network, ${how}`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, conf(node, { ...more, ipMasq: true })));
      assert.equal(made(node).exceptions, ['10.244.3.0/24']);
    }),
  );
  wincni(
    `ipMasqNetwork is an exception, ${how}`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, conf(node, { ...more, ipMasqNetwork: '10.244.0.0/16' })));
      assert.equal(made(node).exceptions, ['10.244.0.0/16']);
    }),
  );
}
wincni(
  'endpointMacPrefix counts beside optionalFlags',
  onNode(async (node) => {
    await must(node.run('ADD', POD, conf(node, { optionalFlags: {}, endpointMacPrefix: '0E-2A' })));
    assert.is(made(node).mac, '0E-2A-0a-f4-03-03');
  }),
);
wincni(
  'networkType alone says which network is made',
  onNode(
    async (node) => {
      await must(node.run('ADD', POD, conf(node, { networkType: 'L2Bridge' })));
      const networks = node.hns.dump().networks.map(({ Name, Type }) => `${String(Name)} ${String(Type)}`);
      assert.equal(networks, ['cbr0 L2Bridge']);
    },
    { ...SEED, networks: [] },
  ),
);
for (const networkType of ['x', '', 5, ['NAT'], { toString: null }]) {
  wincni(
    `networkType ${JSON.stringify(networkType)} is refused`,
    onNode(async (node) => {
      const refused = node.run('ADD', POD, conf(node, { networkType }));
      await fails(refused, Code.InvalidConfig, /^Cannot use networkType: it is .*, expected one of NAT, /);
    }),
  );
}

wincni.run();
