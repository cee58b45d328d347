/** Runs Windows executables under Wine, each process of ours in a prefix (a Windows) of its own. Which Wine: wine-root.js. */
import { copyFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { call, stopServer } from './wine-call.js';
import { copyPrefix, dropPrefix, patternPrefix, sweepPrefixes, wineHome } from './wine-prefix.js';
import { ensureWine } from './wine-root.js';

let started;

/** Makes Wine and this process's own prefix ready; later calls answer at once. The prefix is removed when the process ends. */
export function ensure(options) {
  started ??= start(options);
  return started;
}

async function start(options) {
  const wine = await ensureWine(options);
  const pattern = await patternPrefix(wine);
  sweepPrefixes();
  const context = { wine, pattern, home: wineHome(), prefixes: new Set() };
  process.once('exit', () => {
    for (const prefix of context.prefixes) dropPrefix({ ...context, prefix });
  });
  return { ...context, prefix: await addPrefix(context) };
}

async function addPrefix(context) {
  const prefix = await copyPrefix(context);
  context.prefixes.add(prefix);
  return prefix;
}

/** Another prefix, with its own C: drive and its own processes. Removed by removePrefix() or when this process ends. */
export async function freshPrefix() {
  return addPrefix(await ensure());
}

/** Ends what runs in a prefix and removes it. */
export async function removePrefix(prefix) {
  const context = await ensure();
  dropPrefix({ ...context, prefix });
  context.prefixes.delete(prefix);
}

/**
 * Runs a Windows executable, given by its Unix path, to its end; several can run at once. The environment is only what
 * `env` says beside Wine's own settings; `cwd` is the folder it runs in; `under` is a command of Linux that
 * starts Wine. `code` is the exit code modulo 256; null with `timedOut` when the limit ended it.
 */
export async function run(exe, args, { prefix, under = [], ...options } = {}) {
  const context = await ensure();
  return call({ ...context, prefix: prefix ?? context.prefix }, [...under, context.wine.loader, exe, ...args], options);
}

/** `/a/b` as a Windows program sees it: `Z:\a\b`. */
export function windowsPath(path) {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/** Where `C:\a\b` of a prefix (this process's own when none is given) lies outside. */
export async function unixPath(path, prefix) {
  const inside = /^c:[\\/]*(.*)$/i.exec(path)?.[1];
  if (inside === undefined) throw new Error(`Cannot place "${path}", expected a path on drive C:`);
  return join(prefix ?? (await ensure()).prefix, 'drive_c', ...inside.split(/[\\/]+/));
}

const LETTERS = 'defghijklmnopqrstuvwxy';
const folders = [];
let next = 0;

/**
 * Makes a folder a drive of its own in this process's prefix: for a program that runs in it, it is the current drive, on which
 * lies what the program names without one. When the letters are used up, the folder of the longest standing gives its own away.
 */
export async function addDrive(folder) {
  const { prefix } = await ensure();
  if (folders.includes(folder)) return;
  const link = join(prefix, 'dosdevices', `${LETTERS[next]}:`);
  rmSync(link, { force: true });
  symlinkSync(folder, link);
  folders[next] = folder;
  next = (next + 1) % LETTERS.length;
}

/** Puts a DLL into a prefix's System32; of those that wine-call.js names as overrides it is the one that is loaded. */
export async function installSystemDll(path, prefix) {
  const target = await unixPath(`C:\\windows\\system32\\${basename(path)}`, prefix);
  rmSync(target, { force: true }); // never write through a hard link
  copyFileSync(path, target);
}

/** Ends every process of a prefix, its server included. The next run starts a new one. */
export async function killServer(prefix) {
  const context = await ensure();
  stopServer({ ...context, prefix: prefix ?? context.prefix });
}
