/** Which Wine (10 or newer) runs the executables here: the machine's own, or one in a Debian 13 root inside the cache. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder, cacheFolder, hasStamp, writeStamp } from './cache.js';
import { debianRelease, ensureTools, installPackages } from './machine.js';
import { findProgram, must, run } from './run.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node 24 aborts under older ones. */
const NEEDED = 10;
const SUITE = 'trixie';
/** Another text here has the root made anew. */
const STAMP = `debian ${SUITE}, wine64 wine, recipe 1\n`;
const LOADER = '/usr/lib/wine/wine64';
const SERVER = '/usr/lib/wine/wineserver64';

/**
 * Finds or makes a Wine: `enter` is the start of each command line (empty when it is the machine's own), then come the
 * paths of its two programs. Says what it does when that takes long.
 */
export async function ensureWine({ say = console.log } = {}) {
  const choice = await choose();
  if (choice.refusal !== undefined) throw new Error(choice.refusal);
  if (choice.kind === 'root') return enterRoot(await ensureRoot(say));
  if (choice.kind === 'packages') await installPackages(['wine64', 'wine'], { say });
  const version = await nativeVersion();
  const loader = existsSync(LOADER) ? LOADER : findProgram('wine');
  return { enter: [], loader, server: existsSync(SERVER) ? SERVER : findProgram('wineserver'), version };
}

/** Why `ensureWine` would refuse, with what to do; undefined when it would try. */
export async function whyNoWine() {
  return (await choose()).refusal;
}

async function choose() {
  return chooseWine({
    native: await nativeVersion(),
    debian: debianRelease(),
    isRoot: process.getuid?.() === 0,
    isLinux: process.platform === 'linux' && process.arch === 'x64',
  });
}

/** What to do, from what is here: use the machine's Wine, install Debian's, use a root of our own, or why not. */
export function chooseWine({ native, debian, isRoot, isLinux }) {
  if (native >= NEEDED) return { kind: 'native' };
  const state = native === undefined ? 'no Wine is installed' : `Wine ${native} is installed`;
  if (!isLinux) return { refusal: `Cannot run Windows executables: ${state}, expected Wine ${NEEDED} or newer` };
  if (debian >= 13) {
    if (isRoot) return { kind: 'packages' };
    return {
      refusal: `Cannot run Windows executables: ${state}. Run: sudo apt-get install --no-install-recommends wine64 wine`,
    };
  }
  if (isRoot) return { kind: 'root' };
  return {
    refusal: `Cannot run Windows executables: ${state}, and a Debian 13 root with Wine 10 needs root: run this command as root`,
  };
}

async function nativeVersion() {
  const program = existsSync(LOADER) ? LOADER : findProgram('wine');
  return program === undefined ? undefined : wineVersion(await run(program, ['--version'], { timeoutMs: 20_000 }));
}

/** 10 of "wine-10.0 (Debian 10.0~repack-6)". */
export function wineVersion({ code, output }) {
  const found = code === 0 ? /^wine-(\d+)/m.exec(output) : null;
  return found === null ? undefined : Number(found[1]);
}

function ensureRoot(say) {
  return cachedFolder('wine-root', {
    isGood: async (root) =>
      hasStamp(root, STAMP) && wineVersion(await runInRoot(root, `${LOADER} --version`)) >= NEEDED,
    make: async (root) => {
      await ensureTools(['debootstrap', 'mount'], { say });
      say('setup: a Debian 13 root with Wine 10 in the cache folder, once (two minutes, 1.5 GB)');
      await makeRoot(root);
      writeStamp(root, STAMP);
    },
  });
}

async function makeRoot(root) {
  const env = { DEBIAN_FRONTEND: 'noninteractive', ...(await aptProxy()) };
  await must('debootstrap', ['--variant=minbase', '--arch=amd64', SUITE, root, mirror()], { env });
  // Documentation and translations are half of what the packages hold.
  const excludes = ['doc', 'man', 'info', 'locale', 'icons'].map((name) => `path-exclude=/usr/share/${name}/*\n`);
  writeFileSync(join(root, 'etc/dpkg/dpkg.cfg.d/wincni'), excludes.join(''));
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  if (existsSync('/etc/resolv.conf')) copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  for (const [name, value] of Object.entries(env)) {
    if (name.endsWith('_proxy'))
      appendFileSync(join(root, 'etc/apt/apt.conf.d/wincni'), `Acquire::${name.slice(0, -6)}::Proxy "${value}";\n`);
  }
  const install = 'apt-get -q update && apt-get -q -y --no-install-recommends install wine64 wine && apt-get clean';
  const { code, output } = await runInRoot(root, install, { env });
  if (code !== 0) throw new Error(`Cannot install Wine in "${root}": exit code ${code}\n${output}`);
}

function runInRoot(root, script, options) {
  return run('unshare', ['--mount', 'sh', '-ec', `${MOUNT}\nexec chroot "$root" sh -ec '${script}'`, root], options);
}

/** The mirror that this machine uses for its own Debian, in either form of apt's lists. */
export function mirror(lists = readAptLists()) {
  const uris = [...lists.matchAll(/^URIs:\s*(\S+)/gm), ...lists.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/gm)].map(
    ([, uri]) => uri,
  );
  return uris.find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian';
}

function readAptLists() {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /\.(sources|list)$/.test(file)) : [];
  const paths = ['/etc/apt/sources.list', ...files.map((file) => join(folder, file))];
  return paths
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

async function aptProxy() {
  const { output } = await run('apt-config', [
    'shell',
    'http_proxy',
    'Acquire::http::Proxy',
    'https_proxy',
    'Acquire::https::Proxy',
  ]);
  return Object.fromEntries([...output.matchAll(/^(\w+)='(.+)'$/gm)].map(([, name, value]) => [name, value]));
}

/**
 * Mounts made in a mount namespace of its own ("$0" is the root, the arguments are folders shown inside at the same path):
 * nothing of them is seen outside, so that deleting the cache folder can never reach through them, and they end with
 * the last process that uses them.
 */
const MOUNT = `
root=$0
mount --make-rprivate /
for path in /proc /dev "$@"; do
  mkdir -p "$root$path"
  mount --rbind "$path" "$root$path"
done`;

/** Holds the mounts for as long as this process lives: the holder ends with our end of its pipe. */
async function enterRoot(root) {
  const visible = outermost([ROOT, cacheFolder(), tmpdir()].map((path) => realpathSync(path)));
  const script = `${MOUNT}\nexec chroot "$root" sh -c 'echo ready; exec cat'`;
  const holder = spawn('unshare', ['--mount', 'sh', '-ec', script, root, ...visible], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const outcome = await new Promise((resolve) => {
    holder.once('error', (error) => resolve(error.message));
    holder.once('exit', (code) => resolve(`exit code ${code}`));
    holder.stdout.once('data', () => resolve('ready'));
  });
  if (outcome !== 'ready') throw new Error(`Cannot enter "${root}": ${outcome}, expected the right to mount`);
  for (const handle of [holder, holder.stdin, holder.stdout]) handle.unref();
  return { enter: ['nsenter', '-t', `${holder.pid}`, '-m', '-r'], loader: LOADER, server: SERVER, version: NEEDED };
}

/** Without those that lie inside another one. */
export function outermost(paths) {
  return [...new Set(paths)].filter(
    (path) => !paths.some((other) => path !== other && path.startsWith(join(other, '/'))),
  );
}
