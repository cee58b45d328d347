/** Types of pe-align.js. */
export declare const PAGE: number;
export declare function alignPe(image: Buffer): Buffer;
export declare function fileAlignment(image: Buffer): number;
export declare function dropSignature(image: Buffer): Buffer;
