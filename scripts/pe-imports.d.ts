/** Types of pe-imports.js. */
export declare function importFromSystem32(image: Buffer): Buffer;
export declare function delayImports(image: Buffer, libraries: readonly string[]): Buffer;
