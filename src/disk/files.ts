/** The port to the file system: what ipam and log need of it, and no more, so that a test can end it anywhere. */

/**
 * Synchronous file operations. A failure is a CniError of code 5 that names operation, path and errno.
 * Every path that is written is free of what Windows forbids (names.ts), on every system.
 */
export interface Files {
  /** The content as UTF-8, or undefined when there is no such file. */
  readonly readText: (path: string) => string | undefined;
  /**
   * Leaves `text` in `path`, durably: after a crash at any instant there is the old file or the new one, whole.
   * Writers of one path must exclude each other: the temporary file's name follows from the path.
   */
  readonly writeFlushed: (path: string, text: string) => void;
  /** `writeFlushed` unless the file is there already: then false. Whoever else may create it must be excluded. */
  readonly createExclusive: (path: string, text: string) => boolean;
  /** Removes the file and what a crash left of writing it; false when there was none. */
  readonly remove: (path: string) => boolean;
  /** The names in a folder, in no order; none when there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  /** Makes the folder and those above it; one that is there is left as it is. */
  readonly ensureDir: (folder: string) => void;
  readonly exists: (path: string) => boolean;
}
