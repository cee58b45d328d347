import type { Plugin } from 'esbuild';

export declare const EXEC_ARGV: readonly string[];
export declare const LIBRARIES_WHEN_CALLED: readonly string[];
export declare const PERSONS_PART_APART: Plugin;
export declare const PACKAGES_WHEN_USED: Plugin[];
