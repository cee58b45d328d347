/** What this machine has of the programs that the scripts call, and Debian's packages for what it lacks. */
import { existsSync, readFileSync } from 'node:fs';
import { findProgram, must, run } from './run.js';

/** What the project needs beside Node and npm: a thing to look for, and the Debian package that brings it. */
export const TOOLS = {
  cc: { isHere: () => hasAnyProgram('cc', 'gcc'), packages: ['gcc'] },
  libc: { isHere: () => existsSync('/usr/include/stdio.h'), packages: ['libc6-dev'] },
  mingw: { isHere: () => hasAnyProgram('x86_64-w64-mingw32-gcc'), packages: ['gcc-mingw-w64-x86-64'] },
  debootstrap: { isHere: () => hasWine() || hasAnyProgram('debootstrap'), packages: ['debootstrap'] },
  mount: { isHere: () => hasWine() || hasAnyProgram('nsenter'), packages: ['util-linux', 'mount'] },
  strace: { isHere: () => hasAnyProgram('strace'), packages: ['strace'] },
  // With the host-local that ours shares its files with.
  peers: { isHere: () => existsSync('/usr/lib/cni/host-local'), packages: ['containernetworking-plugins'] },
};

/** Installs what is missing of these tools. */
export async function ensureTools(names, options) {
  const missing = missingPackages(names.map((name) => TOOLS[name]));
  if (missing.length > 0) await installPackages(missing, options);
}

/** Debian packages of those tools that are not here. */
export function missingPackages(tools) {
  return tools.filter((tool) => !tool.isHere()).flatMap((tool) => tool.packages);
}

/** Installs Debian packages when that is possible; otherwise throws an Error with the command for it. */
export async function installPackages(packages, { say = console.log } = {}) {
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  const refusal = whyNotApt({ isRoot: process.getuid?.() === 0, hasApt: hasAnyProgram('apt-get'), command });
  if (refusal !== undefined) throw new Error(refusal);
  say(`setup: ${command}`);
  const install = ['-q', '-y', 'install', '--no-install-recommends', ...packages];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // The package lists may be absent or old; they are fetched only when it does not work without.
  if ((await run('apt-get', install, { env })).code === 0) return;
  await must('apt-get', ['-q', 'update'], { env });
  await must('apt-get', install, { env });
}

/** Why packages cannot be installed here, as a text with the command to run; undefined when they can. */
export function whyNotApt({ isRoot, hasApt, command }) {
  if (!hasApt)
    return `Cannot install packages: no apt-get here, expected Debian. On Debian this does it: sudo ${command}`;
  if (!isRoot) return `Cannot install packages without root. Run: sudo ${command}`;
  return undefined;
}

function hasAnyProgram(...names) {
  return names.some((name) => findProgram(name) !== undefined);
}

/** Debian 13's package puts it there; with another Wine on the machine, wine-root.js looks at the version. */
function hasWine() {
  return existsSync('/usr/lib/wine/wine64') && debianRelease() >= 13;
}

/** 12, 13, ...: the release of the Debian that this is; 0 on anything else. */
export function debianRelease(osRelease = readOsRelease()) {
  if (!/^ID=debian$/m.test(osRelease)) return 0;
  return Number(/^VERSION_ID="?(\d+)/m.exec(osRelease)?.[1] ?? 0);
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}
