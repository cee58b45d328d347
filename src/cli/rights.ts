/** Sets the rights of the plugin's folders by icacls.exe, looks whether they are what they should be, and says what is not. */
import { dirname, join } from 'node:path';
import {
  flawsOfFolder,
  flawsOfProgram,
  icaclsArguments,
  type Purpose,
  RIGHTS_OF,
  readListing,
  whoMaySwap,
} from './acl.ts';
import type { Icacls, Machine } from './machine.ts';
import { LISTING } from './names.ts';
import type { Dacl } from './sddl.ts';
import type { Exit } from './shell.ts';

export interface Rights {
  /** Before anything is put into the folder, so that what comes inherits. */
  readonly secure: (folder: string, purpose: Purpose) => void;
  /** A file that was put into a folder of programs. */
  readonly checkProgram: (path: string) => void;
  /** 1 when something is not as it should be; everything has been said. */
  readonly outcome: () => Exit;
}

/** Rights that are left alone, with the reason for it. */
export function untouchedRights(reason: string, { print }: Machine): Rights {
  print(`rights: not set and not checked: ${reason}`);
  return { secure: () => undefined, checkProgram: () => undefined, outcome: () => 0 };
}

/** By icacls.exe; its listings pass through a file in `binDir`, which only administrators write to once it is secured. */
export function windowsRights(binDir: string, icacls: Icacls, machine: Machine): Rights {
  const { print, complain, programs } = machine;
  const read = reader({ icacls, listing: join(binDir, LISTING), machine });
  const looked = new Set<string>();
  let exit: Exit = 0;
  const bad = (path: string, flaws: readonly string[], purpose: Purpose): void => {
    complain(`Cannot set the rights of "${path}": ${flaws.join('; ')}, expected ${RIGHTS_OF[purpose]}`);
    exit = 1;
  };
  return {
    outcome: () => exit,
    secure: (folder, purpose) => {
      // A link that somebody put there would have SYSTEM write where it leads to.
      if (programs.look(folder) !== 'folder') {
        bad(folder, ['it is a link, and was left alone'], purpose);
        return;
      }
      const { flaws, changed } = setFolder({ folder, purpose }, { icacls, read });
      if (flaws.length > 0) bad(folder, flaws, purpose);
      else print(`rights of "${folder}": ${changed ? 'set' : 'unchanged'} (${RIGHTS_OF[purpose]})`);
      for (const above of foldersAbove(folder)) {
        if (looked.has(above)) continue;
        looked.add(above);
        warnOf(above, { read, complain });
      }
    },
    checkProgram: (path) => {
      const dacl = read(path);
      const flaws = typeof dacl === 'string' ? [dacl] : flawsOfProgram(dacl);
      if (flaws.length > 0) bad(path, flaws, 'programs');
    },
  };
}

/** The access list of a file or folder, or why there is none. */
type Reader = (path: string) => Dacl | string;

function reader({ icacls, listing, machine }: { icacls: Icacls; listing: string; machine: Machine }): Reader {
  return (path) => {
    // One that a killed run left would be taken for the answer.
    machine.programs.remove(listing);
    const { status, output } = icacls(icaclsArguments.save(path, listing));
    const text = machine.files.readText(listing);
    machine.programs.remove(listing);
    if (status !== 0) return `icacls.exe cannot list them: ${said({ status, output })}`;
    if (text === undefined)
      return 'icacls.exe says nothing of them here, so that nobody can tell whether they were set';
    return readListing(text) ?? `icacls.exe lists what is not understood: ${JSON.stringify(text.replaceAll('\0', ''))}`;
  };
}

interface Tools {
  readonly icacls: Icacls;
  readonly read: Reader;
}

/** Sets what is not right, in the order that never leaves more rights than there were before. */
function setFolder(
  { folder, purpose }: { folder: string; purpose: Purpose },
  { icacls, read }: Tools,
): { readonly flaws: readonly string[]; readonly changed: boolean } {
  const refusals: string[] = [];
  const order = (args: readonly string[]): void => {
    const answer = icacls(args);
    if (answer.status !== 0) refusals.push(`icacls.exe ${args.slice(1).join(' ')}: ${said(answer)}`);
  };
  const judge = (dacl: Dacl | string): readonly string[] =>
    typeof dacl === 'string' ? [dacl] : flawsOfFolder(dacl, purpose);
  order(icaclsArguments.own(folder));
  if (judge(read(folder)).length === 0) return { flaws: refusals, changed: false };
  order(icaclsArguments.grant(folder, purpose));
  let now = read(folder);
  if (typeof now !== 'string' && judge(now).length > 0) {
    // What is left is explicit, of somebody who could do what he liked until now.
    order(icaclsArguments.reset(folder));
    order(icaclsArguments.grant(folder, purpose));
    now = read(folder);
  }
  return { flaws: [...judge(now), ...refusals], changed: true };
}

function said({ status, output }: { status: number | null; output: string }): string {
  const [line = ''] = output.split(/\r?\n/);
  return `exit code ${status ?? 'none'}${line === '' ? '' : `, "${line}"`}`;
}

function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

/** Not ours to change, and other software may want it so: a warning, no failure. */
function warnOf(folder: string, { read, complain }: { read: Reader; complain: Machine['complain'] }): void {
  const dacl = read(folder);
  const who = typeof dacl === 'string' ? [] : whoMaySwap(dacl);
  if (who.length === 0) return;
  complain(
    `warning: ${who.join(', ')} may rename or delete in "${folder}", and so put another folder in place of one below`,
  );
}
