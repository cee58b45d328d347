/** Builds cnitool.exe, the CNI project's own caller of plugins, with Go through the module proxy. Kept in the cache. */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedFolder, hasStamp, writeStamp } from './cache.js';
import { sha256, sizeOf } from './files.js';
import { debianRelease, installPackages } from './machine.js';
import { findProgram, must, run, withTempFolder } from './run.js';

const VERSION = 'v1.3.0';
const PACKAGE = 'github.com/containernetworking/cni/cnitool';
/** What cnitool's go.mod asks for. */
const NEEDED = { major: 1, minor: 21 };

/** The path of cnitool.exe (Windows, x64); Go checks what it downloads against its checksum database. */
export async function cnitool({ say = console.log } = {}) {
  const go = await ensureGo(say);
  const folder = await cachedFolder(`cnitool-${VERSION}-${go.version}`, {
    isGood: (path) => sizeOf(exeIn(path)) !== undefined && hasStamp(path, sha256(readFileSync(exeIn(path)))),
    make: async (path) => {
      say(`setup: building cnitool.exe ${VERSION} with ${go.version}`);
      await compile(go.program, exeIn(path));
      writeStamp(path, sha256(readFileSync(exeIn(path))));
    },
  });
  return exeIn(folder);
}

function exeIn(folder) {
  return join(folder, 'cnitool.exe');
}

/** `go install` has no choice of the output's place when it builds for another system: it is bin/<system> of GOPATH. */
async function compile(go, exe) {
  await withTempFolder(
    async (folder) => {
      const env = { ...GO_ENV, GOPATH: folder, GOBIN: '', GOOS: 'windows', GOARCH: 'amd64', CGO_ENABLED: '0' };
      await must(go, ['install', '-trimpath', `${PACKAGE}@${VERSION}`], { cwd: folder, env, timeoutMs: 600_000 });
      renameSync(join(folder, 'bin/windows_amd64/cnitool.exe'), exe);
    },
    join(exe, '../..'),
  );
}

/** -modcacherw: the module cache inside the temporary GOPATH could not be deleted otherwise. */
const GO_ENV = { GOFLAGS: '-mod=mod -modcacherw', GO111MODULE: 'on' };

/** A Go that is new enough, installed when Debian's package is; otherwise an Error that says what to do. */
export async function ensureGo(say = console.log) {
  const here = await installedGo();
  if (isEnough(here?.version)) return here;
  const refusal = whyNoGo({ version: here?.version, debian: debianRelease(), isRoot: process.getuid?.() === 0 });
  if (refusal !== undefined) throw new Error(refusal);
  await installPackages(['golang-go'], { say });
  const installed = await installedGo();
  if (installed === undefined) throw new Error('Cannot find Go after golang-go was installed');
  return installed;
}

async function installedGo() {
  const program = findProgram('go');
  if (program === undefined) return undefined;
  const { code, output } = await run(program, ['env', 'GOVERSION']);
  return code === 0 ? { program, version: output.trim() } : undefined;
}

/** Whether "go1.26.8" is new enough. */
export function isEnough(version) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined) return false;
  return Number(major) > NEEDED.major || (Number(major) === NEEDED.major && Number(minor) >= NEEDED.minor);
}

/** Why Go cannot be had by the scripts, with what to do; undefined when Debian's package is new enough and can be installed. */
export function whyNoGo({ version, debian, isRoot }) {
  const state = version === undefined ? 'Go is not installed' : `the Go here is ${version}`;
  const problem = `Cannot build cnitool.exe: ${state}, expected ${NEEDED.major}.${NEEDED.minor} or newer`;
  if (debian >= 13 && isRoot) return undefined;
  if (debian >= 13) return `${problem}. Run: sudo apt-get install --no-install-recommends golang-go`;
  // Debian 12's own package is Go 1.19. Another package source on a user's machine is the user's decision.
  if (debian === 12)
    return `${problem}. With bookworm-backports enabled, run: sudo apt-get install -t bookworm-backports golang-go`;
  return `${problem}. Install it from https://go.dev/dl`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await cnitool());
