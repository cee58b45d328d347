/** Builds the Go programs of test/libcni, which call libcni and containerd's go-cni, for this system. Kept in the cache. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedFolder, cachePath, hasStamp, writeStamp } from './cache.js';
import { ensureGo } from './cnitool.js';
import { sha256, sizeOf } from './files.js';
import { must } from './run.js';
import { ROOT } from './setup.js';

const MODULE = join(ROOT, 'test/libcni');
const PROGRAMS = ['judge', 'gocni'];

/** The path of each program by its name. Another source, go.sum or Go makes another folder of the cache. */
export async function libcni({ say = console.log } = {}) {
  const go = await ensureGo(say);
  const source = sourceHash();
  const folder = await cachedFolder(`libcni-${source.slice(0, 16)}-${go.version}`, {
    isGood: (path) => PROGRAMS.every((name) => sizeOf(join(path, name)) !== undefined) && hasStamp(path, source),
    make: async (path) => {
      say(`setup: building ${PROGRAMS.join(' and ')} with ${go.version}`);
      for (const name of PROGRAMS) await compile(go.program, name, join(path, name));
      writeStamp(path, source);
    },
  });
  return Object.fromEntries(PROGRAMS.map((name) => [name, join(folder, name)]));
}

/** Over names and contents of all that Go reads of the module. */
function sourceHash() {
  const files = readdirSync(MODULE, { recursive: true }).filter((file) => /\.(go|mod|sum)$/.test(file));
  return sha256(
    files
      .sort()
      .map((file) => `${file} ${sha256(readFileSync(join(MODULE, file)))}\n`)
      .join(''),
  );
}

/** The modules are those of go.sum or the build fails; they stay in the cache for the next build. */
async function compile(go, name, out) {
  const env = {
    GOFLAGS: '-mod=readonly -modcacherw -buildvcs=false',
    GO111MODULE: 'on',
    GOMODCACHE: cachePath('go-modules'),
    GOWORK: 'off',
    CGO_ENABLED: '0',
  };
  await must(go, ['build', '-trimpath', '-o', out, `./${name}`], { cwd: MODULE, env, timeoutMs: 600_000 });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await libcni());
