/** Which version of HNS has what, and what of it policies need: ranges as data, compared as (major, minor). Pure. */
import { ADDRESSES, familyOf, itemsOf, PORTS } from './acl-fields.ts';
import { destinationsOf, type EndpointPolicy } from './endpoint-policy.ts';
import { NatFlag } from './endpoint-types.ts';

export type HnsVersion = readonly [major: number, minor: number];

type Range = readonly [from: HnsVersion, to: HnsVersion];

const ANY = Number.POSITIVE_INFINITY;
const since = (major: number, minor: number): Range => [
  [major, minor],
  [ANY, ANY],
];
/** Ported back: from `minor` on, but not in the next major. */
const within = (major: number, minor: number): Range => [
  [major, minor],
  [major, ANY],
];

/** Inclusive ranges; a feature ported back exists in the middle of an older major (hcsshim hcn/hcnglobals.go). */
const RANGES = {
  'ACL lists, ids and port ranges': [since(7, 2)],
  'Host rules without priority': [since(7, 2)],
  'remote subnet routes': [since(9, 2)],
  'host routes': [since(9, 2)],
  'direct server return': [within(9, 3), since(10, 2)],
  '/32 endpoint prefixes': [within(9, 3), since(10, 4)],
  'VXLAN port': [since(10, 3)],
  'ACL protocol 252': [since(11, 0)],
  'IPv6 dual stack': [since(11, 10)],
  'set policies': [since(13, 0)],
  L4Proxy: [within(9, 5), within(10, 5), within(11, 11), within(12, 1), since(13, 1)],
  L4WFPPROXY: [since(13, 2)],
  TierAcl: [since(14, 0)],
  NetworkACL: [since(15, 0)],
  'nested set policies': [since(15, 0)],
  DisableHostPort: [since(15, 1)],
} as const satisfies Record<string, readonly Range[]>;

export type Feature = keyof typeof RANGES;
export const FEATURES = Object.keys(RANGES) as readonly Feature[];

/** Whether HNS of `version` has `feature`. */
export const hasFeature = (version: HnsVersion, feature: Feature): boolean =>
  RANGES[feature].some(([from, to]) => compare(from, version) <= 0 && compare(version, to) <= 0);

/** The versions that have it, for people: `9.3 or later of 9, or 10.2 or later`. */
export const versionsWith = (feature: Feature): string =>
  RANGES[feature]
    .map(([from, [last]]) => `${from.join('.')} or later${last === ANY ? '' : ` of ${last}`}`)
    .join(', or ');

/** The first version that has the HCN interface: what came with it or before needs no question. */
const HCN: HnsVersion = [9, 2];
const isInEveryHcn = (feature: Feature): boolean =>
  RANGES[feature].some(([from, to]) => to[0] === ANY && compare(from, HCN) <= 0);

/**
 * What policies of an endpoint or a network need that not every version with HCN has: HNS is asked for its version only when
 * there is one.
 */
export function featuresNeeded(policies: readonly EndpointPolicy[]): readonly Feature[] {
  const needed = new Set(policies.flatMap(featuresOf));
  return FEATURES.filter((feature) => needed.has(feature) && !isInEveryHcn(feature));
}

/** Features of policies that need one whatever they say. */
const BY_TYPE: Readonly<Record<string, Feature>> = {
  L4Proxy: 'L4Proxy',
  L4WFPPROXY: 'L4WFPPROXY',
  TierAcl: 'TierAcl',
  NetworkACL: 'NetworkACL',
  SetPolicy: 'set policies',
  VxlanPort: 'VXLAN port',
  RemoteSubnetRoute: 'remote subnet routes',
  HostRoute: 'host routes',
};

function featuresOf(policy: EndpointPolicy): readonly Feature[] {
  const { Type, Settings } = policy;
  const always = Object.hasOwn(BY_TYPE, Type) ? BY_TYPE[Type] : undefined;
  const when = (feature: Feature, is: boolean): readonly Feature[] => (is ? [feature] : []);
  return [
    ...(always === undefined ? [] : [always]),
    ...when('direct server return', destinationsOf(policy).length > 0),
    ...when('nested set policies', Settings['PolicyType'] === 'NESTEDIPSET'),
    ...when('IPv6 dual stack', Type === 'PortMapping' && hasFlag(Settings['Flags'], NatFlag.IPv6)),
    ...(Type === 'ACL' || Type === 'NetworkACL' ? aclFeatures(policy) : []),
  ];
}

const hasFlag = (flags: unknown, flag: number): boolean => typeof flags === 'number' && (flags & flag) !== 0;

function aclFeatures({ Settings }: EndpointPolicy): readonly Feature[] {
  const items = (...keys: readonly string[]): readonly string[] => keys.flatMap((key) => itemsOf(Settings[key]));
  const [addresses, ports] = [items(...ADDRESSES), items(...PORTS)];
  const isList = Object.values(Settings).some((value) => itemsOf(value).length > 1);
  const isRange = ports.some((item) => item.includes('-'));
  const needs: readonly (readonly [Feature, boolean])[] = [
    ['ACL lists, ids and port ranges', isList || isRange || Settings['Id'] !== undefined],
    ['Host rules without priority', Settings['RuleType'] === 'Host' && (Settings['Priority'] ?? 0) === 0],
    ['ACL protocol 252', items('Protocols').includes('252')],
    ['set policies', addresses.some((item) => familyOf(item) === undefined)],
  ];
  return needs.filter(([, is]) => is).map(([feature]) => feature);
}

function compare(a: HnsVersion, b: HnsVersion): number {
  return a[0] === b[0] ? a[1] - b[1] : a[0] - b[0];
}
