/** Types of sbom.js, for the tests. */
export declare function describeExecutable(what: {
  readonly exe: string;
  readonly bundled: readonly string[];
}): Promise<void>;
export declare function packagesIn(metafile: { readonly inputs: Readonly<Record<string, unknown>> }): string[];
