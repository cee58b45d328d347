/** Types of node-binaries.js. */
export declare const nodeVersion: string;
export declare function pkgHome(): Promise<string>;
export declare function binaryIn(home: string, target: 'linux-x64' | 'win-x64'): string;
