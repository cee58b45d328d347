/** Whole commands on a disk that is full, read-only or broken, at each of their file calls: one error or success, nothing half-done. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Errno, REFUSED, type Refusals, refusals } from '../support/disk.ts';
import { createTestNode, NAMESPACES, type Ran, type TestNode } from '../support/node.ts';
import { must, nothingLeft, POD, SECOND } from '../support/pods.ts';

const THIRD = { ...POD, containerId: 'f7a8b9', netns: NAMESPACES[2] };
const VALID = { 'cni.dev/valid-attachments': [{ containerID: SECOND.containerId, ifname: SECOND.ifname }] };

const conf = (node: TestNode, more: object = {}): Record<string, unknown> =>
  node.conf({
    cniVersion: '1.1.0',
    runtimeConfig: { portMappings: PORTS },
    capabilities: { portMappings: true },
    ...more,
  });
const PORTS = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }];

/** A command, and whether its pod is there before it. */
const COMMANDS = {
  ADD: { hasPod: false, run: (node: TestNode) => node.run('ADD', POD, conf(node)) },
  DEL: { hasPod: true, run: (node: TestNode) => node.run('DEL', POD, conf(node)) },
  GC: { hasPod: true, run: (node: TestNode) => node.run('GC', {}, conf(node, VALID)) },
  STATUS: { hasPod: true, run: (node: TestNode) => node.run('STATUS', {}, conf(node)) },
} as const;

const TOMBSTONE_MS = 600_000;

type Verb = keyof typeof COMMANDS;
interface Trouble {
  readonly verb: Verb;
  readonly errno: Errno;
  readonly nth: number;
  readonly how: 'once' | 'for good';
}

/** Success without words, a result, or one error that names a file and what the system said. */
function answered({ code, out }: Ran, { verb, errno }: Trouble, node: TestNode): void {
  if (code === 0) {
    assert.is(out === undefined, verb !== 'ADD');
    return;
  }
  assert.equal([code, out?.['cniVersion'], typeof out?.['code']], [1, '1.1.0', 'number']);
  const said = `${String(out?.['msg'])} ${String(out?.['details'])}`;
  assert.ok(said.includes(`"${node.dataDir}`) && said.includes(errno), said);
}

/** Whoever has an endpoint has its address, and the pod that was not meant has both. */
function nobodyRobbed(node: TestNode): void {
  const addresses = node.endpoints().map((line) => String(line.split(' ')[1]));
  for (const address of addresses) assert.ok(node.leases().includes(address), `${address} has no lease`);
  assert.ok(node.endpoints().includes(`d4e5f6_cbr0 10.244.3.3 ${SECOND.netns}`));
}

/** Runs the command in trouble and heals after it; answers how many calls could have been refused. */
async function live(node: TestNode, disk: Refusals, trouble: Trouble): Promise<number> {
  const { hasPod, run } = COMMANDS[trouble.verb];
  await must(node.run('ADD', SECOND, conf(node, { runtimeConfig: {} })));
  if (hasPod) await must(node.run('ADD', POD, conf(node)));
  disk.start(trouble.errno, trouble.nth, trouble.how);
  const ran = await run(node);
  const count = disk.stop();
  answered(ran, trouble, node);
  nobodyRobbed(node);
  if (ran.code !== 0 && trouble.verb === 'ADD') assert.is(node.endpoints().length, 1);
  await must(node.run('ADD', THIRD, conf(node, { runtimeConfig: {} })));
  nobodyRobbed(node);
  await must(trouble.nth % 2 === 0 ? node.run('GC', {}, conf(node, VALID)) : node.run('DEL', POD, conf(node)));
  // What could be undone on HNS and not on the disk is set aside for that long.
  node.pass(TOMBSTONE_MS);
  for (const pod of [THIRD, SECOND]) await must(node.run('DEL', pod, conf(node)));
  await must(node.run('ADD', POD, conf(node)));
  await must(node.run('DEL', POD, conf(node)));
  nothingLeft(node);
  return count;
}

const disk = suite('commands on a disk in trouble');

for (const verb of Object.keys(COMMANDS) as Verb[]) {
  for (const errno of Object.keys(REFUSED) as Errno[]) {
    for (const how of ['once', 'for good'] as const) {
      disk(`${verb}, ${errno} ${how}`, async () => {
        // Until there is no such call any more.
        for (let nth = 1, count = 1; count >= nth - 1; nth++) {
          const refused = refusals();
          const node = createTestNode(undefined, undefined, refused.calls);
          const trouble = { verb, errno, nth, how };
          try {
            count = await live(node, refused, trouble);
          } catch (failure) {
            throw new Error(`at call ${nth}: ${String(failure)}`, { cause: failure });
          } finally {
            node.end();
          }
        }
      });
    }
  }
}

disk.run();
