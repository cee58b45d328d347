/** Types of libcni.js, for the tests. */
export declare function libcni(options?: {
  readonly say?: (text: string) => void;
}): Promise<{ readonly judge: string; readonly gocni: string }>;
