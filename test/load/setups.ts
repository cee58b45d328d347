/** The nodes a load is played on: their networks, and what a runtime knows of each of their pods. */
import { namespaceDocuments, namespaceId } from '../conformance/node.ts';
import { type Pod, SEED } from '../support/node.ts';
import { networkAs, seedWith } from '../support/pods.ts';

/** As many as a Windows node is asked to hold, and fewer than a /24 has addresses. */
export const PODS = 200;

export interface LoadPod extends Required<Pick<Pod, 'containerId' | 'ifname' | 'netns'>> {
  /** What its configuration says beyond that of every pod. */
  readonly conf: Readonly<Record<string, unknown>>;
}

export interface Setup {
  readonly name: string;
  readonly seed: unknown;
  /** Names of the networks that its pods are on. */
  readonly networks: readonly string[];
  /** Addresses that a pod is given. */
  readonly families: number;
  readonly pods: readonly LoadPod[];
}

const V4 = '10.244.3.0/24';
const V6 = 'fd00:10:244:3::/64';
const namespaces = [SEED.namespaces[0], ...namespaceDocuments(1, PODS)];

/** Host ports from here on: each pod has one of its own. */
const FIRST_PORT = 20_000;

function pod(n: number, name: string, ranges: readonly string[]): LoadPod {
  return {
    containerId: n.toString(16).padStart(64, '0'),
    ifname: 'eth0',
    netns: namespaceId(n),
    conf: {
      name,
      ipam: { type: 'host-local', ranges: ranges.map((subnet) => [{ subnet }]) },
      capabilities: { portMappings: true },
      runtimeConfig: { portMappings: [{ hostPort: FIRST_PORT + n, containerPort: 80, protocol: 'tcp' }] },
    },
  };
}

const pods = (each: (n: number) => LoadPod): readonly LoadPod[] =>
  Array.from({ length: PODS }, (_, index) => each(index + 1));

const SECOND = networkAs('C0A8E101-1B1D-4B1D-8B1D-0000000CB001', 'cbr1', '10.244.4');

const DUAL = {
  Ipams: [
    {
      Type: 'Static',
      Subnets: [
        { IpAddressPrefix: V4, Routes: [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }] },
        { IpAddressPrefix: V6, Routes: [{ NextHop: 'fd00:10:244:3::1', DestinationPrefix: '::/0' }] },
      ],
    },
  ],
};

export const SETUPS: readonly Setup[] = [
  {
    name: 'one network',
    seed: { ...SEED, namespaces },
    networks: ['cbr0'],
    families: 1,
    pods: pods((n) => pod(n, 'cbr0', [V4])),
  },
  {
    name: 'two networks',
    seed: { ...SEED, namespaces, networks: [...SEED.networks, SECOND] },
    networks: ['cbr0', 'cbr1'],
    families: 1,
    pods: pods((n) => (n % 2 === 0 ? pod(n, 'cbr0', [V4]) : pod(n, 'cbr1', ['10.244.4.0/24']))),
  },
  {
    name: 'dual stack',
    seed: seedWith(DUAL, { namespaces }),
    networks: ['cbr0'],
    families: 2,
    pods: pods((n) => pod(n, 'cbr0', [V4, V6])),
  },
];
