/** `wincni-install.json` in the bin folder: what was installed there and what had the names before. Only this writes and reads it. */
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { type Decoder, fail, type Json, list, optional, record, required, text } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { ADDON_FILES, ADDONS_FOLDER, BACKUP, INSTALL_NAMES, type InstallName, MANIFEST } from './names.ts';

/** An executable that had one of the names before. */
export interface Before {
  /** The name that it is kept under. */
  readonly file: string;
  readonly sha256: string;
}

export interface InstalledName {
  readonly name: InstallName;
  /** Absent when nothing had the name. */
  readonly before?: Before;
}

export interface InstalledAddons {
  readonly folder: string;
  /** SHA-256 by file name. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Manifest {
  /** All that were ever installed here, newest first: a file with one of these hashes is ours. */
  readonly executables: readonly { readonly version: string; readonly sha256: string }[];
  /** Newest first; all but the first are to go when nothing uses them any more. */
  readonly addons: readonly InstalledAddons[];
  readonly names: readonly InstalledName[];
}

export const EMPTY: Manifest = { executables: [], addons: [], names: [] };

/** Another form of the file has another number. */
const FORMAT = 1;

/** The manifest of a folder; undefined when it has none. Throws code 6 when it cannot be understood. */
export function readManifest(files: Files, folder: string): Manifest | undefined {
  const path = join(folder, MANIFEST);
  const content = files.readText(path);
  if (content === undefined) return undefined;
  try {
    return decode(JSON.parse(content));
  } catch (cause) {
    throw new CniError(Code.Decode, `Cannot read "${path}": ${(cause as Error).message}`, {
      details: 'it says what to put back: mend it, or move it away to start anew without what it says',
      cause,
    });
  }
}

/** Leaves the file as it is when it says the same already. */
export function writeManifest(files: Files, folder: string, manifest: Manifest): void {
  const path = join(folder, MANIFEST);
  const content = `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`;
  if (files.readText(path) !== content) files.writeFlushed(path, content);
}

function decode(value: unknown): Manifest {
  const root = record(value, 'it');
  if (root['format'] !== FORMAT) fail('format', `${FORMAT}, the only one that this version reads`, root['format']);
  return {
    executables: required(root, 'executables', { path: '', as: list(executable) }),
    addons: required(root, 'addons', { path: '', as: list(addons) }),
    names: required(root, 'names', { path: '', as: list(installedName) }),
  };
}

/** Names are put behind the folder's, so that they must be such as we give. */
const matching =
  (pattern: RegExp): Decoder<string> =>
  (value, path) => {
    const found = text(value, path);
    return pattern.test(found) && !/[\\/]/.test(found) ? found : fail(path, `text like ${pattern.source}`, value);
  };

const sha256 = matching(/^[0-9a-f]{64}$/);

const executable: Decoder<Manifest['executables'][number]> = (value, path) => {
  const object = record(value, path);
  return {
    version: required(object, 'version', { path, as: text }),
    sha256: required(object, 'sha256', { path, as: sha256 }),
  };
};

const addons: Decoder<InstalledAddons> = (value, path) => {
  const object = record(value, path);
  const files = required(object, 'files', { path, as: record });
  const inFiles = { path: `${path}.files`, as: sha256 };
  return {
    folder: required(object, 'folder', { path, as: matching(ADDONS_FOLDER) }),
    files: Object.fromEntries(ADDON_FILES.map((file) => [file, required(files, file, inFiles)])),
  };
};

const installedName: Decoder<InstalledName> = (value, path) => {
  const object = record(value, path);
  const before = optional(object, 'before', { path, as: readBefore });
  return { name: required(object, 'name', { path, as: name }), ...(before === undefined ? {} : { before }) };
};

const name: Decoder<InstallName> = (value, path) =>
  INSTALL_NAMES.find((known) => known === value) ?? fail(path, `one of ${INSTALL_NAMES.join(', ')}`, value);

const readBefore: Decoder<Before> = (value, path) => {
  const object: Json = record(value, path);
  return {
    file: required(object, 'file', { path, as: matching(BACKUP) }),
    sha256: required(object, 'sha256', { path, as: sha256 }),
  };
};
