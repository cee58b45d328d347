/** Each call of each verb refused in each way, once and from there on, or never answered: what the node is afterwards. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault } from '../../native/simulator/faults.ts';
import { ROWS } from '../../src/hns/status.ts';
import { Code } from '../../src/spec/error.ts';
import { UNFLUSHED } from '../support/ipam.ts';
import { createTestNode, isLettingGo, type Ran, SEED, type TestNode } from '../support/node.ts';
import { must, nothingLeft, POD, SECOND, THIRD } from '../support/pods.ts';

/** A command on a node that was made ready for it. */
interface Scene {
  readonly prepare: (node: TestNode) => Promise<unknown>;
  readonly run: (node: TestNode, more: object) => Promise<Ran>;
}

const bridge = (node: TestNode, more: object = {}): unknown => node.conf({ cniVersion: '1.1.0', ...more });
const addBoth = async (node: TestNode): Promise<unknown> => {
  await must(node.run('ADD', SECOND, bridge(node)));
  return must(node.run('ADD', POD, bridge(node)));
};
const ON_NETWORK = { containerId: '', ifname: '', netns: '' };
const ONLY_SECOND = [{ containerID: SECOND.containerId, ifname: SECOND.ifname }];
const SCENES: Readonly<Record<string, Scene>> = {
  ADD: {
    prepare: (node) => must(node.run('ADD', SECOND, bridge(node))),
    run: (node, more) => node.run('ADD', POD, bridge(node, more)),
  },
  DEL: { prepare: addBoth, run: (node, more) => node.run('DEL', POD, bridge(node, more)) },
  GC: {
    prepare: addBoth,
    run: (node, more) =>
      node.run('GC', ON_NETWORK, bridge(node, { ...more, 'cni.dev/valid-attachments': ONLY_SECOND })),
  },
  STATUS: { prepare: addBoth, run: (node, more) => node.run('STATUS', ON_NETWORK, bridge(node, more)) },
};

/** Runs the scene with a fault; `use` is told how the command ended. */
async function onScene(
  { prepare, run }: Scene,
  { faults, more = {} }: { readonly faults: readonly Fault[]; readonly more?: object },
  use: (node: TestNode, ran: Ran) => Promise<void>,
): Promise<void> {
  const node = createTestNode(SEED, undefined, UNFLUSHED);
  try {
    await prepare(node);
    node.dispatcher.clearTrace();
    node.setFaults(faults);
    const ran = await run(node, { tombstoneSeconds: 60, ...more });
    node.setFaults([]);
    await use(node, ran);
  } finally {
    node.end();
  }
}

/** The calls of the command when nothing goes wrong, those that close included. */
async function callsOf(scene: Scene): Promise<readonly string[]> {
  let calls: readonly string[] = [];
  await onScene(scene, { faults: [] }, async (node, ran) => {
    await must(Promise.resolve(ran));
    calls = node.dispatcher.trace().map((call) => call.function);
  });
  return calls;
}

/** One result or one error, and nothing that another command could take for free. */
function isWhole(node: TestNode, { code, out, text }: Ran): void {
  if (code === 1) assert.equal([typeof out?.['code'], typeof out?.['msg']], ['number', 'string'], text);
  else assert.is(code, 0, text);
  const addresses = node.endpoints().map((line) => line.split(' ')[1] ?? '');
  for (const address of addresses) assert.ok(node.leases().includes(address), `${address} is free while in use`);
  assert.ok(node.endpoints().filter((line) => line.startsWith(POD.containerId)).length <= 1, 'a second endpoint');
  assert.ok(node.endpoints().includes(`d4e5f6_cbr0 10.244.3.3 ${SECOND.netns}`), 'the other pod is as it was');
}

/** Another pod has its network, and with DEL of each pod nothing is left. */
async function heals(node: TestNode): Promise<void> {
  await must(node.run('ADD', THIRD, bridge(node)));
  const addresses = node.endpoints().map((line) => line.split(' ')[1]);
  assert.is(new Set(addresses).size, addresses.length, 'an address twice');
  for (const pod of [POD, SECOND, THIRD]) await must(node.run('DEL', pod, bridge(node)));
  node.releaseHeld();
  await must(node.run('DEL', POD, bridge(node, { tombstoneSeconds: 0 })));
  nothingLeft(node);
}

type Row = (typeof ROWS)[number];
/** One HRESULT for each outcome. */
const EACH: readonly Row[] = [...new Map(ROWS.map((row) => [row[2], row])).values()];

/** What the command may answer to a refusal. STATUS says what is now; the others outlive one that passes. */
function isRight({ code, out, text }: Ran, [, name, outcome]: Row, { count }: { readonly count: number }): void {
  if (code === 0) return;
  const said = out?.['code'];
  if (count === 1 && said !== Code.NotAvailable) {
    assert.not(['unavailable', 'transient'].includes(outcome), `made again, it would have succeeded: ${text}`);
  }
  const isAgain = ['unavailable', 'unknown', 'transient'].includes(outcome);
  if (isAgain && count > 1) assert.ok(said === Code.TryAgainLater || said === Code.NotAvailable, text);
  if (outcome === 'final' || outcome === 'transient') assert.match(text, `${name}, `);
}

const calls = suite('each call of');

for (const [verb, scene] of Object.entries(SCENES)) {
  for (const row of EACH) {
    calls(`${verb}, refused with ${row[1]} once or from there on, leaves what the next command ends`, async () => {
      for (const nth of (await callsOf(scene)).map((_, index) => index + 1)) {
        for (const [when, count] of [
          ['before', 1],
          ['before', 1000],
          ['after', 1],
          ['after', 1000],
        ] as const) {
          const fault = { function: '*', nth, count, when, hresult: row[0] };
          await onScene(scene, { faults: [fault] }, async (node, ran) => {
            isWhole(node, ran);
            isRight(ran, row, fault);
            await heals(node);
          });
        }
      }
    });
  }
  calls(`${verb}, never answered, ends with the deadline and leaves what the next command ends`, async () => {
    const late = verb === 'STATUS' ? Code.NotAvailable : Code.TryAgainLater;
    const more = { timeoutSeconds: 0.05 };
    // Closing has a second of its own, which session.test.ts holds it to.
    const waiting = (await callsOf(scene)).flatMap((name, index) => (isLettingGo(name) ? [] : [index + 1]));
    for (const nth of waiting) {
      for (const how of [
        { action: 'hang', when: 'before' },
        { action: 'hang', when: 'after' },
        { action: 'hold' },
      ] as const) {
        await onScene(scene, { faults: [{ function: '*', nth, ...how }], more }, async (node, ran) => {
          isWhole(node, ran);
          if (ran.code === 1) assert.is(ran.out?.['code'], late, ran.text);
          await heals(node);
        });
      }
    }
  });
}

calls.run();
