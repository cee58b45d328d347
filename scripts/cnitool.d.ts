/** Types of cnitool.js, for the tests. */
export declare function cnitool(options?: { readonly say?: (text: string) => void }): Promise<string>;
export declare function isEnough(version: string | undefined): boolean;
export declare function whyNoGo(state: {
  readonly version: string | undefined;
  readonly debian: number;
  readonly isRoot: boolean;
}): string | undefined;
