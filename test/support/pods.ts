/** Pods on a node, and what tests of the verbs say of a node again and again. */
import * as assert from 'uvu/assert';
import { endpointId } from '../../src/plugins/attachment.ts';
import type { Code } from '../../src/spec/error.ts';
import { type Session, sessionOn } from './hns-session.ts';
import { createTestNode, NAMESPACES, NETWORK_ID, type Pod, type Ran, SEED, type TestNode } from './node.ts';

/** A pod with its namespace. */
export type LivePod = Required<Omit<Pod, 'args' | 'env'>>;

export const POD: LivePod = { containerId: 'a1b2c3', ifname: 'eth0', netns: NAMESPACES[0] };
export const SECOND: LivePod = { containerId: 'd4e5f6', ifname: 'eth0', netns: NAMESPACES[1] };
export const THIRD: LivePod = { containerId: 'a7b8c9', ifname: 'eth0', netns: NAMESPACES[2] };
/** A namespace that is on no node. */
export const NOWHERE = '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1cff';

/** The id that the endpoint of a pod has on the network of the seed. */
export const idOf = (pod: Pod, network = NETWORK_ID): string => endpointId(pod, network);

/** A test on a node of its own, which is gone afterwards. */
export const onNode =
  (use: (node: TestNode) => Promise<void>, seed: unknown = SEED): (() => Promise<void>) =>
  async () => {
    const node = createTestNode(seed);
    try {
      await use(node);
    } finally {
      node.end();
    }
  };

/** What an operator or another program does to HNS. */
export const operator = ({ hns }: TestNode): Session => sessionOn(hns, 'operator');

/** A command that must succeed; its result. */
export async function must(ran: Promise<Ran>): Promise<Record<string, unknown>> {
  const { code, out, text } = await ran;
  assert.is(code, 0, text);
  return out ?? {};
}

export interface Failure {
  readonly code: Code;
  readonly msg: string;
  readonly details?: string;
}

/** A command that must fail with this code and a message that matches; the error object it printed. */
export async function fails(ran: Promise<Ran>, code: Code, message: RegExp): Promise<Failure> {
  const { code: status, out, text } = await ran;
  assert.is(status, 1, text);
  assert.is(out?.['code'], code, text);
  assert.match(String(out?.['msg']), message);
  return out as unknown as Failure;
}

/** Endpoints, namespace members, addresses, records, handles: the node is as before its first pod. */
export function nothingLeft(node: TestNode): void {
  assert.equal(node.endpoints(), []);
  assert.equal(node.members(), []);
  assert.equal([node.leases(), node.records('attachments'), node.records('tombstones')], [[], [], []]);
  assert.equal(node.leftovers(), []);
}

/** The seed with its network changed. */
export const seedWith = (network: object, more: object = {}): unknown => ({
  ...SEED,
  ...more,
  networks: SEED.networks.map((each) => ({ ...each, ...network })),
});

/** The seed's network under another id, name and subnet. */
export const networkAs = (ID: string, Name: string, subnet: string): object => ({
  ...SEED.networks[0],
  ID,
  Name,
  MacPool: { Ranges: [{ StartMacAddress: '00-15-5D-99-C0-00', EndMacAddress: '00-15-5D-99-CF-FF' }] },
  Ipams: [
    {
      Type: 'Static',
      Subnets: [
        { IpAddressPrefix: `${subnet}.0/24`, Routes: [{ NextHop: `${subnet}.1`, DestinationPrefix: '0.0.0.0/0' }] },
      ],
    },
  ],
});
