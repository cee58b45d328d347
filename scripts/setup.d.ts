/** Types of setup.js, for its test. */

type Packages = Readonly<
  Record<string, { readonly version?: string; readonly integrity?: string; readonly optional?: boolean }>
>;

export declare function firstDifference(locked: Packages, installed: Packages): string | undefined;
export declare function whyNpmCi(root: string): string | undefined;
export declare function whyNotNode(version: string): string | undefined;
