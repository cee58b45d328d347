/** The names of files and folders that an installation has in the bin folder; nothing else there is ours. */
import { PLUGIN_NAMES } from '../spec/plugin-names.ts';

/** What the executable can be installed as; the first one is always installed, the others are links to it. */
export const INSTALL_NAMES = ['wincni', ...PLUGIN_NAMES] as const;
export type InstallName = (typeof INSTALL_NAMES)[number];

export const MANIFEST = 'wincni-install.json';
/** Where icacls puts a listing for a moment. */
export const LISTING = 'wincni-acl.tmp';

/** A folder that ffi/addons.ts unpacks into, and what it has in it. */
export const ADDONS_FOLDER = /^wincni-addons-[0-9a-f]+$/;
export const ADDON_FILES = ['ref.node', 'ffi.node'] as const;
/** What an unpacking that was killed leaves (ffi/addons.ts). */
export const ADDON_LEFTOVER = /^(?:ref|ffi)\.node\.\d+\.tmp$/;

/** The executable of another that had the name before, kept for `uninstall`; the number is 1 as a rule. */
export const backupOf = (file: string, number: number): string =>
  `${file}.before-wincni${number === 1 ? '' : `-${number}`}`;

export const BACKUP = /\.before-wincni(?:-\d+)?$/;

/** A whole executable that is to get the name `file`, and one that is still being copied. */
export const unnamed = (file: string): string => `${file}.new-wincni`;
export const partOf = (file: string): string => `${file}.part-wincni`;

/** An executable that was running when its name was given to another. */
export const asideOf = (file: string, number: number): string => `${file}.old-${number}`;

/** Whether `entry` of the folder is what `asideOf` made of `file`. */
export const isAside = (file: string, entry: string): boolean =>
  entry.startsWith(`${file}.old-`) && /^\d+$/.test(entry.slice(file.length + '.old-'.length));

/** Whether `entry` is an executable that never got a name, of `file` or of its backup. */
export const isUnfinished = (file: string, entry: string): boolean =>
  entry.startsWith(`${file}.`) && /\.(?:new|part)-wincni$/.test(entry);
