/** Upgrade and downgrade in place: what a peer left is checked, kept beside ours and taken down, and the other way round. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../conformance/json.ts';
import type { Ended } from '../parity/outcome.ts';
import { scenarios, seedDocuments } from '../parity/scenario.ts';
import { isRecord, onPeerNode, type PeerNode, type PeerStep } from '../support/peer-node.ts';
import { FAMILIES, type Family, flannelConf, SUBNET_ENV } from './upgrade-families.ts';

const upgrade = suite('upgrade and downgrade in place');

/** A pod in the place of the one that was recorded. */
interface Pod {
  readonly containerId: string;
  readonly namespace: string;
}

const RECORDED: Pod = {
  containerId: '8d3f5a0b6f1e4c1f9a52c7de10b3a4e97c6f0a1b2c3d4e5f60718293a4b5c6d7',
  namespace: '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C01',
};
const SECOND: Pod = {
  containerId: '1b7c0e9d5a4f42388e6d7c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a392817',
  namespace: '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C02',
};
const THIRD: Pod = {
  containerId: 'c0ffee5a0b6f1e4c1f9a52c7de10b3a4e97c6f0a1b2c3d4e5f60718293a4b5c6',
  namespace: '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C03',
};

/** A recording of a family with the words for another pod. */
interface Script {
  readonly seeds: readonly unknown[];
  readonly add: PeerStep;
  readonly del: PeerStep;
  readonly second: PeerStep;
  readonly family: Family;
}

function scriptOf(family: Family): Script {
  const [scenario] = scenarios(family.scenario);
  if (scenario === undefined) throw new Error(`no scenario "${family.scenario}"`);
  const steps = scenario.steps.filter((step): step is PeerStep => 'stdin' in step && step.exitCode === 0);
  const of = (verb: string): PeerStep => {
    const found = steps.find(
      ({ env }) => env['CNI_COMMAND'] === verb && env['CNI_CONTAINERID'] === RECORDED.containerId,
    );
    if (found === undefined) throw new Error(`no ${verb} in "${family.scenario}"`);
    return placed(found, family);
  };
  const add = of('ADD');
  return { seeds: seedDocuments(scenario), add, del: of('DEL'), second: asSecond(add, family), family };
}

/** flannel's delegate has host-local's default folder. */
const placed = (step: PeerStep, { isFlannel }: Family): PeerStep =>
  isFlannel === true
    ? (JSON.parse(
        JSON.stringify(step)
          .replaceAll('"ipam/', '"var/lib/cni/networks/')
          .replaceAll(/"dataDir":"[^"]*",/g, ''),
      ) as PeerStep)
    : step;

function asSecond(step: PeerStep, { renamed = [] }: Family): PeerStep {
  const pairs = [
    [RECORDED.containerId, SECOND.containerId],
    [RECORDED.namespace, SECOND.namespace],
    ...renamed,
  ] as const;
  const text = pairs.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(step));
  return JSON.parse(text) as PeerStep;
}

/** One of our commands for a pod, with the configuration that the peer had. */
function command(
  { add, family }: Script,
  verb: string,
  { pod, more = {} }: { pod?: Pod; more?: object } = {},
): PeerStep {
  const isV1 = add.env['CNI_NETNS'] === 'none';
  const netns = isV1 ? 'none' : pod?.namespace;
  const ofPod = { CNI_CONTAINERID: pod?.containerId ?? '', CNI_NETNS: pod === undefined ? '' : (netns ?? '') };
  const ifname = { CNI_IFNAME: pod === undefined ? '' : 'eth0' };
  const stdin = add.stdin as Json;
  const conf = family.isFlannel === true ? flannelConf(stdin) : stdin;
  return {
    ...add,
    plugin: family.isFlannel === true ? 'wincni' : add.plugin,
    env: { ...add.env, ...ofPod, ...ifname, CNI_COMMAND: verb },
    stdin: { ...conf, ...more },
  };
}

