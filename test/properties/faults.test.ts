/** Random lives of several pods with one fault at a random HNS call: afterwards nothing is left and nothing was lost. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault } from '../../native/simulator/faults.ts';
import { ROWS } from '../../src/hns/status.ts';
import { createTestNode, NAMESPACES, type Pod, type Ran, type TestNode } from '../support/node.ts';

/** Two interfaces of one container, and two more pods. */
const PODS: readonly Pod[] = [
  { containerId: 'c1', ifname: 'eth0', netns: NAMESPACES[0] },
  { containerId: 'c1', ifname: 'eth1', netns: NAMESPACES[0] },
  { containerId: 'c2', ifname: 'eth0', netns: NAMESPACES[1] },
  { containerId: 'c3', ifname: 'eth0', netns: NAMESPACES[2] },
];
const RUNS = 1000;

type Step = { readonly verb: 'ADD' | 'DEL' | 'CHECK' | 'RELEASE'; readonly pod: number };
const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom('ADD', 'ADD', 'ADD', 'DEL', 'DEL', 'CHECK', 'RELEASE'),
  pod: fc.nat(PODS.length - 1),
});

const CHANGES = ['HcnCreateEndpoint', 'HcnModifyNamespace', 'HcnDeleteEndpoint'];
/** Answers after which HNS may still carry the call out. */
const UNKNOWN = ROWS.filter(([, , outcome]) => outcome === 'unknown').map(([hr]) => hr);

/** Any call, or one of the first few that change something: those are where it hurts. */
const where = fc.oneof(
  fc.record({ function: fc.constant('*'), nth: fc.integer({ min: 1, max: 24 }) }),
  fc.record({ function: fc.constantFrom(...CHANGES), nth: fc.integer({ min: 1, max: 3 }) }),
);
const what = fc.oneof(
  fc.record({
    action: fc.constant('fail' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
    hresult: fc.constantFrom(...ROWS.map(([hr]) => hr)),
  }),
  fc.record({ action: fc.constant('hang' as const), when: fc.constantFrom('before' as const, 'after' as const) }),
  fc.record({ action: fc.constant('hold' as const) }),
  fc.record({ action: fc.constant('hold' as const), hresult: fc.constantFrom(...UNKNOWN) }),
);
const fault: fc.Arbitrary<Fault> = fc.tuple(where, what).map(([place, effect]) => ({ ...place, ...effect }));

/** What the runtime knows: the result ADD printed, nothing, or that a command failed in between. */
type Told = Record<string, unknown> | 'nothing' | 'unsure';

const quick = { timeoutSeconds: 0.02, tombstoneSeconds: 60 };

/** Every endpoint's address is reserved, and every pod that was told so has exactly what it was told. */
function holds(node: TestNode, told: readonly Told[]): void {
  const endpoints = node.endpoints().map((line) => line.split(' ') as [string, string, string]);
  const addresses = endpoints.map(([, address]) => address);
  assert.is(new Set(addresses).size, addresses.length, 'an address twice');
  for (const address of addresses) assert.ok(node.leases().includes(address), `${address} is free while in use`);
  for (const [index, what] of told.entries()) {
    if (typeof what === 'string') continue;
    const { containerId, ifname, netns } = PODS[index] as Pod;
    const name = ifname === 'eth0' ? `${containerId}_cbr0` : `${containerId}_cbr0_${ifname}`;
    const ips = what['ips'] as readonly { readonly address: string }[];
    const line = `${name} ${ips[0]?.address.split('/')[0] ?? ''} ${netns ?? ''}`;
    assert.ok(node.endpoints().includes(line), `told "${line}", the node has ${node.endpoints().join(', ')}`);
  }
}

async function live(node: TestNode, steps: readonly Step[]): Promise<void> {
  const told: Told[] = PODS.map(() => 'nothing');
  for (const { verb, pod } of steps) {
    if (verb === 'RELEASE') node.dispatcher.releaseHeld();
    else {
      const known = told[pod] as Told;
      const prevResult = typeof known === 'string' ? {} : { prevResult: known };
      const ran = await node.run(verb, PODS[pod] as Pod, node.conf({ ...quick, ...prevResult }));
      told[pod] = after(verb, known, ran);
    }
    holds(node, told);
  }
}

/** What the runtime knows after a command. An ADD that fails changes nothing for a pod that is attached. */
function after(verb: string, known: Told, ran: Ran): Told {
  if (verb === 'CHECK') return known;
  if (verb === 'DEL') return ran.code === 0 ? 'nothing' : 'unsure';
  if (typeof known === 'object') {
    assert.not.equal(ran.code, 0, 'ADD of an attachment that exists succeeded');
    return known;
  }
  return ran.code === 0 ? (ran.out as Told) : 'unsure';
}

/** The runtime deletes every pod, until it succeeds; what HNS still owed arrives after that; then one sweep. */
async function tidy(node: TestNode): Promise<void> {
  for (const pod of PODS) {
    for (let tries = 0; tries < 3; tries++) {
      const ran = await node.run('DEL', pod, node.conf(quick));
      if (ran.code === 0) break;
      assert.ok(tries < 2, `DEL keeps failing: ${ran.text}`);
    }
  }
  node.dispatcher.releaseHeld();
  holds(node, []);
  node.pass(60_000);
  const swept = await node.run('DEL', { containerId: 'none', ifname: 'eth0' }, node.conf(quick));
  assert.is(swept.code, 0, swept.text);
}

function nothingLeft(node: TestNode): void {
  assert.equal(node.endpoints(), []);
  const { namespaces } = node.hns.dump();
  const members = namespaces.flatMap((namespace) => (namespace as { Resources?: unknown[] }).Resources ?? []);
  assert.equal(members, []);
  assert.equal([node.leases(), node.tombstones(), node.attachments()], [[], [], []]);
}

const faults = suite('lives of pods with a fault at a random HNS call');

faults(`${RUNS} random sequences leave nothing and lose nothing`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), fault, async (steps, rule) => {
      const node = createTestNode();
      try {
        node.dispatcher.faults.set([rule]);
        await live(node, steps);
        node.dispatcher.faults.clear();
        await tidy(node);
        nothingLeft(node);
      } finally {
        node.end();
      }
    }),
    { numRuns: RUNS, ...seeded() },
  );
});

/** A run prints its seed, so that a failure can be had again: WINCNI_SEED=… node --import tsx test/properties/faults.test.ts */
function seeded(): { readonly seed: number } {
  const seed = Number(process.env['WINCNI_SEED'] ?? Date.now() % 0x7fffffff);
  console.log(`seed ${seed}`);
  return { seed };
}

faults.run();
