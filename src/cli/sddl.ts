/** Access lists in Windows' text form (SDDL, learn.microsoft.com "Security Descriptor String Format"): read, not written. */

/** Security identifiers that are the same on every Windows (learn.microsoft.com "Well-known SIDs"). */
export const Sid = {
  System: 'S-1-5-18',
  Administrators: 'S-1-5-32-544',
  Users: 'S-1-5-32-545',
  TrustedInstaller: 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
} as const;

/** The masks behind the rights, winnt.h. */
export const Access = {
  Full: 0x1f01ff,
  ReadExecute: 0x1200a9,
  DeleteChild: 0x40,
  Delete: 0x10000,
  WriteDacl: 0x40000,
  WriteOwner: 0x80000,
} as const;

export interface Entry {
  /** "A" allows, "D" denies; others exist. */
  readonly type: string;
  /** OI and CI: files and folders below inherit it. IO: only they. ID: it came from above. */
  readonly flags: readonly string[];
  readonly mask: number;
  /** In its numeric form, or the two letters of an alias that is another SID in every domain. */
  readonly sid: string;
}

export interface Dacl {
  /** Nothing is inherited from the folder above. */
  readonly isProtected: boolean;
  /** There is no list at all: everyone may do everything. */
  readonly isOpen: boolean;
  readonly entries: readonly Entry[];
}

const ALIASES: Readonly<Record<string, string>> = {
  SY: Sid.System,
  BA: Sid.Administrators,
  BU: Sid.Users,
  BG: 'S-1-5-32-546',
  PU: 'S-1-5-32-547',
  AU: 'S-1-5-11',
  IU: 'S-1-5-4',
  LS: 'S-1-5-19',
  NS: 'S-1-5-20',
  WD: 'S-1-1-0',
  CO: 'S-1-3-0',
  CG: 'S-1-3-1',
  OW: 'S-1-3-4',
  AC: 'S-1-15-2-1',
};

/** Names as an English Windows shows them. */
const SPOKEN: Readonly<Record<string, string>> = {
  [Sid.System]: 'SYSTEM',
  [Sid.Administrators]: 'Administrators',
  [Sid.Users]: 'Users',
  'S-1-5-11': 'Authenticated Users',
  'S-1-1-0': 'Everyone',
  'S-1-3-0': 'CREATOR OWNER',
};

/** A SID for people. */
export const spoken = (sid: string): string => SPOKEN[sid] ?? sid;

const RIGHTS: Readonly<Record<string, number>> = {
  GA: Access.Full,
  GR: 0x120089,
  GW: 0x120116,
  GX: 0x1200a0,
  FA: Access.Full,
  FR: 0x120089,
  FW: 0x120116,
  FX: 0x1200a0,
  RC: 0x20000,
  SD: Access.Delete,
  WD: Access.WriteDacl,
  WO: Access.WriteOwner,
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: Access.DeleteChild,
  LO: 0x80,
  CR: 0x100,
};
/** Bits 28 to 31 of a mask: generic all, execute, write, read. */
const GENERIC: readonly (readonly [bit: number, mask: number])[] = [
  [0x10000000, Access.Full],
  [0x20000000, 0x1200a0],
  [0x40000000, 0x120116],
  [0x80000000, 0x120089],
];

/** A list of what is audited may follow. */
const LIST = /^\s*D:([A-Z_]*)((?:\([^()]*\))*)\s*(?:S:.*)?$/;

/** Reads "D:PAI(A;OICI;FA;;;SY)…"; undefined when it is not wholly understood. */
export function readDacl(text: string): Dacl | undefined {
  const [, control, list] = LIST.exec(text) ?? [];
  if (control === undefined || list === undefined) return undefined;
  const entries = [...list.matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => readEntry(entry));
  if (entries.some((entry) => entry === undefined)) return undefined;
  return {
    isProtected: /^(?:AI|AR)*P/.test(control),
    isOpen: control.includes('NO_ACCESS_CONTROL'),
    entries: entries.filter((entry) => entry !== undefined),
  };
}

/** `type;flags;rights;object;inherited object;SID`; what objects of a directory service have is not for files. */
function readEntry(text: string): Entry | undefined {
  const [type, flags, rights, object, inherited, trustee, ...more] = text.split(';');
  const mask = rights === undefined ? undefined : readMask(rights);
  if (type === undefined || flags === undefined || trustee === undefined || mask === undefined) return undefined;
  if (object !== '' || inherited !== '' || more.length > 0 || trustee === '') return undefined;
  return { type, flags: pairs(flags), mask, sid: ALIASES[trustee] ?? trustee };
}

/** A number, or two letters for each right. */
function readMask(rights: string): number | undefined {
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(rights)) return withoutGeneric(Number(rights));
  const masks = pairs(rights).map((right) => RIGHTS[right]);
  return masks.reduce<number | undefined>(
    (sum, mask) => (sum === undefined || mask === undefined ? undefined : (sum | mask) >>> 0),
    0,
  );
}

/** Generic rights as those that they stand for on files. */
function withoutGeneric(mask: number): number {
  return GENERIC.reduce(
    (sum, [bit, meant]) => ((sum & bit) >>> 0 === bit ? ((sum & ~bit) | meant) >>> 0 : sum),
    mask >>> 0,
  );
}

const pairs = (text: string): readonly string[] => text.match(/.{1,2}/g) ?? [];
