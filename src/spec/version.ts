/** The CNI versions this plugin speaks and the answer to VERSION. */
import { CniError, Code } from './error.ts';

/** Every version listed works for every verb this plugin has (SPEC.md 1.1.0 section 1 "Version considerations"). */
export const SUPPORTED = ['1.0.0', '1.1.0'] as const;
export type Version = (typeof SUPPORTED)[number];

/** The version a success or error object carries before the configuration's own is known. */
export const NEWEST: Version = '1.1.0';

export interface VersionResult {
  readonly cniVersion: string;
  readonly supportedVersions: readonly string[];
}

/** The answer to VERSION; `cniVersion` is the value given on input (SPEC.md 1.1.0 section 5 "Version"). */
export const versionResult = (cniVersion: string = NEWEST): VersionResult => ({
  cniVersion,
  supportedVersions: SUPPORTED,
});

/** Throws code 1 with both sides when `version` is not spoken here. */
export function requireVersion(version: string): Version {
  const known = SUPPORTED.find((supported) => supported === version);
  if (known !== undefined) return known;
  throw new CniError(
    Code.IncompatibleVersion,
    `Cannot use cniVersion: it is "${version}", expected one of ${SUPPORTED.map((v) => `"${v}"`).join(', ')}`,
    { details: `configuration: ${version}, plugin: ${SUPPORTED.join(', ')}` },
  );
}
