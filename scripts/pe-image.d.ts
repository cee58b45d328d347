/** Types of pe-image.js, as far as tests use it. */
export interface Pe {
  readonly image: Buffer;
}
export declare function readPe(image: Buffer): Pe;
export declare function directory(
  pe: Pe,
  name: 'imports' | 'delayedImports' | 'loadConfig',
): { readonly entry: number | undefined; readonly address: number; readonly size: number };
export declare function offsetOf(pe: Pe, address: number): number;
export declare function textAt(pe: Pe, address: number): string;
