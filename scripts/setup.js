/**
 * Prepares the machine for one purpose: npm's packages, Debian's packages. Says what it does; does nothing when nothing is
 * missing. Node's own modules only, since it runs before there are others. Usage: node scripts/setup.js [--for PURPOSE]
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureTools } from './machine.js';
import { must } from './run.js';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each purpose needs of TOOLS in machine.js. */
const PURPOSES = {
  develop: [],
  build: [],
  demo: ['cc', 'libc'],
  wine: ['debootstrap', 'mount'],
  test: ['cc', 'libc', 'mingw', 'strace', 'debootstrap', 'mount'],
};

/** Makes the machine ready for a purpose of PURPOSES, or throws an Error that holds the one command to run. */
export async function setUp(purpose, { say = console.log } = {}) {
  const tools = PURPOSES[purpose];
  if (tools === undefined)
    throw new Error(`Cannot set up for "${purpose}", expected one of ${Object.keys(PURPOSES).join(', ')}`);
  await ensureTools(tools, { say });
  const reason = whyNpmCi(ROOT);
  if (reason === undefined) return;
  say(`setup: npm ci (${reason})`);
  // npm's own noise is shown only when it fails; without install scripts nothing of the packages runs (.npmrc).
  await must('npm', ['ci', '--no-progress', '--loglevel=error'], { cwd: ROOT });
}

/** Why node_modules is not what package-lock.json says, or undefined when it is. npm keeps the installed state beside them. */
export function whyNpmCi(root) {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return 'nothing is installed';
  const locked = readPackages(join(root, 'package-lock.json'));
  if (locked === undefined) throw new Error(`Cannot read "${join(root, 'package-lock.json')}"`);
  return firstDifference(locked, installed) ?? missingFolder(root, installed);
}

/** The first package that differs. npm leaves out optional ones that are for other systems. */
export function firstDifference(locked, installed) {
  for (const [path, wanted] of Object.entries(locked)) {
    if (path === '') continue;
    const present = installed[path];
    if (present === undefined && wanted.optional === true) continue;
    // An entry for another system may stand in the lock file without a hash; npm adds it when it installs there.
    const isSame = present?.version === wanted.version && (wanted.integrity ?? present.integrity) === present.integrity;
    if (!isSame) return `${path} has changed`;
  }
  const extra = Object.keys(installed).find((path) => locked[path] === undefined);
  return extra === undefined ? undefined : `${extra} is no longer needed`;
}

function missingFolder(root, installed) {
  const gone = Object.keys(installed).find((path) => !isFolder(join(root, path)));
  return gone === undefined ? undefined : `${gone} is gone`;
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Checked by hand because npm only warns of `engines`. */
export function whyNotNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > 20 || (major === 20 && minor >= 19);
  return isEnough ? undefined : `Cannot use Node ${version}, expected 20.19 or newer`;
}

async function main(args) {
  const at = args.indexOf('--for');
  const refusal = whyNotNode(process.versions.node);
  if (refusal !== undefined) throw new Error(refusal);
  const purpose = at === -1 ? 'develop' : args[at + 1];
  await setUp(purpose);
  if (purpose !== 'wine') return;
  const { ensureWine } = await import('./wine-root.js');
  await ensureWine();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
