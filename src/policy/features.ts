/** Which version of HNS has what: ranges as data, compared as (major, minor). Pure. */

export type HnsVersion = readonly [major: number, minor: number];

type Range = readonly [from: HnsVersion, to: HnsVersion];

const ANY = Number.POSITIVE_INFINITY;

/** Inclusive ranges; a feature ported back exists in the middle of an older major (hcsshim hcn/hcnglobals.go). */
const RANGES = {
  'direct server return': [
    [
      [9, 3],
      [9, ANY],
    ],
    [
      [10, 2],
      [ANY, ANY],
    ],
  ],
} as const satisfies Record<string, readonly Range[]>;

export type Feature = keyof typeof RANGES;

/** Whether HNS of `version` has `feature`. */
export const hasFeature = (version: HnsVersion, feature: Feature): boolean =>
  RANGES[feature].some(([from, to]) => compare(from, version) <= 0 && compare(version, to) <= 0);

function compare(a: HnsVersion, b: HnsVersion): number {
  return a[0] === b[0] ? a[1] - b[1] : a[0] - b[0];
}
