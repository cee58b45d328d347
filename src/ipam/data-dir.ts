/** `ipam.dataDir`: the folder in which the networks' folders are, absolute. Pure. */
import { fail, type Json, member, optional, text } from '../spec/decode.ts';

const PATH = 'ipam';

/** Throws code 7 where it is no absolute path. */
export function folderOf(section: Json, defaultDataDir: string): string {
  const stated = optional(section, 'dataDir', { path: PATH, as: text }) ?? '';
  return stated === '' ? defaultDataDir : absolute(stated, defaultDataDir);
}

/**
 * The same where the section is another plugin's to read. `dataDir`, which several of them have, also says, when it is absolute,
 * where our records of its attachments lie, so that two nodes' worth of state never meet.
 */
export function ourFolderOf(section: Json, defaultDataDir: string): string {
  const stated = member(section, 'dataDir');
  const isOurs = typeof stated === 'string' && (WITH_DRIVE.test(stated) || ROOTED.test(stated));
  return isOurs ? folderOf(section, defaultDataDir) : defaultDataDir;
}

const WITH_DRIVE = /^[a-z]:[\\/]/i;
const ROOTED = /^[\\/]/;
const SHARE = /^[\\/]{2}/;

/** On Windows a folder without a drive is on the drive of the default, not on that of the current folder. */
function absolute(folder: string, defaultDataDir: string): string {
  const windows = WITH_DRIVE.test(defaultDataDir);
  if (windows && (WITH_DRIVE.test(folder) || SHARE.test(folder))) return folder;
  if (!ROOTED.test(folder)) return fail(`${PATH}.dataDir`, 'an absolute path', folder);
  return windows ? `${defaultDataDir.slice(0, 2)}${folder}` : folder;
}
