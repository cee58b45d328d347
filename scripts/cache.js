/** The cache folder outside the clone: where it is, a lock between processes, and folders that appear whole or not at all. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from './run.js';

/** `$WINCNI_CACHE`, else `wincni` in `$XDG_CACHE_HOME` or `~/.cache`. All in it can be deleted at any time and is made again. */
export function cacheFolder() {
  const { WINCNI_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  return own || join(shared || join(homedir(), '.cache'), 'wincni');
}

/** A path inside the cache folder, whose parent folder exists afterwards. */
export function cachePath(...parts) {
  const path = join(cacheFolder(), ...parts);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/**
 * Calls `work` while no other process is inside the same lock. The kernel frees it when this process dies (flock(1) ends
 * with our end of its pipe). On a system without flock(1) there is no lock, and two first builds at once may do work twice.
 */
export async function withLock(name, work) {
  const path = cachePath(`${name}.lock`);
  const program = findProgram('flock');
  if (program === undefined) return work();
  const holder = spawn(program, ['-x', path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => holder.once('close', resolve));
  await Promise.race([new Promise((resolve) => holder.stdout.once('data', resolve)), ended]);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}

/**
 * The folder `name` of the cache, holding what `make(folder)` puts there; made again when `isGood(folder)` says no.
 * It is filled under another name and renamed, so a half-made one is never used.
 */
export async function cachedFolder(name, { isGood, make }) {
  const folder = cachePath(name);
  if (await isGood(folder)) return folder;
  return withLock(name, async () => {
    if (await isGood(folder)) return folder;
    const half = `${folder}.half-made`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    await make(half);
    rmSync(folder, { recursive: true, force: true });
    renameSync(half, folder);
    return folder;
  });
}

/** Whether the folder was finished by `writeStamp` with the same text. */
export function hasStamp(folder, text) {
  try {
    return readFileSync(join(folder, '.wincni-stamp'), 'utf8') === text;
  } catch {
    return false;
  }
}

/** Notes of what a folder was made. Written last. */
export function writeStamp(folder, text) {
  writeFileSync(join(folder, '.wincni-stamp'), text);
}