async function must(ended: Promise<Ended>): Promise<unknown> {
  const { code, stdout } = await ended;
  assert.is(code, 0, stdout);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

/** The files of a pod: host-local's as the peer's step left them, and flannel's. */
function filesOf({ stateAfter, stdin, env }: PeerStep, { isFlannel }: Family): Readonly<Record<string, string | null>> {
  if (isFlannel !== true) return stateAfter.files;
  const scratch = `var/lib/cni/flannel/${env['CNI_CONTAINERID']}`;
  return { ...stateAfter.files, 'run/flannel/subnet.env': SUBNET_ENV, [scratch]: JSON.stringify(stdin) };
}

/** A pod that the peer makes; what it printed. */
async function peerAdds(node: PeerNode, step: PeerStep, family: Family): Promise<unknown> {
  node.put(filesOf(step, family));
  const printed = await node.peer(step);
  return family.isUnleased === true ? withAddress(node, printed as Json, step) : printed;
}

/** HNS chose the address: of a second pod it is another one than was recorded. */
function withAddress(node: PeerNode, printed: Json, { env }: PeerStep): Json {
  const line = node.endpoints().find((each) => each.startsWith(env['CNI_CONTAINERID'] ?? '-'));
  const [ip] = printed['ips'] as readonly { readonly address: string }[];
  return { ...printed, ips: [{ ...ip, address: ip?.address.replace(/^[^/]*/, line?.split(' ')[1] ?? '') }] };
}

/** What the peer does to take the recorded pod down: its calls, then host-local's files and flannel's. */
async function peerDeletes(node: PeerNode, { del, family }: Script): Promise<void> {
  await node.peer(del);
  node.release(RECORDED.containerId, 'eth0');
  if (family.isFlannel === true) node.forget(RECORDED.containerId);
}

/** Who has an endpoint. */
const pods = (node: PeerNode): readonly string[] => node.endpoints().map((line) => line.slice(0, 6));
const addressesOf = (node: PeerNode): readonly string[] => node.endpoints().map((line) => line.split(' ')[1] ?? '');
const LIST = (...valid: readonly Pod[]): object => ({
  cniVersion: '1.1.0',
  'cni.dev/valid-attachments': valid.map(({ containerId }) => ({ containerID: containerId, ifname: 'eth0' })),
});

function nothingIsLeft(node: PeerNode): void {
  assert.equal([node.endpoints(), node.members(), node.holdings()], [[], [], []]);
}

for (const family of FAMILIES) {
  const script = scriptOf(family);
  const { seeds, add, second } = script;
  const test = (name: string, use: (node: PeerNode) => Promise<void>): void => {
    upgrade(`${family.name}: ${name}`, () => onPeerNode(seeds, use));
  };

  test('pods of the peer are checked, kept and taken down', async (node) => {
    const results = [await peerAdds(node, add, family), await peerAdds(node, second, family)];
    const check = async (pod: Pod, prevResult: unknown): Promise<unknown> =>
      must(node.ours(command(script, 'CHECK', { pod, more: { prevResult } })));
    await check(RECORDED, results[0]);
    await check(SECOND, results[1]);
    const wrong = await node.ours(command(script, 'CHECK', { pod: RECORDED, more: { prevResult: results[1] } }));
    assert.is((JSON.parse(wrong.stdout) as Json)['code'], 104, 'the result of another pod');
    const taken = addressesOf(node);
    await must(node.ours(command(script, 'ADD', { pod: THIRD })));
    assert.equal(pods(node), ['1b7c0e', '8d3f5a', 'c0ffee']);
    assert.is(new Set(addressesOf(node)).size, taken.length + 1);
    await check(RECORDED, results[0]);

    await must(node.ours(command(script, 'GC', { more: LIST(RECORDED, THIRD) })));
    // Of a pod that HNS itself gave its address no file tells whose it is: the peer's endpoint stays until its DEL.
    assert.equal(pods(node), family.isUnleased === true ? ['1b7c0e', '8d3f5a', 'c0ffee'] : ['8d3f5a', 'c0ffee']);
    await check(RECORDED, results[0]);

    for (const pod of [RECORDED, SECOND, THIRD]) await must(node.ours(command(script, 'DEL', { pod })));
    nothingIsLeft(node);
  });

  test('a pod of the peer is taken down without prevResult and namespace', async (node) => {
    await peerAdds(node, add, family);
    const step = command(script, 'DEL', { pod: RECORDED });
    await must(node.ours({ ...step, env: { ...step.env, CNI_NETNS: '' } }));
    nothingIsLeft(node);
    await must(node.ours(step));
  });

  test('an ADD of a pod that the peer has attached changes nothing', async (node) => {
    await peerAdds(node, add, family);
    const before = [node.endpoints(), node.holdings()];
    const { code, stdout } = await node.ours(command(script, 'ADD', { pod: RECORDED }));
    assert.is(code, 1);
    assert.is((JSON.parse(stdout) as Json)['code'], 103, stdout);
    assert.equal([node.endpoints(), node.holdings()], before);
  });

  for (const [next, cleans] of [
    ['GC', (node) => must(node.ours(command(script, 'GC', { more: LIST() })))],
    [
      'ADD and DEL',
      async (node) => {
        await must(node.ours(command(script, 'ADD', { pod: RECORDED })));
        await must(node.ours(command(script, 'DEL', { pod: RECORDED })));
      },
    ],
  ] as readonly [string, (node: PeerNode) => Promise<unknown>][]) {
    test(`the peer takes our pod down, and our next ${next} drops its record`, async (node) => {
      node.put(family.isFlannel === true ? { 'run/flannel/subnet.env': SUBNET_ENV } : {});
      await must(node.ours(command(script, 'ADD', { pod: RECORDED })));
      assert.equal(pods(node), ['8d3f5a']);
      await peerDeletes(node, script);
      assert.equal([node.endpoints(), node.members()], [[], []]);
      assert.equal(node.holdings().map(isRecord), [true], node.holdings().join(' '));
      await cleans(node);
      nothingIsLeft(node);
    });
  }

  test('beside the record of a pod that the peer took down, its own pods are known', async (node) => {
    node.put(family.isFlannel === true ? { 'run/flannel/subnet.env': SUBNET_ENV } : {});
    await must(node.ours(command(script, 'ADD', { pod: RECORDED })));
    await peerDeletes(node, script);
    const prevResult = await peerAdds(node, second, family);
    await must(node.ours(command(script, 'CHECK', { pod: SECOND, more: { prevResult } })));
    await must(node.ours(command(script, 'DEL', { pod: SECOND })));
    assert.equal([node.endpoints(), node.members()], [[], []]);
    assert.equal(node.holdings().map(isRecord), [true], node.holdings().join(' '));
  });
}

upgrade.run();
