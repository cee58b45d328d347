/** The CNI versions this plugin speaks, which verbs each defines, and the answer to VERSION. */
import { CniError, Code } from './error.ts';

/** Oldest first. Every version listed works for every verb it defines (SPEC.md 1.1.0 section 1 "Version considerations"). */
export const SUPPORTED = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;
export type Version = (typeof SUPPORTED)[number];

/** The version a success or error object carries before the configuration's own is known. */
export const NEWEST: Version = '1.1.0';
/** What a configuration without `cniVersion` means (libcni's pkg/version/conf.go). */
export const UNSTATED: Version = '0.1.0';

/** The first version that defines a verb; those not named are in every version. */
const SINCE = { CHECK: '0.4.0', GC: '1.1.0', STATUS: '1.1.0' } as const satisfies Record<string, Version>;

export interface VersionResult {
  readonly cniVersion: string;
  readonly supportedVersions: readonly string[];
}

/** The answer to VERSION; `cniVersion` is the value given on input (SPEC.md 1.1.0 section 5 "Version"). */
export const versionResult = (cniVersion: string = NEWEST): VersionResult => ({
  cniVersion,
  supportedVersions: SUPPORTED,
});

/** Whether `version` is `other` or newer. */
export const isAtLeast = (version: Version, other: Version): boolean =>
  SUPPORTED.indexOf(version) >= SUPPORTED.indexOf(other);

/** Throws code 1 with both sides when `version` is not spoken here. */
export function requireVersion(version: string): Version {
  const known = SUPPORTED.find((supported) => supported === version);
  if (known !== undefined) return known;
  throw incompatible(`it is "${version}"`, `one of ${SUPPORTED.map((v) => `"${v}"`).join(', ')}`, version);
}

/** Throws code 1 when `version` does not define `verb` yet. */
export function requireVerb(verb: string, version: Version): void {
  const since = Object.entries(SINCE).find(([name]) => name === verb)?.[1];
  if (since === undefined || isAtLeast(version, since)) return;
  throw incompatible(`it is "${version}", which has no ${verb}`, `"${since}" or newer`, version);
}

function incompatible(state: string, wanted: string, version: string): CniError {
  return new CniError(Code.IncompatibleVersion, `Cannot use cniVersion: ${state}, expected ${wanted}`, {
    details: `configuration: ${version}, plugin: ${SUPPORTED.join(', ')}`,
  });
}
