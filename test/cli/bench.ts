/** A bin folder with small files for executables, and the machine of an installation over it: real files, Windows' habits. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Icacls, Machine } from '../../src/cli/machine.ts';
import { nodeFiles } from '../../src/disk/node-files.ts';
import { nodeProgramFiles, type ProgramFiles } from '../../src/disk/program-files.ts';
import { CniError, Code } from '../../src/spec/error.ts';

export interface Bench {
  readonly bin: string;
  /** Where the executable that installs lies; a test writes a version into it. */
  readonly self: string;
  readonly stateFolder: string;
  /** `version` is the content of the executable, too. */
  readonly machine: (version: string, more?: Partial<Machine>) => Machine;
  /** What was printed since the last call. */
  readonly said: () => { readonly printed: readonly string[]; readonly complained: readonly string[] };
  /** Content by name of everything in the bin folder. */
  readonly tree: () => Readonly<Record<string, string>>;
  readonly remove: () => void;
}

/** Every step flushes, of which a thousand take long on a disk. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const ADDONS = { 'ref.node': 'ref addon', 'ffi.node': 'ffi addon' };

export function createBench(): Bench {
  const root = mkdtempSync(join(MEMORY, 'wincni-cli-'));
  const [bin, self, stateFolder] = [join(root, 'bin'), join(root, 'download'), join(root, 'state')];
  const [printed, complained]: [string[], string[]] = [[], []];
  return {
    bin,
    self,
    stateFolder,
    machine: (version, more = {}) => {
      writeFileSync(self, version);
      return {
        version,
        suffix: '.exe',
        self,
        files: nodeFiles({ windows: false }),
        programs: nodeProgramFiles(),
        unpackAddons: (folder) => unpackFake(folder, version),
        icacls: undefined,
        stateFolders: [],
        print: (line) => printed.push(line),
        complain: (line) => complained.push(line),
        ...more,
      };
    },
    said: () => ({ printed: printed.splice(0), complained: complained.splice(0) }),
    tree: () => treeOf(bin),
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}

/** Addons are another version's when the major number is. */
export const addonsFolder = (version: string): string =>
  `wincni-addons-${(version.split('.')[0] ?? '').padStart(4, '0')}`;

function unpackFake(folder: string, version: string): string {
  const name = addonsFolder(version);
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(ADDONS)) writeFileSync(join(folder, name, file), `${content} ${name}`);
  return name;
}

function treeOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((name) => !lstatSync(join(folder, name)).isDirectory())
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** The names that are the same file as `wincni.exe`. */
export function linked(bin: string): readonly string[] {
  const { ino } = lstatSync(join(bin, 'wincni.exe'));
  return readdirSync(bin).filter((name) => lstatSync(join(bin, name)).ino === ino && name !== 'wincni.exe');
}

/** Gives an installed name the content of another plugin. */
export function foreign(bin: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(bin, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    rmSync(join(bin, name), { force: true });
    writeFileSync(join(bin, name), content);
  }
}

/**
 * What Windows does with files that run: neither is their name given to another in one step, nor are they deleted, under
 * whatever name; they can be renamed. They run until `end`.
 */
export function running(paths: readonly string[]): { readonly programs: ProgramFiles; readonly end: () => void } {
  const real = nodeProgramFiles();
  const inodes = new Set(paths.map((path) => lstatSync(path).ino));
  const runs = (path: string): boolean => inodes.has(lstatSync(path, { throwIfNoEntry: false })?.ino ?? -1);
  return {
    end: () => {
      inodes.clear();
    },
    programs: {
      ...real,
      replace: (from, to) => !runs(to) && !runs(from) && real.replace(from, to),
      remove: (path) => !runs(path) && real.remove(path),
    },
  };
}

/** `once`: one call fails. `always`: it and every later one. `killed`: its effect is there, and nothing comes after. */
export type Stop = 'once' | 'always' | 'killed';

