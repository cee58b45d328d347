/** A volume without room, for W12: one page in memory, used up by a filler. Mounted before Wine shows its folders. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FullVolume {
  /** New folders and empty files can be made in it, and nothing can be written. */
  readonly folder: string;
  readonly makeRoom: () => void;
  readonly end: () => void;
}

const PAGES = 64;
const PAGE = 4096;

/** Mounts it; undefined without the right to mount, which makes the case of W12 fail. */
export function mountFullVolume(): FullVolume | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${PAGES * PAGE}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  const filler = join(folder, 'filler');
  writeFileSync(filler, Buffer.alloc(PAGES * PAGE));
  return {
    folder,
    makeRoom: () => {
      rmSync(filler);
    },
    end: () => {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
      rmdirSync(folder);
    },
  };
}
