/** The node of wincni.exe under Wine for the cases of one sample: the simulator, and the folders of drive C:. */
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, win32 } from 'node:path';
import { startSimulator } from '../../native/simulator/client.ts';
import * as wine from '../../scripts/wine.js';
import { PLUGIN_NAMES } from '../../src/spec/plugin-names.ts';
import { installDlls, installWindowsExecutable } from '../support/plugin.ts';
import { watchUsage } from '../support/program-usage.ts';
import { SUBNET_ENV, sampleSeed } from '../support/sample-node.ts';
import { type Place, POD, SAMPLES, STANDING } from './case.ts';
import { filesBelow, objectsOf, type Target } from './target.ts';
import { ROOT } from './values.ts';

export interface WineTargets {
  readonly open: (sample: string) => Promise<Target>;
  readonly end: () => Promise<void>;
}

/** Folders of the plugin's own state; the rest of the drive is Wine's. */
const STATE = ['var', 'run', 'ProgramData/wincni'];

export async function wineTargets(): Promise<WineTargets> {
  await wine.ensure();
  const folder = mkdtempSync(join(tmpdir(), 'wincni-fuzz-'));
  const exe = await installWindowsExecutable(folder);
  const others = ['wincni', ...PLUGIN_NAMES].filter((name) => name !== 'win-bridge');
  for (const name of others) linkSync(exe, join(folder, `${name}.exe`));
  return {
    open: async (sample) => {
      const prefix = await wine.freshPrefix();
      await installDlls(prefix);
      return wineTarget(sample, { folder, prefix, drive: await wine.unixPath('C:\\', prefix) });
    },
    end: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  };
}

interface Around {
  /** With the executable in it. */
  readonly folder: string;
  readonly prefix: string;
  /** C: as this process sees it. */
  readonly drive: string;
}

const HOME = 'C:\\fuzz';
const ABSOLUTE = /^(?:[a-z]:|[\\/])/i;

/** Everything below one folder of drive C:, since Z: is the machine that Wine runs on. */
const WINDOWS: Place = {
  within: (text) => {
    const placed = text.replaceAll(ROOT, HOME);
    const rooted =
      ABSOLUTE.test(placed) && !placed.startsWith(HOME) ? `${HOME}\\${placed.replace(/^[a-z]:/i, '')}` : placed;
    return win32.resolve(HOME, rooted).startsWith(HOME) ? rooted : rooted.replaceAll('..', '.');
  },
};

async function wineTarget(sample: string, { folder, prefix, drive }: Around): Promise<Target> {
  const seed = sampleSeed(SAMPLES[sample] ?? {}, [POD.containerId, STANDING.containerId]);
  const simulator = await startSimulator({ seeds: [seed] });
  mkdirSync(join(drive, 'run/flannel'), { recursive: true });
  writeFileSync(join(drive, 'run/flannel/subnet.env'), SUBNET_ENV);
  const around = {
    HNS_SIMULATOR: simulator.address,
    HNS_SIMULATOR_BOOT: simulator.hns.bootId(),
    // Without it Wine takes the eighth bit off every byte of the environment.
    LC_ALL: 'C.UTF-8',
  };
  return {
    place: WINDOWS,
    folders: STATE.map((name) => join(drive, name)),
    resolve: (path) =>
      join(
        drive,
        ...win32
          .resolve('C:\\', path)
          .split(/[\\/]+/)
          .slice(1),
      ),
    start: async ({ env, stdin, one }) => {
      const exe = join(folder, `${one.executable}.exe`);
      const usage = watchUsage(`${one.executable}.exe`);
      const ran = await wine.run(exe, [], { env: { ...env, ...around }, stdin, prefix });
      return { code: ran.code, stdout: ran.stdout, ...usage.end() };
    },
    objects: () => objectsOf(simulator.hns),
    files: () => [...STATE, 'fuzz'].flatMap((name) => filesBelow(join(drive, name))),
    forget: (file) => {
      rmSync(file, { force: true });
    },
    end: async () => {
      await simulator.stop();
      await wine.removePrefix(prefix);
    },
  };
}
