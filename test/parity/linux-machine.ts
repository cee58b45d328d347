/** The Linux executable on the simulator's library: a C: drive is a temporary folder, and paths of the recordings lead into it. */
import { copyFileSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINUX_LIBRARY } from '../../scripts/build-native.js';
import { runUnix } from '../support/plugin.ts';
import { type Drive, filesIn, type Machine, NAMES } from './machine.ts';

/** Takes a copy of the executable, so that a build meanwhile changes nothing. */
export async function linuxMachine(plugin: string): Promise<Machine> {
  const bin = mkdtempSync(join(tmpdir(), 'parity-bin-'));
  const [first = '', ...others] = NAMES.map((name) => join(bin, name));
  copyFileSync(plugin, first);
  for (const name of others) linkSync(first, name);
  // A first command alone: an executable unpacks parts of itself beside it.
  await runUnix([first], { CNI_COMMAND: 'VERSION' }, '{"cniVersion":"1.0.0"}');
  return {
    name: plugin,
    openDrive: () => Promise.resolve(driveFor(bin)),
    end: () => {
      rmSync(bin, { recursive: true });
      return Promise.resolve();
    },
  };
}

function driveFor(bin: string): Drive {
  const root = mkdtempSync(join(tmpdir(), 'parity-'));
  const env = { HNS_SIMULATOR_LIBRARY: LINUX_LIBRARY, HNS_SIMULATOR_ROOT: root };
  return {
    path: (windowsPath) => {
      const [drive = '', ...names] = windowsPath.split(/[\\/]+/);
      if (names[0] === 'cni') return bin;
      return join(drive.toUpperCase() === 'C:' ? root : '/', ...names);
    },
    run: ({ plugin, env: given, stdin }) => runUnix([join(bin, plugin)], { ...env, ...given }, stdin),
    files: () => inWindowsSpelling(filesIn(root)),
    end: () => {
      rmSync(root, { recursive: true });
    },
  };
}

/** The Linux build names the file of an IPv6 address after the address; Windows has no colon in names. */
const inWindowsSpelling = (files: Readonly<Record<string, string | null>>): Record<string, string | null> =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path.replaceAll(':', '_'), content]));
