/** Types of uvu-summary.js, for its test. */
export declare function plain(text: string): string;
export declare function parseUvu(
  output: string,
): { readonly total: number; readonly passed: number; readonly skipped: number } | undefined;
export declare function countRun(
  run: { readonly code: number | null; readonly timedOut: boolean; readonly output: string },
  options: { readonly strict: boolean },
): { readonly passed: number; readonly failed: number; readonly note?: string };
