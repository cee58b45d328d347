/** Tests of the built executables' command line: run by hand, and what they left in a folder. */
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place {
  /** The folder that the executable was downloaded to, with nothing else in it. */
  readonly download: string;
  readonly exe: string;
  /** The same program with another content: what an upgrade brings. */
  readonly newer: string;
  readonly bin: string;
  readonly remove: () => void;
}

/** `built` is the executable in dist/. */
export function createPlace(built: string, suffix: '' | '.exe'): Place {
  const root = mkdtempSync(join(tmpdir(), 'wincni-install-'));
  const download = join(root, 'download');
  const exe = join(download, `wincni${suffix}`);
  const newer = join(root, 'newer', `wincni${suffix}`);
  for (const folder of ['download', 'newer']) mkdirSync(join(root, folder));
  copyFileSync(built, exe);
  copyFileSync(built, newer);
  // Bytes behind the end of an executable mean nothing to the system.
  appendFileSync(newer, 'newer');
  return {
    download,
    exe,
    newer,
    bin: join(root, 'bin'),
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}

/** Names in a folder, the addons' hash left out. */
export const namesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .map((name) => name.replace(/^(wincni-addons-).*/, '$1*'))
    .sort();
