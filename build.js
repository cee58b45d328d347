/**
 * Builds dist/: the bundle wincni.cjs, and from it one executable per target. See docs/decisions/0014-executables.md.
 * Options: --entry FILE (another program than src/main.ts), --out FOLDER, --bundle (nothing but the bundle),
 * --align (a page-aligned wincni.exe, which starts sooner under Wine), --wine (such a copy beside the usual one).
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readStamp, sha256, sizeOf, stampPath, writeWhole } from './scripts/files.js';
import { binaryIn, nodeVersion, pkgHome } from './scripts/node-binaries.js';
import { alignPe, dropSignature } from './scripts/pe-align.js';
import { delayImports, importFromSystem32 } from './scripts/pe-imports.js';
import { must, run, withTempFolder } from './scripts/run.js';
import { describeExecutable, packagesIn } from './scripts/sbom.js';
import { EXEC_ARGV, LIBRARIES_WHEN_CALLED, PACKAGES_WHEN_USED, PERSONS_PART_APART } from './scripts/start-options.js';
import { whyNoWine } from './scripts/wine-root.js';

const ROOT = dirname(fileURLToPath(import.meta.url));

/** What each executable is. The limits are a little above today's sizes: one that grows more has taken something in. */
const TARGETS = [
  { name: 'win-x64', platform: 'win', prebuilds: 'win32-x64', file: 'wincni.exe', nothing: 'NUL', limitMB: 100 },
  { name: 'linux-x64', platform: 'linux', prebuilds: 'linux-x64', file: 'wincni', nothing: '/dev/null', limitMB: 135 },
];
const BUNDLE_LIMIT_KB = 400;

/** Files that change what comes out, beside the bundle and the addons. */
const RECIPE = [
  'build.js',
  'scripts/pack.js',
  'scripts/sea-blob.js',
  'scripts/start-options.js',
  'scripts/pe-align.js',
  'scripts/pe-image.js',
  'scripts/pe-imports.js',
  'scripts/pe-stubs.js',
  'scripts/node-binaries.json',
  'package-lock.json',
];

/** Builds everything that is out of date; returns the paths made or found good. */
export async function build({ entry = join(ROOT, 'src/main.ts'), out = join(ROOT, 'dist'), align = false } = {}) {
  const { path: bundle, packages } = await bundleOf({ entry, out });
  const isProduct = entry === join(ROOT, 'src/main.ts');
  const program = isProduct ? await programOf(bundle) : { main: readFileSync(bundle), assets: {} };
  const made = await Promise.all(
    TARGETS.map(async (target) => {
      const path = join(out, target.file);
      return { ...target, path, fresh: await makeExecutable({ target, program, path, align }) };
    }),
  );
  for (const { path, limitMB } of made) assertSize(path, limitMB * 1e6);
  if (isProduct && process.platform === 'linux') await assertAnswers(join(out, 'wincni'));
  if (isProduct) await describeExecutable({ exe: join(out, 'wincni.exe'), bundled: packages });
  for (const { path, fresh } of made) report(path, fresh);
  return made.map(({ path }) => path);
}

/**
 * A copy of wincni.exe with page-aligned sections under dist/wine/, for runs under Wine: Wine reads an image into memory
 * section by section unless they start at pages, which costs more than all the rest of the start.
 */
export function wineExecutable(exe = join(ROOT, 'dist/wincni.exe')) {
  const copy = join(dirname(exe), 'wine', 'wincni.exe');
  const stamp = sha256(readFileSync(exe));
  if (readStamp(copy) === stamp) return copy;
  mkdirSync(dirname(copy), { recursive: true });
  writeWhole(copy, alignPe(readFileSync(exe)));
  writeFileSync(stampPath(copy), stamp);
  return copy;
}

/** Builds wincni.cjs alone: what the demo and most tests run, on the Node at hand and with node_modules; returns its path. */
export async function buildBundle({ entry = join(ROOT, 'src/main.ts'), out = join(ROOT, 'dist') } = {}) {
  return (await bundleOf({ entry, out })).path;
}

