/** wincni.exe under Wine with the simulator's DLLs: a C: drive is that of a prefix, emptied for each scenario. */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WINDOWS_LIBRARIES_BUILT } from '../../scripts/build-native.js';
import { cnitool } from '../../scripts/cnitool.js';
import { alignPe } from '../../scripts/pe-align.js';
import * as wine from '../../scripts/wine.js';
import { type Drive, filesIn, type Machine, NAMES } from './machine.ts';
import type { Ended } from './outcome.ts';

/** Where the recordings have executables and configurations; nothing of it is compared. */
const OWN = 'cni';

/** A file of the system that recorded, which a scenario names: the system that runs Wine here need not have one. */
const HOSTS = 'Z:\\etc\\hosts';
const OUR_HOSTS = 'hosts';

interface Prefix {
  readonly folder: string;
  /** Names at the top of the drive before anything was run. */
  readonly given: readonly string[];
}

/** A prefix is used again once its scenario has ended: making one takes longer than emptying its drive. */
export async function wineMachine(plugin: string): Promise<Machine> {
  await wine.ensure();
  let tool: Promise<string> | undefined;
  const free: Prefix[] = [];
  const made: Prefix[] = [];
  return {
    name: `${plugin} under Wine`,
    openDrive: async () => {
      const prefix = free.pop() ?? (await makePrefix(plugin));
      if (!made.includes(prefix)) made.push(prefix);
      return driveOf(
        prefix,
        () => (tool ??= cnitool()),
        () => free.push(prefix),
      );
    },
    end: async () => {
      for (const { folder } of made) await wine.removePrefix(folder);
    },
  };
}

async function makePrefix(plugin: string): Promise<Prefix> {
  const folder = await wine.freshPrefix();
  for (const dll of WINDOWS_LIBRARIES_BUILT) await wine.installSystemDll(dll, folder);
  const drive = driveIn(folder);
  for (const name of ['bin', 'shim', 'net.d', 'run']) mkdirSync(join(drive, OWN, name), { recursive: true });
  writeFileSync(join(drive, OWN, OUR_HOSTS), '127.0.0.1 localhost\n');
  const [first = '', ...others] = ['bin', 'shim'].flatMap((bin) => NAMES.map((name) => exeIn(folder, bin, name)));
  // An aligned image starts much sooner under Wine.
  writeFileSync(first, alignPe(readFileSync(plugin)));
  for (const name of others) linkSync(first, name);
  const env = { CNI_COMMAND: 'VERSION' };
  for (const bin of ['bin', 'shim']) {
    await wine.run(exeIn(folder, bin, 'nat'), [], { env, stdin: '{"cniVersion":"1.0.0"}', prefix: folder });
  }
  return { folder, given: readdirSync(drive) };
}

const driveIn = (prefix: string): string => join(prefix, 'drive_c');
const exeIn = (prefix: string, bin: string, name: string): string => join(driveIn(prefix), OWN, bin, `${name}.exe`);

function driveOf({ folder, given }: Prefix, tool: () => Promise<string>, release: () => void): Drive {
  const drive = driveIn(folder);
  const netConf = join(drive, OWN, 'net.d');
  const added = (): readonly string[] => readdirSync(drive).filter((name) => !given.includes(name));
  const run = async (exe: string, args: readonly string[], options: wine.WineOptions): Promise<Ended> => {
    const { code, stdout } = await wine.run(exe, args, { ...options, prefix: folder });
    return { code, stdout };
  };
  return {
    path: (windowsPath) => (windowsPath === HOSTS ? `C:\\${OWN}\\${OUR_HOSTS}` : windowsPath),
    run: ({ plugin, env, stdin }) => run(exeIn(folder, 'bin', plugin), [], { env, stdin }),
    cnitool: async ({ args, env, files }) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(netConf, name), text);
      // libcni makes its namespace's path, and the places of its own files, from the current folder.
      return run(await tool(), args, { env, cwd: join(drive, OWN, 'run') });
    },
    files: () => filesIn(drive, added()),
    end: () => {
      for (const name of added()) rmSync(join(drive, name), { recursive: true });
      for (const name of readdirSync(netConf)) rmSync(join(netConf, name));
      release();
    },
  };
}
