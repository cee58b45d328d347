/** Who may do what in the folders of the plugin: the rights that are right, icacls' commands for them, and its listing judged. Pure. */
import { Access, type Dacl, type Entry, readDacl, Sid, spoken } from './sddl.ts';

/** `programs`: what is in it runs as SYSTEM. `state`: leases and log. */
export type Purpose = 'programs' | 'state';

interface Grant {
  readonly sid: string;
  readonly mask: number;
  /** In icacls' words. */
  readonly perm: 'F' | 'RX';
}

const FULL = { mask: Access.Full, perm: 'F' } as const;
const GRANTS: Readonly<Record<Purpose, readonly Grant[]>> = {
  programs: [
    { sid: Sid.System, ...FULL },
    { sid: Sid.Administrators, ...FULL },
    { sid: Sid.Users, mask: Access.ReadExecute, perm: 'RX' },
  ],
  state: [
    { sid: Sid.System, ...FULL },
    { sid: Sid.Administrators, ...FULL },
  ],
};

/** Says it for people. */
export const RIGHTS_OF: Readonly<Record<Purpose, string>> = {
  programs: 'SYSTEM and Administrators full, Users read and execute, nobody else',
  state: 'SYSTEM and Administrators full, nobody else',
};

/**
 * Arguments of icacls.exe. SIDs, since names are another in each language of Windows. /L: should somebody put a link in
 * the folder's place in between, the link gets the rights, not what it leads to. Never /T, which would leave files
 * without any rights, as (OI)(CI) means nothing on a file.
 */
export const icaclsArguments = {
  /** Whoever owns a folder may change its rights, whatever they say. */
  own: (path: string) => [path, '/setowner', `*${Sid.Administrators}`, '/L', '/Q'],
  /** Inherited entries go, the wanted ones come; explicit ones of others stay, see `reset`. */
  grant: (path: string, purpose: Purpose) => [
    path,
    '/inheritance:r',
    '/grant:r',
    ...GRANTS[purpose].map(({ sid, perm }) => `*${sid}:(OI)(CI)${perm}`),
    '/L',
    '/Q',
  ],
  /** Explicit entries go, and everything inherited comes back: `grant` has to follow at once. */
  reset: (path: string) => [path, '/reset', '/L', '/Q'],
  /** Into the file `listing`, in SDDL: icacls prints names of accounts in Windows' own language, here there are SIDs. */
  save: (path: string, listing: string) => [path, '/save', listing, '/L', '/Q'],
} as const;

/** The list in a file that `/save` wrote (two lines: the name, the list); undefined when there is none to understand. */
export function readListing(text: string): Dacl | undefined {
  // It is UTF-16, of which only ASCII matters here: read as UTF-8 each of its characters is followed by a NUL.
  const lines = text.replaceAll('\0', '').split(/\r?\n/);
  const list = lines.find((line) => /^\s*D:/.test(line));
  return list === undefined ? undefined : readDacl(list);
}

/** What is wrong with the rights of one of our folders, for people; nothing when they are right. */
export function flawsOfFolder(dacl: Dacl, purpose: Purpose): readonly string[] {
  return [
    ...(dacl.isProtected ? [] : ['it inherits from the folder above']),
    ...lacking(dacl, purpose, ({ flags }) => ['OI', 'CI'].every((flag) => flags.includes(flag))),
    ...excess(dacl, purpose),
  ];
}

/** The same for a file in a folder of programs: it may inherit, since its folder does not. */
export function flawsOfProgram(dacl: Dacl): readonly string[] {
  return [...lacking(dacl, 'programs', () => true), ...excess(dacl, 'programs')];
}

function lacking({ entries }: Dacl, purpose: Purpose, covers: (entry: Entry) => boolean): readonly string[] {
  const has = ({ sid, mask }: Grant): boolean =>
    entries.some(
      (entry) => isEffective(entry) && entry.sid === sid && (entry.mask & mask) >>> 0 === mask && covers(entry),
    );
  return GRANTS[purpose]
    .filter((grant) => !has(grant))
    .map(({ sid, perm }) => `${spoken(sid)} cannot ${perm === 'F' ? 'do everything' : 'read and execute'}`);
}

function excess({ entries, isOpen }: Dacl, purpose: Purpose): readonly string[] {
  if (isOpen) return ['it has no access list, so that everyone may do everything'];
  const isWanted = (entry: Entry): boolean =>
    GRANTS[purpose].some(({ sid, mask }) => entry.type === 'A' && entry.sid === sid && (entry.mask & ~mask) === 0);
  return entries
    .filter((entry) => !isWanted(entry))
    .map(
      ({ type, sid, mask }) => `${spoken(sid)} ${type === 'A' ? 'may do' : `has an entry "${type}" of`} ${hex(mask)}`,
    );
}

/** Whom Windows itself trusts with its folders. */
const TRUSTED: ReadonlySet<string> = new Set([Sid.System, Sid.Administrators, Sid.TrustedInstaller]);
/** With any of these on a folder above, one can put another folder in the place of ours. */
const SWAPS = Access.Delete | Access.DeleteChild | Access.WriteDacl | Access.WriteOwner;

/** Who may replace what is below a folder that is not ours, for people. */
export function whoMaySwap({ entries, isOpen }: Dacl): readonly string[] {
  if (isOpen) return ['everyone'];
  const found = entries.filter(
    (entry) => entry.type === 'A' && isEffective(entry) && !TRUSTED.has(entry.sid) && (entry.mask & SWAPS) !== 0,
  );
  return [...new Set(found.map(({ sid }) => spoken(sid)))];
}

/** Not only for what is below. */
const isEffective = ({ flags }: Entry): boolean => !flags.includes('IO');

const hex = (mask: number): string => `0x${mask.toString(16)}`;
