/** The port to the file system: what ipam and log need of it, and no more, so that a test can end it anywhere. */

/**
 * Synchronous file operations. A failure is a CniError of code 5 that names operation, path and errno.
 * Every path that is written is free of what Windows forbids (names.ts), on every system.
 */
export interface Files {
  /** The content as UTF-8, or undefined when there is no such file. */
  readonly readText: (path: string) => string | undefined;
  /**
   * Leaves `text` in `path`, durably, and makes the folder where there is none: after a crash at any instant there is the
   * old file or the new one, whole. Writers of one path must exclude each other: the temporary file's name
   * follows from the path.
   */
  readonly writeFlushed: (path: string, text: string) => void;
  /** `writeFlushed` for what may be lost or damaged when the machine loses its power, but not when a process is killed. */
  readonly write: (path: string, text: string) => void;
  /** `writeFlushed` unless the file is there already: then false. Whoever else may create it must be excluded. */
  readonly createExclusive: (path: string, text: string) => boolean;
  /** Removes the file and what a crash left of writing it; false when there was none. */
  readonly remove: (path: string) => boolean;
  /** The names in a folder, in no order; none when there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  /** Makes the folder and those above it; one that is there is left as it is. */
  readonly ensureDir: (folder: string) => void;
  readonly exists: (path: string) => boolean;
  /** Whether the name itself is a link, or a junction of Windows; undefined where there is nothing of that name. */
  readonly isLink: (path: string) => boolean | undefined;
  /**
   * Opens a file for work at positions, or makes an empty one; undefined when it is not there. Nothing of it is flushed. One that
   * is a link, or has another name, is not opened for change.
   */
  readonly openAt: (path: string, how: 'read' | 'change' | 'make') => FileAt | undefined;
  /** When something was last added to a folder, taken from it or renamed in it, as a text to compare; undefined: no folder. */
  readonly timeOf: (folder: string) => string | undefined;
  /** Gives a folder a time that no change to it leaves as it is, and answers it; undefined where that is refused. */
  readonly mark: (folder: string) => string | undefined;
}

/** An open file. */
export interface FileAt {
  /** As many bytes as asked for: what is beyond the end is zero. */
  readonly read: (position: number, length: number) => Buffer;
  readonly write: (position: number, bytes: Uint8Array) => void;
  readonly close: () => void;
}
