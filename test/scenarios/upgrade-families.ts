/** The recording that stands for each family of peers, and what is another pod's in it. */
import type { Json } from '../conformance/json.ts';

export interface Family {
  readonly name: string;
  readonly scenario: string;
  /** Texts of the recorded pod, beside its container and namespace, and what stands for the second one. */
  readonly renamed?: readonly (readonly [string, string])[];
  /** HNS gives the addresses. */
  readonly isUnleased?: true;
  /** The recorded plugin is flannel's delegate. */
  readonly isFlannel?: true;
}

const RANGE = [['10.244.3.10', '10.244.3.11']] as const;
/** win-overlay makes the MAC of the address. */
const OVERLAY = [...RANGE, ['0E-2A-0a-f4-03-0a', '0E-2A-0a-f4-03-0b']] as const;
const DUAL = [
  ['10.244.4.10', '10.244.4.11'],
  ['fd00:10:244:4::10', 'fd00:10:244:4::11'],
  ['fd00_10_244_4__10', 'fd00_10_244_4__11'],
] as const;

export const FAMILIES: readonly Family[] = [
  { name: 'win-bridge on HCN', scenario: 'win-bridge-v2-basic', renamed: RANGE },
  { name: 'win-bridge with two families of addresses', scenario: 'win-bridge-v2-dual-stack', renamed: DUAL },
  { name: 'win-bridge without IPAM', scenario: 'win-bridge-v2-no-ipam', isUnleased: true },
  { name: 'win-bridge on HNS v1', scenario: 'win-bridge-v1-basic', renamed: RANGE },
  { name: 'win-overlay on HCN', scenario: 'win-overlay-v2-basic', renamed: OVERLAY },
  { name: 'win-overlay on HNS v1', scenario: 'win-overlay-v1-basic', renamed: OVERLAY },
  { name: 'sdnbridge', scenario: 'ms-sdnbridge-host-local', renamed: [['10.244.3.3', '10.244.3.4']] },
  { name: 'sdnbridge with two families of addresses', scenario: 'ms-sdnbridge-dualstack', renamed: DUAL },
  { name: 'sdnoverlay', scenario: 'ms-sdnoverlay-basic', renamed: [['10.244.3.2', '10.244.3.3']] },
  { name: 'nat', scenario: 'ms-nat-basic', isUnleased: true },
  { name: 'flannel', scenario: 'win-bridge-v2-flannel-policies', renamed: RANGE, isFlannel: true },
];

export const SUBNET_ENV =
  'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';

/** flannel's configuration whose delegate has the recorded one. */
export function flannelConf({ cniVersion, name, ipam: _, ...delegate }: Json): Json {
  return { cniVersion, name, type: 'flannel', delegate };
}
