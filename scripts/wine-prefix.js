/** Wine prefixes: one made once and kept in the cache, and cheap copies of it, each a Windows with its own C: and processes. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder, cachePath, hasStamp, writeStamp } from './cache.js';
import { must } from './run.js';
import { mustCall, stopServer } from './wine-call.js';

/** Another text here has the first prefix made anew. */
const RECIPE = 'win10, no graphics, recipe 1';
/** Seconds for which a prefix's server waits for another process. It ends by itself should nobody end it. */
const LINGER = 60;

/** The prefix that the others are copies of. Nothing else runs in it. */
export function patternPrefix(wine) {
  const home = wineHome();
  return cachedFolder(`wine-prefix-${wine.version}`, {
    isGood: (folder) => hasStamp(folder, RECIPE) && existsSync(join(folder, 'system.reg')),
    make: async (prefix) => {
      const here = { wine, home, prefix };
      await mustCall(here, [wine.server, '-p0']);
      await mustCall(here, [wine.loader, 'wineboot', '-i']);
      await mustCall(here, [wine.loader, 'winecfg', '/v', 'win10']); // Node refuses older ones
      const drivers = 'HKCU\\Software\\Wine\\Drivers';
      await mustCall(here, [wine.loader, 'reg', 'add', drivers, '/v', 'Graphics', '/d', 'null', '/f']);
      await mustCall(here, [wine.server, '-w']);
      writeStamp(prefix, RECIPE);
    },
  });
}

/** HOME for Wine, so that it finds nothing of the user's. */
export function wineHome() {
  return madeFolder('wine-home');
}

/** A copy in a few ms: hard links to the files, which Wine replaces and never writes into; copies of the registry. */
export async function copyPrefix({ wine, home, pattern }) {
  const prefix = mkdtempSync(join(madeFolder('wine-prefixes'), `${process.pid}-`));
  await must('cp', ['-al', `${pattern}/.`, prefix]);
  for (const file of readdirSync(prefix).filter((name) => name.endsWith('.reg'))) {
    rmSync(join(prefix, file));
    copyFileSync(join(pattern, file), join(prefix, file));
  }
  await mustCall({ wine, home, prefix }, [wine.server, `-p${LINGER}`]);
  return prefix;
}

/** Ends what runs in a prefix and removes it. Synchronous, for use while this process ends. */
export function dropPrefix(context) {
  stopServer(context);
  rmSync(context.prefix, { recursive: true, force: true });
}

/** Removes prefixes of processes that were killed. */
export function sweepPrefixes() {
  const folder = madeFolder('wine-prefixes');
  for (const name of readdirSync(folder).filter((entry) => !existsSync(`/proc/${Number.parseInt(entry, 10)}`))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function madeFolder(name) {
  const folder = cachePath(name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