/** The bundle, and the npm packages that are in it. */
async function bundleOf({ entry, out }) {
  const path = join(out, 'wincni.cjs');
  const { contents, metafile } = await bundled(entry);
  const foreign = Object.keys(metafile.inputs).filter((input) => /^(native|test|scripts)\//.test(input));
  if (entry.startsWith(join(ROOT, 'src')) && foreign.length > 0) {
    throw new Error(`Cannot bundle ${foreign}: it is no part of the plugin`);
  }
  mkdirSync(out, { recursive: true });
  // Left alone when nothing is different: tests of another run may be starting it.
  if (sizeOf(path) === undefined || !readFileSync(path).equals(contents)) writeWhole(path, contents);
  assertSize(path, BUNDLE_LIMIT_KB * 1e3);
  return { path, packages: packagesIn(metafile) };
}

/** A program as one text, and what esbuild knows of it. */
async function bundled(entry, plugins = []) {
  const { build: esbuild } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { metafile, outputFiles } = await esbuild({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: 'bundle.cjs',
    bundle: true,
    write: false,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { WINCNI_VERSION: JSON.stringify(version) },
    plugins: [...PACKAGES_WHEN_USED, ...plugins],
  });
  return { contents: outputFiles[0].contents, metafile };
}

/** What an executable begins with, and the whole program for src/by-hand-part.ts: as a function that is given `require`. */
async function programOf(whole) {
  const { contents: main } = await bundled(join(ROOT, 'src/main.ts'), [PERSONS_PART_APART]);
  return { main, assets: { 'whole.cjs': `(function(require){${readFileSync(whole, 'utf8')}\n})` } };
}

/** Makes the executable unless its stamp says that the same inputs made it; tells whether it did. */
async function makeExecutable({ target, program, path, align }) {
  const addons = addonsOf(target);
  const refusal = await whyNoCodeCache(target);
  const codeCache = refusal === undefined;
  if (!codeCache) console.log(`${target.file} starts more slowly, without a code cache. ${refusal}`);
  const stamp = inputsHash({ target, program, addons, align, codeCache });
  if (readStamp(path) === `${stamp} ${sizeOf(path)}`) return false;
  rmSync(stampPath(path), { force: true });
  const home = await pkgHome();
  await withTempFolder(async (folder) => {
    const made = join(folder, 'made');
    await pack({ target, program, addons, codeCache, home, folder, made });
    writeWhole(path, target.platform === 'win' ? finishPe(readFileSync(made), align) : readFileSync(made));
  });
  writeFileSync(stampPath(path), `${stamp} ${sizeOf(path)}`);
  return true;
}

/** A code cache is made by the target's own Node: a Windows one runs under Wine, which is set up where that can be. */
async function whyNoCodeCache({ platform }) {
  if (platform === process.platform.replace('win32', 'win')) return undefined;
  return platform === 'win' ? whyNoWine() : 'Cannot run the Node of another system here';
}

function finishPe(image, align) {
  const finished = delayImports(importFromSystem32(dropSignature(image)), LIBRARIES_WHEN_CALLED);
  return align ? alignPe(finished) : finished;
}

async function pack({ target, program, addons, codeCache, home, folder, made }) {
  const written = (name, content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const main = written('main.cjs', program.main);
  // The addons are unpacked into a folder of this name, so that versions with other addons never meet in one.
  const id = sha256(Buffer.concat(addons.map(({ path }) => readFileSync(path)))).slice(0, 16);
  const assets = Object.fromEntries([
    ...addons.map(({ asset, path }) => [asset, path]),
    ...Object.entries({ ...program.assets, 'addons.id': id }).map(([name, text]) => [name, written(name, text)]),
  ]);
  const options = {
    platform: target.platform,
    output: made,
    main,
    assets,
    // An OpenSSL configuration names libraries to load: it is the empty one, whatever OPENSSL_CONF says.
    execArgv: [...EXEC_ARGV, `--openssl-config=${target.nothing}`],
    ...(codeCache && { node: binaryIn(home, target.name), env: { HOME: homedir() } }),
  };
  const host = process.platform === 'linux' ? binaryIn(home, 'linux-x64') : process.execPath;
  await must(host, [join(ROOT, 'scripts/pack.js'), JSON.stringify(options)], {
    env: { HOME: home, USERPROFILE: home, TMPDIR: folder, NODE_OPTIONS: '' },
    timeoutMs: 300_000,
  });
}

function addonsOf({ prebuilds }) {
  const prebuilt = (name, file) => join(ROOT, 'node_modules', name, 'prebuilds', prebuilds, file);
  return [
    { asset: 'ref.node', path: prebuilt('ref-napi', 'node.napi.node') },
    { asset: 'ffi.node', path: prebuilt('ffi-napi', 'node.napi.uv1.node') },
  ];
}

function inputsHash({ target, program: { main, assets }, addons, align, codeCache }) {
  const hash = createHash('sha256').update(main);
  hash.update(JSON.stringify({ target, align, codeCache, nodeVersion, EXEC_ARGV, assets }));
  for (const path of [...addons.map((addon) => addon.path), ...RECIPE.map((file) => join(ROOT, file))]) {
    hash.update(sha256(readFileSync(path)));
  }
  return hash.digest('hex');
}

/** An executable that answers VERSION has its bundle, its options and its exit in order. */
async function assertAnswers(executable) {
  const env = { CNI_COMMAND: 'VERSION' };
  const { code, output } = await run(executable, [], { env, input: '{"cniVersion":"1.1.0"}', timeoutMs: 20_000 });
  // Node says on stderr when V8 does not take the code cache.
  const isVersionResult = code === 0 && /^\{"cniVersion":"1\.1\.0","supportedVersions":\[[^\n]*\}\n$/.test(output);
  if (!isVersionResult)
    throw new Error(`Cannot use "${executable}": VERSION ended with ${code}, and printed:\n${output}`);
}

function assertSize(path, limit) {
  const size = sizeOf(path);
  if (size > limit) throw new Error(`Cannot accept "${path}": ${size} bytes, expected at most ${limit}`);
}

function report(path, fresh) {
  console.log(
    `${fresh ? 'built' : 'kept '} ${path}  ${(sizeOf(path) / 1e6).toFixed(1)} MB  sha256 ${sha256(readFileSync(path)).slice(0, 16)}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({
    options: { entry: { type: 'string' }, out: { type: 'string' }, align: flag, bundle: flag, wine: flag },
  });
  const paths = {
    ...(values.entry && { entry: resolve(values.entry) }),
    ...(values.out && { out: resolve(values.out) }),
  };
  if (values.bundle) console.log(await buildBundle(paths));
  else await build({ ...paths, align: values.align });
  if (values.wine) console.log(wineExecutable());
}
