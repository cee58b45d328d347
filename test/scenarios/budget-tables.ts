/** Which steps of the recordings are counted, which of them cost more than with the peer and why, and one node of each dialect. */

export interface Exceeded {
  readonly scenario: string;
  /** From 0, as in the file. */
  readonly step: number;
  readonly theirs: number;
  readonly ours: number;
  readonly reason: string;
}

/** Recordings by the beginning of their names, and how many ADDs and DELs of theirs succeed on both sides. */
export const FAMILIES: Readonly<Record<string, number>> = {
  cnitool: 20,
  'ms-nat': 30,
  'ms-sdnbridge': 30,
  'ms-sdnoverlay': 6,
  'win-bridge-v1': 27,
  'win-bridge-v2': 104,
  'win-overlay-v1': 15,
  'win-overlay-v2': 12,
};

const LATE_LOOPBACK =
  'HNS chose the address, so that the policy of loopbackDSR follows in three calls; the peer sends "<nil>" for the address';
const HALF_MADE =
  'an ADD before it left an endpoint in no namespace: the peer answers with it as it is, wincni deletes it and makes one that works';
const NEVER_THERE = 'the peer has nothing to delete here: its ADD failed or had the endpoint of the other interface';
const LATE_ENDPOINT = 'wincni looks whether HNS has carried out the call of the killed ADD meanwhile';
const OTHER_NETWORK = 'an endpoint of that name on another network is read and deleted first: three calls';

export const EXCEEDED: readonly Exceeded[] = [
  { scenario: 'cnitool-v1.3.0-win-bridge-no-shim', step: 1, theirs: 1, ours: 4, reason: NEVER_THERE },
  { scenario: 'ms-nat-killed-after-create', step: 1, theirs: 6, ours: 14, reason: HALF_MADE },
  { scenario: 'ms-sdnbridge-policies', step: 0, theirs: 11, ours: 12, reason: LATE_LOOPBACK },
  { scenario: 'win-bridge-v1-killed-after-create', step: 1, theirs: 8, ours: 14, reason: HALF_MADE },
  { scenario: 'win-bridge-v2-corrupt-endpoint', step: 0, theirs: 14, ours: 11, reason: OTHER_NETWORK },
  { scenario: 'win-bridge-v2-ifname', step: 3, theirs: 1, ours: 4, reason: NEVER_THERE },
  { scenario: 'win-bridge-v2-killed-after-create', step: 1, theirs: 9, ours: 14, reason: HALF_MADE },
  { scenario: 'win-bridge-v2-killed-before-create', step: 2, theirs: 1, ours: 2, reason: LATE_ENDPOINT },
];

interface Other {
  readonly name: string;
  /** The recording whose node it is, and whose first ADD unless `conf` says otherwise. */
  readonly scenario: string;
  readonly conf?: Readonly<Record<string, unknown>>;
  /** The network of the other endpoints, where it is not that of the configuration. */
  readonly crowd?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const SUBNET_ENV =
  'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';
const FILES = { 'C:\\run\\flannel\\subnet.env': SUBNET_ENV };
const HOST_LOCAL = { type: 'host-local', subnet: '10.244.3.0/24', rangeStart: '10.244.3.10' };
const conf = (name: string, type: string, more: object): Record<string, unknown> => ({
  cniVersion: '1.0.0',
  name,
  type,
  ...more,
});

export const OTHERS: readonly Other[] = [
  { name: 'win-bridge on HCN', scenario: 'win-bridge-v2-basic' },
  { name: 'win-bridge on HNS v1', scenario: 'win-bridge-v1-basic' },
  { name: 'win-bridge on L2Tunnel', scenario: 'win-bridge-v2-l2tunnel' },
  { name: 'win-bridge with policies', scenario: 'win-bridge-v2-flannel-policies' },
  { name: 'win-overlay on HCN', scenario: 'win-overlay-v2-basic' },
  { name: 'win-overlay on HNS v1', scenario: 'win-overlay-v1-basic' },
  { name: 'sdnbridge', scenario: 'ms-sdnbridge-portmappings-none' },
  { name: 'sdnbridge with two families', scenario: 'ms-sdnbridge-dualstack' },
  { name: 'sdnbridge that makes its network', scenario: 'ms-sdnbridge-creates-network', crowd: 'nat' },
  { name: 'sdnoverlay', scenario: 'ms-sdnoverlay-basic' },
  { name: 'nat', scenario: 'ms-nat-basic' },
  { name: 'l2bridge', scenario: 'win-bridge-v2-basic', conf: conf('cbr0', 'l2bridge', { ipam: HOST_LOCAL }) },
  { name: 'l2tunnel', scenario: 'win-bridge-v2-l2tunnel', conf: conf('azure-tun', 'l2tunnel', {}) },
  {
    name: 'flannel host-gw',
    scenario: 'win-bridge-v2-basic',
    conf: conf('cbr0', 'flannel', { delegate: { type: 'win-bridge', apiVersion: 2 } }),
    files: FILES,
  },
  {
    name: 'flannel vxlan, an overlay',
    scenario: 'win-overlay-v2-basic',
    conf: conf('vxlan0', 'flannel', { delegate: { type: 'win-overlay', apiVersion: 2 } }),
    files: FILES,
  },
  { name: 'wincni', scenario: 'win-bridge-v2-basic', conf: conf('cbr0', 'wincni', { ipam: HOST_LOCAL }) },
  {
    name: 'wincni in a cluster',
    scenario: 'win-bridge-v2-basic',
    conf: conf('cbr0', 'wincni', { ipam: HOST_LOCAL, serviceCidr: '10.96.0.0/12', clusterCidr: '10.244.0.0/16' }),
  },
  {
    name: 'wincni on an overlay',
    scenario: 'win-overlay-v2-basic',
    conf: conf('vxlan0', 'wincni', { ipam: HOST_LOCAL }),
  },
];