/** A machine whose `nth` change (from 1) stops what it does. */
export function stopping(
  machine: Machine,
  nth: number,
  stop: Stop,
): { readonly machine: Machine; readonly count: () => number } {
  let count = 0;
  const guard =
    <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) =>
    (...args: A): R => {
      count++;
      if (count < nth || (count > nth && stop === 'once')) return call(...args);
      if (count === nth && stop === 'killed') call(...args);
      throw new CniError(Code.Io, `Cannot ${name} "${String(args[0])}": EIO`);
    };
  const { files, programs, unpackAddons } = machine;
  return {
    count: () => count,
    machine: {
      ...machine,
      unpackAddons: guard('unpack', unpackAddons),
      files: {
        ...files,
        writeFlushed: guard('write', files.writeFlushed),
        ensureDir: guard('make', files.ensureDir),
        remove: guard('remove', files.remove),
      },
      programs: {
        ...programs,
        copy: guard('copy', programs.copy),
        link: guard('link', programs.link),
        replace: guard('replace', programs.replace),
        move: guard('move', programs.move),
        remove: guard('remove', programs.remove),
        removeFolder: guard('remove', programs.removeFolder),
      },
    },
  };
}

/**
 * icacls.exe as its documentation has it (learn.microsoft.com "icacls"), on access lists by path. What has no list of its own
 * inherits from the folder above, up to one whose list is `top`.
 */
export function fakeIcacls(lists: Map<string, string>, top: string, owners = new Map<string, string>()): Icacls {
  const listOf = (path: string): string =>
    lists.get(path) ?? (dirname(path) === path ? top : `D:AI${inherited(listOf(dirname(path)), path)}`);
  return ([path = '', verb = '', ...rest]) => {
    const list = `${basename(path)}\r\n${listOf(path)}\r\n`;
    if (verb === '/save') writeFileSync(rest[0] ?? '', Buffer.from(list, 'utf16le'));
    else if (verb === '/setowner') owners.set(path, (rest[0] ?? '').slice(1));
    else if (verb === '/reset') lists.delete(path);
    else if (verb === '/inheritance:r') lists.set(path, `D:PAI${granted(entriesOf(listOf(path)), rest).join('')}`);
    else return { status: 87, output: `Invalid parameter "${verb}"` };
    return { status: 0, output: 'Successfully processed 1 files; Failed processing 0 files' };
  };
}

const entriesOf = (list: string): readonly string[] => list.match(/\([^()]*\)/g) ?? [];

/** What a file or folder gets from the list of the folder above; CREATOR OWNER is Administrators, who made it. */
function inherited(list: string, path: string): string {
  const isFile = lstatSync(path).isFile();
  return entriesOf(list)
    .filter((entry) => pairsOf(entry).includes(isFile ? 'OI' : 'CI'))
    .flatMap((entry) => {
      const kept = isFile ? [] : pairsOf(entry).filter((flag) => flag !== 'IO' && flag !== 'ID');
      const own = (flags: string, text: string): string => text.replace(/;[A-Z]*;/, `;${flags}ID;`);
      const creator = own('', entry.replace(';CO)', ';BA)'));
      return entry.endsWith(';CO)')
        ? [creator, ...(isFile ? [] : [own(`${kept.join('')}IO`, entry)])]
        : [own(kept.join(''), entry)];
    })
    .join('');
}

const pairsOf = (entry: string): readonly string[] => entry.split(';')[1]?.match(/../g) ?? [];

const ALIAS: Readonly<Record<string, string>> = { 'S-1-5-18': 'SY', 'S-1-5-32-544': 'BA', 'S-1-5-32-545': 'BU' };

/** Explicit entries, with those of `*SID:(OI)(CI)perm` in place of what these SIDs had. */
function granted(entries: readonly string[], args: readonly string[]): readonly string[] {
  const grants = args.flatMap((arg) => {
    const [, sid = '', perm = ''] = /^\*(S-[\d-]+):\(OI\)\(CI\)(F|RX)$/.exec(arg) ?? [];
    return sid === '' ? [] : [{ trustee: ALIAS[sid] ?? sid, rights: perm === 'F' ? 'FA' : '0x1200a9' }];
  });
  const explicit = entries.filter((entry) => !/;[A-Z]*ID;/.test(entry));
  const others = explicit.filter((entry) => !grants.some(({ trustee }) => entry.endsWith(`;${trustee})`)));
  return [...others, ...grants.map(({ trustee, rights }) => `(A;OICI;${rights};;;${trustee})`)];
}
