/** Random lives of several pods with one fault at a random HNS call, on any node; what must hold during and after them. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import type { Action, Fault } from '../../native/simulator/faults.ts';
import { ROWS } from '../../src/hns/status.ts';
import { NAMESPACES, type Pod } from '../support/node.ts';

/** What a node offers to be lived on: the one in this process, and the one with executables. */
export interface Home {
  readonly run: (verb: string, pod: Pod, conf: unknown) => Promise<Answered>;
  readonly conf: (more?: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  readonly endpoints: () => readonly string[];
  readonly members: () => readonly unknown[];
  readonly leases: () => readonly string[];
  readonly records: (folder: 'attachments' | 'tombstones') => readonly string[];
  readonly setFaults: (rules: readonly Fault[]) => void;
  readonly releaseHeld: () => number;
}

interface Answered {
  readonly code: number | null;
  readonly out: Record<string, unknown> | undefined;
  readonly text: string;
}

/** Two interfaces of one container, and two more pods. */
const PODS: readonly Pod[] = [
  { containerId: 'c1', ifname: 'eth0', netns: NAMESPACES[0] },
  { containerId: 'c1', ifname: 'eth1', netns: NAMESPACES[0] },
  { containerId: 'c2', ifname: 'eth0', netns: NAMESPACES[1] },
  { containerId: 'c3', ifname: 'eth0', netns: NAMESPACES[2] },
];

export type Step = { readonly verb: 'ADD' | 'DEL' | 'CHECK' | 'GC' | 'STATUS' | 'RELEASE'; readonly pod: number };
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    verb: fc.constantFrom('ADD', 'ADD', 'ADD', 'DEL', 'DEL', 'CHECK', 'GC', 'GC', 'STATUS', 'RELEASE'),
    pod: fc.nat(PODS.length - 1),
  }),
  { minLength: 1, maxLength: 10 },
);

const CHANGES = ['HcnCreateEndpoint', 'HcnModifyNamespace', 'HcnDeleteEndpoint'];
/** Answers after which HNS may still carry the call out. */
const UNKNOWN = ROWS.filter(([, , outcome]) => outcome === 'unknown').map(([hr]) => hr);

/** Any call, or one of the first few that change something: those are where it hurts. */
const where = fc.oneof(
  fc.record({ function: fc.constant('*'), nth: fc.integer({ min: 1, max: 24 }) }),
  fc.record({ function: fc.constantFrom(...CHANGES), nth: fc.integer({ min: 1, max: 3 }) }),
);
const when = fc.constantFrom('before' as const, 'after' as const);
const EFFECTS: Readonly<Record<Exclude<Action, 'garbage'>, fc.Arbitrary<Partial<Fault>>>> = {
  fail: fc.record({ action: fc.constant('fail' as const), when, hresult: fc.constantFrom(...ROWS.map(([hr]) => hr)) }),
  hang: fc.record({ action: fc.constant('hang' as const), when }),
  hold: fc.oneof(
    fc.record({ action: fc.constant('hold' as const) }),
    fc.record({ action: fc.constant('hold' as const), hresult: fc.constantFrom(...UNKNOWN) }),
  ),
  kill: fc.record({ action: fc.constant('kill' as const), when }),
};

/** One fault that does one of these. */
export const fault = (...actions: readonly (keyof typeof EFFECTS)[]): fc.Arbitrary<Fault> =>
  fc
    .tuple(where, fc.oneof(...actions.map((action) => EFFECTS[action])))
    .map(([place, effect]) => ({ ...place, ...effect }));

/** What the runtime knows: the result ADD printed, nothing, or that a command failed in between. */
type Told = Record<string, unknown> | 'nothing' | 'unsure';

export interface Life {
  readonly steps: readonly Step[];
  readonly fault: Fault;
  readonly timeoutSeconds: number;
}

/** Lives it, and asserts that nothing was lost on the way and nothing is left at the end. */
export async function live(home: Home, { steps, fault, timeoutSeconds }: Life): Promise<void> {
  home.setFaults([fault]);
  const told: Told[] = PODS.map(() => 'nothing');
  for (const { verb, pod } of steps) {
    if (verb === 'RELEASE') home.releaseHeld();
    else if (verb === 'GC' || verb === 'STATUS') await onNetwork(home, { verb, told, listed: pod > 0, timeoutSeconds });
    else {
      const known = told[pod] as Told;
      const prevResult = typeof known === 'string' ? {} : { prevResult: known };
      const conf = home.conf({ timeoutSeconds, tombstoneSeconds: 60, ...prevResult });
      told[pod] = after(verb, known, await home.run(verb, PODS[pod] as Pod, conf));
    }
    holds(home, told);
  }
  home.setFaults([]);
  await tidy(home);
}

