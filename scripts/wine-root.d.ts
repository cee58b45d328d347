/** Types of wine-root.js, for its test. */
export declare function chooseWine(state: {
  readonly native: number | undefined;
  readonly debian: number;
  readonly isRoot: boolean;
  readonly isLinux: boolean;
}): { readonly kind: 'native' | 'packages' | 'root' } | { readonly refusal: string };
export declare function wineVersion(result: {
  readonly code: number | null;
  readonly output: string;
}): number | undefined;
export declare function mirror(lists?: string): string;
export declare function outermost(paths: readonly string[]): string[];
export declare function whyNoWine(): Promise<string | undefined>;
