/** Types of test-phases.js, for its test. */
export declare function kindOf(file: string): 'plain' | 'exe' | 'wine' | undefined;