interface OnNetwork {
  readonly verb: 'GC' | 'STATUS';
  readonly told: readonly Told[];
  /** Whether a list goes along; it is true: all that is attached, or may be. */
  readonly listed: boolean;
  readonly timeoutSeconds: number;
}

/** GC and STATUS change nothing that the runtime knows, whether or not they succeed; `holds` looks at it afterwards. */
async function onNetwork(home: Home, { verb, told, listed, timeoutSeconds }: OnNetwork): Promise<void> {
  const valid = PODS.filter((_, index) => told[index] !== 'nothing');
  const list = valid.map(({ containerId, ifname }) => ({ containerID: containerId, ifname }));
  const conf = home.conf({
    cniVersion: '1.1.0',
    timeoutSeconds,
    tombstoneSeconds: 60,
    ...(listed ? { 'cni.dev/valid-attachments': list } : {}),
  });
  const before = verb === 'STATUS' ? stateOf(home) : [];
  const { code, out, text } = await home.run(verb, { containerId: '', ifname: '', netns: '' }, conf);
  if (verb === 'STATUS') assert.equal(stateOf(home), before);
  // 0 and 1 are a command's own; anything else is how it was killed.
  if (code !== 0 && code !== 1) return;
  assert.is(code === 0, text === '', text);
  if (verb === 'GC') return;
  // 51 is right where HNS says that the network is not there.
  assert.ok(code === 0 || out?.['code'] === 50 || out?.['code'] === 51, text);
}

const stateOf = (home: Home): readonly unknown[] => [
  home.endpoints(),
  home.members(),
  home.leases(),
  home.records('attachments'),
  home.records('tombstones'),
];

/** What the runtime knows after a command. An ADD that fails changes nothing for a pod that is attached. */
function after(verb: string, known: Told, { code, out }: Answered): Told {
  if (verb === 'CHECK') return known;
  if (verb === 'DEL') return code === 0 ? 'nothing' : 'unsure';
  if (typeof known === 'object') {
    assert.is.not(code, 0, 'ADD of an attachment that exists succeeded');
    return known;
  }
  return code === 0 ? (out as Told) : 'unsure';
}

/** Every endpoint's address is reserved, and every pod that was told so has exactly what it was told. */
function holds(home: Home, told: readonly Told[]): void {
  const endpoints = home.endpoints();
  const addresses = endpoints.map((line) => line.split(' ')[1] ?? '');
  assert.is(new Set(addresses).size, addresses.length, 'an address twice');
  for (const address of addresses) assert.ok(home.leases().includes(address), `${address} is free while in use`);
  for (const [index, what] of told.entries()) {
    if (typeof what === 'string') continue;
    const { containerId, ifname, netns } = PODS[index] as Pod;
    const name = ifname === 'eth0' ? `${containerId}_cbr0` : `${containerId}_cbr0_${ifname}`;
    const ips = what['ips'] as readonly { readonly address: string }[];
    const line = `${name} ${ips[0]?.address.split('/')[0] ?? ''} ${netns ?? ''}`;
    assert.ok(endpoints.includes(line), `told "${line}", the node has ${endpoints.join(', ')}`);
  }
}

/** The runtime deletes every pod, until it succeeds; what HNS still owed arrives after that; then one sweep. */
async function tidy(home: Home): Promise<void> {
  for (const pod of PODS) {
    for (let tries = 0; tries < 3; tries++) {
      const ran = await home.run('DEL', pod, home.conf({ tombstoneSeconds: 60 }));
      if (ran.code === 0) break;
      assert.ok(tries < 2, `DEL keeps failing: ${ran.text}`);
    }
  }
  home.releaseHeld();
  holds(home, []);
  const sweep = { containerId: 'none', ifname: 'eth0' };
  const swept = await home.run('DEL', sweep, home.conf({ tombstoneSeconds: 0 }));
  assert.is(swept.code, 0, swept.text);
  assert.equal([home.endpoints(), home.members(), home.leases()], [[], [], []]);
  assert.equal([home.records('attachments'), home.records('tombstones')], [[], []]);
}

/** A run prints its seed, so that a failure can be had again: WINCNI_SEED=… node --import tsx test/properties/… */
export function seeded(runs: number): { readonly seed: number; readonly numRuns: number } {
  const seed = Number(process.env['WINCNI_SEED'] ?? Date.now() % 0x7fffffff);
  console.log(`${runs} runs, seed ${seed}`);
  return { seed, numRuns: runs };
}
