/** The machine that an installation is made on: the ports of it, and the real ones. */
import { spawnSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import type { Files } from '../disk/files.ts';
import { nodeFiles } from '../disk/node-files.ts';
import { nodeProgramFiles, type ProgramFiles } from '../disk/program-files.ts';
import { unpackAddons } from '../ffi/addons.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Shell } from './shell.ts';

/** Runs icacls.exe to its end. */
export type Icacls = (args: readonly string[]) => { readonly status: number | null; readonly output: string };

export interface Machine extends Pick<Shell, 'version' | 'print' | 'complain'> {
  /** Of executables: ".exe", or nothing. */
  readonly suffix: string;
  /** The executable that runs. */
  readonly self: string;
  readonly files: Files;
  readonly programs: ProgramFiles;
  /** Leaves the addons in their folder inside `folder`; answers its name. */
  readonly unpackAddons: (folder: string) => string;
  /** Undefined on a system whose rights are not Windows'. */
  readonly icacls: Icacls | undefined;
  /** Where leases and log are. */
  readonly stateFolders: readonly string[];
}

/** This machine. Throws code 4 when what runs is not the executable. */
export function thisMachine({ windows, defaults, version, print, complain }: Shell): Machine {
  if (!isSea()) {
    throw new CniError(
      Code.InvalidEnvironment,
      `Cannot install "${process.execPath}": it is Node with the bundle, expected the executable that the build makes`,
    );
  }
  return {
    version,
    print,
    complain,
    suffix: windows ? '.exe' : '',
    self: process.execPath,
    files: nodeFiles({ windows }),
    programs: nodeProgramFiles(),
    unpackAddons: (folder) => basename(dirname(unpackAddons(folder).ref)),
    icacls: windows ? systemIcacls() : undefined,
    // Leases are one folder below the one that all CNI plugins share.
    stateFolders: windows ? [dirname(defaults.dataDir), dirname(defaults.logFile)] : [],
  };
}

const ICACLS_LIMIT_MS = 60_000;

function systemIcacls(): Icacls {
  let folder: string | undefined;
  return (args) => {
    folder ??= system32();
    const { status, stdout, stderr, error } = spawnSync(join(folder, 'icacls.exe'), args, {
      // Not the folder that the command was typed in, for nothing is to be found there.
      cwd: folder,
      encoding: 'utf8',
      timeout: ICACLS_LIMIT_MS,
      windowsHide: true,
    });
    return { status, output: error === undefined ? `${stdout}${stderr}`.trim() : error.message };
  };
}

/**
 * The folder that Windows took kernel32.dll from for this process, never what a variable says. Not asked with
 * GetSystemDirectoryW as elsewhere: for that the addons would have to be unpacked where the executable was downloaded to.
 */
function system32(): string {
  Object.assign(process.report, { excludeNetwork: true });
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
  const kernel32 = sharedObjects.find((path) => basename(path).toLowerCase() === 'kernel32.dll');
  if (kernel32 === undefined) throw new CniError(Code.Internal, 'Cannot find System32: kernel32.dll is not loaded');
  return dirname(kernel32);
}
