/** Builds what is C: the HNS simulator's entry points (`dist/native/libhns.so`; where mingw-w64 is there its DLLs), and tests' tools. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'native', 'entry-points');
const CALLER = join(ROOT, 'native', 'caller', 'caller.c');
const PROBE = join(ROOT, 'native', 'probe', 'probe.c');
const FILE_FAULTS = join(ROOT, 'native', 'file-faults', 'file-faults.c');
const MEASURE = join(ROOT, 'native', 'measure', 'measure.c');
const HELLO = join(ROOT, 'native', 'measure', 'hello.c');
const DELAYED = join(ROOT, 'native', 'delayed');
const OUT = join(ROOT, 'dist', 'native');
const MINGW = 'x86_64-w64-mingw32-gcc';

const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
const LINUX = ['-shared', '-fPIC', '-fvisibility=hidden', '-pthread', '-Wl,-z,defs'];
/** Without a time stamp, so that the same sources make the same bytes. */
const WINDOWS = ['-s', '-static-libgcc', '-Wl,--no-insert-timestamp'];
const LINKED = ['-lws2_32', '-lole32', '-luuid', '-ladvapi32'];

/** Where the Linux library is after `buildNative()`. */
export const LINUX_LIBRARY = join(OUT, 'libhns.so');
/** A program that calls the library line by line, for tests; `CALLER_WINDOWS` calls the DLLs. */
export const CALLER_LINUX = join(OUT, 'caller');
export const CALLER_WINDOWS = join(OUT, 'caller.exe');
/** Runs a program and says what that took; without libraries, so that it starts in Wine's Debian root, too. */
export const MEASURE_LINUX = join(OUT, 'measure');
/** What benchmarks compare a start with. */
export const HELLO_LINUX = join(OUT, 'hello');
export const HELLO_WINDOWS = join(OUT, 'hello.exe');
/** Ends a process that it is preloaded into at a call that changes files: see native/README.md. */
export const FILE_FAULTS_LIBRARY = join(OUT, 'libfilefaults.so');
/** Where the DLLs are after `buildNative({ windows: true })`. */
export const WINDOWS_LIBRARIES_BUILT = ['computenetwork.dll', 'vmcompute.dll'].map((name) => join(OUT, name));

/** Tells what the Windows headers make of rows of IP Helper, for tests. */
export const PROBE_WINDOWS = join(OUT, 'probe.dll');

/** For tests of delayed imports: the library, what imports it, what loads that elsewhere than it asks; and one that does not load. */
export const DELAYED_WINDOWS = Object.fromEntries(
  ['mixed.dll', 'importer.dll', 'loader.exe', 'planted.dll'].map((name) => [name.split('.')[0], join(OUT, name)]),
);

/** Images with this address ask to be in one place. */
const SAME_PLACE = '-Wl,--image-base=0x140000000';

/**
 * Builds what is older than its sources. `windows`: true builds the DLLs or throws, false leaves them out, undefined
 * builds them when mingw-w64 is installed. Answers the paths of what is there now.
 */
export function buildNative({ windows } = {}) {
  const c = sources('.c');
  const inputs = [...c, ...sources('.h'), ...sources('.def'), fileURLToPath(import.meta.url)];
  mkdirSync(OUT, { recursive: true });
  make(LINUX_LIBRARY, inputs, (target) => compile('cc', [...FLAGS, ...LINUX, '-o', target, ...c]));
  make(CALLER_LINUX, [CALLER, ...inputs], (target) => compile('cc', [...FLAGS, '-o', target, CALLER]));
  make(FILE_FAULTS_LIBRARY, [FILE_FAULTS, fileURLToPath(import.meta.url)], (target) =>
    compile('cc', [...FLAGS, ...LINUX, '-fvisibility=default', '-o', target, FILE_FAULTS]),
  );
  make(MEASURE_LINUX, [MEASURE], (target) => compile('cc', [...FLAGS, '-static', '-o', target, MEASURE]));
  make(HELLO_LINUX, [HELLO], (target) => compile('cc', [...FLAGS, '-o', target, HELLO]));
  if (!(windows ?? isInstalled(MINGW))) return [LINUX_LIBRARY];
  const [computenetwork, vmcompute] = WINDOWS_LIBRARIES_BUILT;
  make(computenetwork, inputs, (target) =>
    compile(MINGW, [...FLAGS, ...WINDOWS, '-o', target, '-shared', ...c, ...LINKED]),
  );
  make(vmcompute, inputs, (target) =>
    compile(MINGW, [...FLAGS, ...WINDOWS, '-shared', '-nostdlib', '-Wl,--entry=0', '-o', target, ...sources('.def')]),
  );
  make(CALLER_WINDOWS, [CALLER, ...inputs], (target) => compile(MINGW, [...FLAGS, ...WINDOWS, '-o', target, CALLER]));
  make(PROBE_WINDOWS, [PROBE], (target) => compile(MINGW, [...FLAGS, ...WINDOWS, '-shared', '-o', target, PROBE]));
  buildDelayed();
  make(HELLO_WINDOWS, [HELLO], (target) => compile(MINGW, [...FLAGS, ...WINDOWS, '-o', target, HELLO]));
  return [LINUX_LIBRARY, ...WINDOWS_LIBRARIES_BUILT];
}

function buildDelayed() {
  const { mixed, importer, loader, planted } = DELAYED_WINDOWS;
  const [library, program] = [
    [...FLAGS, ...WINDOWS, '-shared'],
    [...FLAGS, ...WINDOWS, SAME_PLACE],
  ];
  const source = (name) => join(DELAYED, `${name}.c`);
  const named = [source('mixed'), join(DELAYED, 'mixed.def')];
  make(mixed, named, (target) => compile(MINGW, [...library, '-o', target, ...named]));
  make(importer, [source('importer'), mixed], (target) =>
    compile(MINGW, [...library, SAME_PLACE, '-Wl,--dynamicbase', '-o', target, source('importer'), mixed]),
  );
  make(loader, [source('loader')], (target) => compile(MINGW, [...program, '-o', target, source('loader')]));
  make(planted, [source('planted')], (target) => compile(MINGW, [...library, '-o', target, source('planted')]));
}

const sources = (extension) =>
  readdirSync(SOURCES)
    .filter((name) => name.endsWith(extension))
    .map((name) => join(SOURCES, name));

/** Makes `target` by `build` when it is older than an input; it appears whole, because others may be using it. */
function make(target, inputs, build) {
  const made = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.every((input) => statSync(input).mtimeMs < made)) return;
  const temporary = `${target}.${process.pid}.tmp`;
  build(temporary);
  renameSync(temporary, target);
}

function compile(compiler, args) {
  try {
    execFileSync(compiler, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (cause) {
    const why = cause.code === 'ENOENT' ? 'it is not installed' : `it ended with ${cause.status}`;
    throw new Error(`Cannot build the HNS entry points with "${compiler}": ${why}`, { cause });
  }
}

function isInstalled(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => statSync(join(folder, program), { throwIfNoEntry: false }) !== undefined);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of buildNative()) console.log(path);
}
