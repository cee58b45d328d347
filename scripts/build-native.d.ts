/** Types of build-native.js. */
export declare const LINUX_LIBRARY: string;
export declare const CALLER_LINUX: string;
export declare const CALLER_WINDOWS: string;
export declare const WINDOWS_LIBRARIES_BUILT: readonly string[];
export declare const PROBE_WINDOWS: string;
export declare const DELAYED_WINDOWS: Readonly<Record<'mixed' | 'importer' | 'loader' | 'planted', string>>;
export declare function buildNative(options?: { readonly windows?: boolean }): readonly string[];
export declare const FILE_FAULTS_LIBRARY: string;
export declare const MEASURE_LINUX: string;
export declare const HELLO_LINUX: string;
export declare const HELLO_WINDOWS: string;
