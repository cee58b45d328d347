/** Types of wine.js, for the tests. */

export interface WineOptions {
  /** The whole environment of the program beside Wine's own settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** A Unix path inside the clone, the temporary folder or the cache. */
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  /** Two minutes when absent. */
  readonly timeoutMs?: number;
  /** Kills the program when it is aborted. */
  readonly signal?: AbortSignal;
  /** Starts Wine, which gets the rest of the command line. */
  readonly under?: readonly string[];
  /** From freshPrefix(); this process's own when absent. */
  readonly prefix?: string;
}

export interface WineResult {
  readonly code: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export declare function ensure(options?: {
  readonly say?: (text: string) => void;
}): Promise<{ readonly prefix: string }>;
export declare function run(exe: string, args: readonly string[], options?: WineOptions): Promise<WineResult>;
export declare function freshPrefix(): Promise<string>;
export declare function removePrefix(prefix: string): Promise<void>;
export declare function addDrive(folder: string): Promise<void>;
export declare function windowsPath(path: string): string;
export declare function unixPath(path: string, prefix?: string): Promise<string>;
export declare function installSystemDll(path: string, prefix?: string): Promise<void>;
export declare function killServer(prefix?: string): Promise<void>;
