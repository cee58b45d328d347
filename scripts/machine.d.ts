/** Types of machine.js, for its test. */
export declare function missingPackages(
  tools: readonly { readonly isHere: () => boolean; readonly packages: readonly string[] }[],
): string[];
export declare function whyNotApt(state: {
  readonly isRoot: boolean;
  readonly hasApt: boolean;
  readonly command: string;
}): string | undefined;
export declare function debianRelease(osRelease?: string): number;
