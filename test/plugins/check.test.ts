/** CHECK: passes for what ADD made, and names each difference by itself. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import type { Ran, TestNode } from '../support/node.ts';
import { fails, idOf, must, nothingLeft, onNode, operator, POD, SECOND } from '../support/pods.ts';

const check = suite('CHECK');

type Result = Record<string, unknown>;
interface Shown {
  readonly interfaces: readonly Record<string, unknown>[];
  readonly ips: readonly Record<string, unknown>[];
}

const NS = POD.netns;
const ID = idOf(POD);

interface Difference {
  /** Done to the node after ADD. */
  readonly node?: (node: TestNode) => unknown;
  /** What becomes of prevResult. */
  readonly result?: (result: Shown) => Result;
  readonly conf?: Result;
  /** All that CHECK finds, in order. */
  readonly found: readonly string[];
}

const first = ({ ips, interfaces }: Shown, change: Result, of: 'ips' | 'interfaces'): Result => ({
  ips: of === 'ips' ? [{ ...ips[0], ...change }] : ips,
  interfaces: of === 'interfaces' ? [{ ...interfaces[0], ...change }] : interfaces,
});

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'the endpoint is gone': {
    node: (node) => operator(node).code('HcnDeleteEndpoint', { id: ID }),
    found: ['endpoint "a1b2c3_cbr0" is missing from HNS'],
  },
  'the namespace is gone': {
    node: (node) => operator(node).code('HcnDeleteNamespace', { id: NS }),
    found: [`its namespace is none, expected ${NS}`, `namespace ${NS} is missing from HNS`],
  },
  'endpoint and namespace are gone': {
    node: (node) => {
      operator(node).code('HcnDeleteEndpoint', { id: ID });
      operator(node).code('HcnDeleteNamespace', { id: NS });
    },
    found: ['endpoint "a1b2c3_cbr0" is missing from HNS', `namespace ${NS} is missing from HNS`],
  },
  'the endpoint was detached': {
    node: (node) => operator(node).attach(NS, ID, 'Remove'),
    found: [`its namespace is none, expected ${NS}`, `namespace ${NS} does not list endpoint ${ID}`],
  },
  'the endpoint is in another namespace': {
    node: (node) => {
      operator(node).attach(NS, ID, 'Remove');
      operator(node).attach(SECOND.netns, ID);
    },
    found: [`its namespace is ${SECOND.netns}, expected ${NS}`, `namespace ${NS} does not list endpoint ${ID}`],
  },
  'the lease was released': {
    node: (node) => {
      rmSync(join(node.dataDir, 'cbr0', '10.244.3.3'));
    },
    found: ['10.244.3.3 is not reserved for this container in DATADIR'],
  },
  'the lease is of another container': {
    node: (node) => {
      writeFileSync(join(node.dataDir, 'cbr0', '10.244.3.3'), 'another\r\neth0');
    },
    found: ['10.244.3.3 is not reserved for this container in DATADIR'],
  },
  'a policy of the configuration is not there': {
    conf: { policies: [{ name: 'EndpointPolicy', value: { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12' } }] },
    found: ['it has no SDNRoute policy, expected one'],
  },
  'prevResult has another MAC': {
    result: (result) => first(result, { mac: '00-15-5D-00-00-01' }, 'interfaces'),
    found: ['its MAC is 00-15-5D-52-C0-00, prevResult says 00-15-5D-00-00-01'],
  },
  'prevResult has another address': {
    result: (result) => first(result, { address: '10.244.3.9/24' }, 'ips'),
    found: ['prevResult lacks its address 10.244.3.3/24', 'it lacks 10.244.3.9/24 of prevResult'],
  },
  'prevResult has another prefix': {
    result: (result) => first(result, { address: '10.244.3.3/16' }, 'ips'),
    found: ['prevResult lacks its address 10.244.3.3/24', 'it lacks 10.244.3.3/16 of prevResult'],
  },
  'prevResult has no address': {
    result: (result) => ({ ...result, ips: [] }),
    found: ['prevResult lacks its address 10.244.3.3/24'],
  },
  'prevResult has another gateway': {
    result: (result) => first(result, { gateway: '10.244.3.1' }, 'ips'),
    found: ['it has no route by 10.244.3.1, the gateway of prevResult on "cbr0"'],
  },
  'everything differs at once': {
    node: (node) => operator(node).attach(NS, ID, 'Remove'),
    result: ({ interfaces }) => ({
      interfaces: [{ ...interfaces[0], mac: 'x' }],
      ips: [{ address: '10.244.3.9/24', gateway: '10.244.3.1', interface: 0 }],
    }),
    found: [
      `its namespace is none, expected ${NS}`,
      'its MAC is 00-15-5D-52-C0-00, prevResult says x',
      'prevResult lacks its address 10.244.3.3/24',
      'it lacks 10.244.3.9/24 of prevResult',
      'it has no route by 10.244.3.1, the gateway of prevResult on "cbr0"',
      `namespace ${NS} does not list endpoint ${ID}`,
    ],
  },
};
for (const [what, difference] of Object.entries(DIFFERENCES)) {
  check(
    `fails when ${what}, and changes nothing`,
    onNode(async (node) => {
      const result = await must(node.run('ADD', POD, node.conf()));
      difference.node?.(node);
      const before = [node.endpoints(), node.leases(), node.members()];
      const prevResult = difference.result?.(result as unknown as Shown) ?? result;
      const error = await fails(
        node.run('CHECK', POD, node.conf({ ...difference.conf, prevResult })),
        Code.CheckFailed,
        /^Cannot confirm "eth0" of container "a1b2c3": /,
      );
      const found = error.msg.replace(/^Cannot confirm "eth0" of container "a1b2c3": /, '');
      assert.is(found.replaceAll(node.dataDir, 'DATADIR'), difference.found.join('; '));
      assert.is(error.details, 'restart the pod to have its network made again');
      assert.equal([node.endpoints(), node.leases(), node.members(), node.leftovers()], [...before, []]);
    }),
  );
}

/** What later plugins of a chain may make of prevResult. */
const PASSES: Readonly<Record<string, (result: Shown) => Result>> = {
  'as ADD printed it': (result) => ({ ...result }),
  'with interfaces of others before and after ours': ({ interfaces, ips }) => ({
    interfaces: [{ name: 'lo', sandbox: NS }, { name: 'eth0', sandbox: 'elsewhere' }, ...interfaces, { name: 'x' }],
    ips: [{ address: '10.9.9.9/24', interface: 0 }, ...ips.map((ip) => ({ ...ip, interface: 2 }))],
  }),
  'with addresses of an earlier plugin that name no interface': ({ interfaces, ips }) => ({
    interfaces,
    ips: [{ address: '10.9.9.9/24' }, ...ips],
  }),
  'with an earlier interface of the same name': ({ interfaces, ips }) => ({
    interfaces: [{ ...interfaces[0], mac: '00-00-00-00-00-01' }, ...interfaces],
    ips: [{ address: '10.9.9.9/24', interface: 0 }, ...ips.map((ip) => ({ ...ip, interface: 1 }))],
  }),
  'without a MAC': ({ interfaces, ips }) => ({
    interfaces: interfaces.map(({ name, sandbox }) => ({ name, sandbox })),
    ips,
  }),
  'with addresses that name no interface': ({ interfaces, ips }) => ({
    interfaces,
    ips: ips.map(({ address }) => ({ address })),
  }),
  'with its keys in capitals': ({ interfaces, ips }) => ({
    INTERFACES: interfaces.map(({ name, mac, sandbox }) => ({ NAME: name, MAC: mac, SANDBOX: sandbox })),
    IPS: ips.map(({ address, gateway }) => ({ ADDRESS: address, GATEWAY: gateway })),
  }),
};
for (const [how, change] of Object.entries(PASSES)) {
  check(
    `passes with prevResult ${how}`,
    onNode(async (node) => {
      const result = await must(node.run('ADD', POD, node.conf()));
      const prevResult = change(result as unknown as Shown);
      const ran = await node.run('CHECK', POD, node.conf({ prevResult }));
      assert.equal([ran.code, ran.text], [0, '']);
      assert.equal(node.leftovers(), []);
    }),
  );
}
/** What the plugins of the field answer for an endpoint of this MAC: interface and the index to it. */
const PEERS: Readonly<Record<string, (mac: unknown) => readonly [own: object, index: object]>> = {
  'win-bridge, which names the endpoint and no sandbox': (mac) => [{ name: 'a1b2c3_cbr0', mac }, {}],
  'sdnbridge, whose MAC is six bytes': () => [{ name: 'eth0', mac: '\u0000\u0015]R\ufffd\u0001' }, { interface: 0 }],
  'one that states all': (mac) => [{ name: 'eth0', mac, sandbox: NS }, { interface: 0 }],
};
for (const [peer, answer] of Object.entries(PEERS)) {
  check(
    `passes for what a peer made, by its name and host-local file: ${peer}`,
    onNode(async (node) => {
      const { createEndpoint, attach, hns } = operator(node);
      const Routes = [{ NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0' }];
      createEndpoint({ Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }], Routes });
      const made = hns.dump().endpoints[0];
      attach(NS, String(made?.['ID']));
      mkdirSync(join(node.dataDir, 'cbr0'));
      writeFileSync(join(node.dataDir, 'cbr0', '10.244.3.50'), 'a1b2c3\r\neth0');
      const [own, index] = answer(made?.['MacAddress']);
      const ip = { gateway: '10.244.3.2', ...index };
      const prevResult = { interfaces: [own], ips: [{ ...ip, address: '10.244.3.50/24' }] };
      await must(node.run('CHECK', POD, node.conf({ prevResult })));
      const other = { interfaces: [own], ips: [{ ...ip, address: '10.244.3.51/24' }] };
      const check = node.run('CHECK', POD, node.conf({ prevResult: other }));
      await fails(check, Code.CheckFailed, /it lacks 10\.244\.3\.51\/24 of prevResult/);
    }),
  );
}
check(
  'finds the difference when a peer’s endpoint is in another namespace',
  onNode(async (node) => {
    const { createEndpoint, attach, hns } = operator(node);
    createEndpoint({ Name: 'a1b2c3_cbr0', IpConfigurations: [{ IpAddress: '10.244.3.50' }] });
    const made = hns.dump().endpoints[0];
    attach(SECOND.netns, String(made?.['ID']));
    const prevResult = {
      interfaces: [{ name: 'eth0', mac: made?.['MacAddress'], sandbox: NS }],
      ips: [{ address: '10.244.3.50/24' }],
    };
    const error = await fails(node.run('CHECK', POD, node.conf({ prevResult })), Code.CheckFailed, /^Cannot confirm /);
    assert.match(error.msg, /10\.244\.3\.50 is not reserved for this container/);
    assert.match(error.msg, /namespace 5b0a8f4e-.* does not list endpoint /);
  }),
);

/** prevResult that cannot be used, and what is said of it. */
const BAD: readonly (readonly [prevResult: unknown, code: Code, message: RegExp])[] = [
  [undefined, Code.InvalidConfig, /^Cannot use prevResult: it is absent, expected a JSON object$/],
  [[], Code.InvalidConfig, /^Cannot use prevResult: it is \[\], expected a JSON object$/],
  [{}, Code.CheckFailed, /^Cannot confirm "eth0": prevResult has no interface of that name in sandbox/],
  [{ interfaces: [5] }, Code.InvalidConfig, /^Cannot use prevResult\.interfaces\[0\]: it is 5/],
  [{ interfaces: [] }, Code.CheckFailed, /^Cannot confirm "eth0": prevResult has no interface of that name in sandbox/],
  [
    { interfaces: [{ name: 'eth0', mac: 'x', sandbox: SECOND.netns }] },
    Code.CheckFailed,
    /^Cannot confirm "eth0": prevResult has no interface of that name in sandbox "5b0a8f4e-.*01"$/,
  ],
  [
    { interfaces: [{ name: 'eth0', sandbox: NS }] },
    Code.CheckFailed,
    /: prevResult lacks its address 10\.244\.3\.3\/24$/,
  ],
  [
    { interfaces: [{ name: 'eth0', sandbox: NS, mac: 5 }], ips: [] },
    Code.InvalidConfig,
    /^Cannot use prevResult\.interfaces\[0\]\.mac: it is 5, expected a string$/,
  ],
  [
    { interfaces: [{ name: 'eth0', sandbox: NS, mac: 'x' }], ips: [{ gateway: '10.244.3.2' }] },
    Code.InvalidConfig,
    /^Cannot use prevResult\.ips\[0\]\.address: it is absent, expected a string$/,
  ],
  [
    { interfaces: [{ name: 'eth0', sandbox: NS, mac: 'x' }], ips: [{ address: '10.244.3.3/24', gateway: 5 }] },
    Code.InvalidConfig,
    /^Cannot use prevResult\.ips\[0\]\.gateway: it is 5, expected a string$/,
  ],
  [
    { interfaces: [{ name: 'eth0', sandbox: NS, mac: 'x' }], ips: [{ address: '10.9.9.9/24' }, { address: 5 }] },
    Code.InvalidConfig,
    /^Cannot use prevResult\.ips\[1\]\.address: it is 5, expected a string$/,
  ],
];
for (const [prevResult, code, message] of BAD) {
  check(
    `answers ${code} for prevResult ${JSON.stringify(prevResult)}`,
    onNode(async (node) => {
      await must(node.run('ADD', POD, node.conf()));
      await fails(node.run('CHECK', POD, node.conf(prevResult === undefined ? {} : { prevResult })), code, message);
      assert.equal(node.leftovers(), []);
      await must(node.run('DEL', POD, node.conf()));
      nothingLeft(node);
    }),
  );
}
check(
  'answers 11 while HNS is down, or does not answer',
  onNode(async (node) => {
    const prevResult = await must(node.run('ADD', POD, node.conf()));
    const again = (): Promise<Ran> => node.run('CHECK', POD, node.conf({ prevResult, timeoutSeconds: 0.2 }));
    node.setFaults([{ function: '*', every: true, hresult: 0x800706ba }]);
    await fails(again(), Code.TryAgainLater, /^Cannot read endpoint .*0x800706BA/);
    node.setFaults([{ function: 'HcnOpenNamespace', action: 'hang' }]);
    await fails(again(), Code.TryAgainLater, /^Cannot read namespace .*: HNS did not answer within 0\.\d s$/);
    assert.equal([node.endpoints().length, node.leases()], [1, ['10.244.3.3']]);
  }),
);

check(
  'names the pod to restart as Kubernetes calls it',
  onNode(async (node) => {
    const pod = { ...POD, args: 'K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0' };
    const prevResult = await must(node.run('ADD', pod, node.conf()));
    operator(node).code('HcnDeleteEndpoint', { id: ID });
    const error = await fails(
      node.run('CHECK', pod, node.conf({ prevResult })),
      Code.CheckFailed,
      /is missing from HNS/,
    );
    assert.is(error.details, 'restart pod "shop/web-0" to have its network made again');
  }),
);

check.run();
