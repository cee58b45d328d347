/** What `npm test` runs, cheapest first: programs that pass or fail as one check, and groups of test files run by uvu. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ensureTools } from './machine.js';
import { ROOT } from './setup.js';

const bin = (name, path) => ['node', join('node_modules', name, path)];
const BIOME = bin('@biomejs/biome', 'bin/biome');
const TSC = bin('typescript', 'bin/tsc');
const ESLINT = bin('eslint', 'bin/eslint.js');
const UVU = ['node', '--import', 'tsx', 'node_modules/uvu/bin.js'];
const FAULTS = ['node', '--import', 'tsx', 'test/faults/main.ts'];
const C8 = bin('c8', 'bin/c8.js');

/** Where Node leaves what each process of the unit tests covered. */
export const COVERAGE = join(ROOT, 'coverage/tmp');
const REPORT = ['--temp-directory', COVERAGE, '--reporter', 'text', '--reporter', 'text-summary'];
const COVERED = ['--all', '--src', 'src', '--include', 'src/**', ...REPORT];
/** A little below what is reached: a drop is noticed, and src/ffi's Windows half runs under Wine only, uncounted. */
const FLOOR = ['--check-coverage', '--lines', '90', '--branches', '85', '--functions', '0', '--statements', '0'];

const MINUTE = 60_000;

/** A program whose exit code is the result. */
const check = (layer, name, argv, more = {}) => ({ layer, name, argv, limitMs: 5 * MINUTE, ...more });

/** The phases in their order. A phase has `argv` or `groups`; `prepare` throws when this machine cannot run it. */
export function phases() {
  return [...onLinux(), ...underWine()];
}

function onLinux() {
  return [
    check('check', 'biome', [...BIOME, 'check', '.']),
    check('check', 'tsc', [...TSC, '-p', '.']),
    check('check', 'eslint', [...ESLINT, '.']),
    check('unit', 'native build', ['node', 'scripts/build-native.js']),
    check('unit', 'bundle', ['node', 'build.js', '--bundle']),
    {
      layer: 'unit',
      name: 'tests',
      groups: testGroups('plain'),
      limitMs: 4 * MINUTE,
      env: { NODE_V8_COVERAGE: COVERAGE },
    },
    check('unit', 'coverage', [...C8, 'report', ...COVERED, ...FLOOR, ...typesOnly()], { summary: coverageOf }),
    check('unit', 'fuzz', ['node', 'scripts/fuzz.js', '--runs', '50000'], { summary: lastLine }),
    check('unit', 'demo', ['node', 'scripts/demo.js'], { summary: lastLine }),
    check('unit', 'demo of a cluster', ['node', 'scripts/demo.js', '--cluster'], { summary: lastLine }),
    check('build', 'executables', ['node', 'build.js', '--wine'], { limitMs: 15 * MINUTE }),
    check('exe', 'libcni programs', ['node', 'scripts/libcni.js'], { limitMs: 15 * MINUTE, prepare: canBuildWithGo }),
    {
      layer: 'exe',
      name: 'tests',
      groups: testGroups('exe').filter((group) => !isWithPeer(group)),
      limitMs: 15 * MINUTE,
    },
    {
      layer: 'exe',
      name: 'peer tests',
      groups: testGroups('exe').filter(isWithPeer),
      limitMs: 5 * MINUTE,
      prepare: () => ensureTools(['peers']),
    },
    check('exe', 'load', ['node', 'scripts/load.js', '--quick', '--plugin', 'dist/wincni'], { summary: lastLine }),
    check('exe', 'faults', [...FAULTS], { limitMs: 10 * MINUTE, summary: lastLine }),
  ];
}

function underWine() {
  return [
    check('wine', 'DLLs', ['node', 'scripts/build-native.js'], { prepare: () => ensureTools(['mingw']) }),
    check('wine', 'set-up', ['node', 'scripts/setup.js', '--for', 'wine'], {
      limitMs: 30 * MINUTE,
      prepare: canRunWine,
    }),
    check('wine', 'cnitool', ['node', 'scripts/cnitool.js'], { limitMs: 15 * MINUTE, prepare: canBuildWithGo }),
    check('wine', 'fuzz', ['node', 'scripts/fuzz.js', '--runs', '200', '--wine'], {
      limitMs: 15 * MINUTE,
      prepare: canRunWine,
      summary: lastLine,
    }),
    { layer: 'wine', name: 'tests', groups: testGroups('wine'), limitMs: 20 * MINUTE, prepare: canRunWine },
    check('wine', 'load', ['node', 'scripts/load.js', '--wine', '--plugin', 'dist/wine/wincni.exe'], {
      summary: lastLine,
      prepare: canRunWine,
    }),
    check('wine', 'faults sample', [...FAULTS, '--wine', '--sample'], {
      limitMs: 10 * MINUTE,
      summary: lastLine,
      prepare: canRunWine,
    }),
  ];
}

/** Files that hold nothing but types: nothing of them is there to be run, and all their lines would count as missed. */
function typesOnly() {
  const isCode = /^(export )?(async )?(function|const|let|class)\b/m;
  const files = readdirSync(join(ROOT, 'src'), { recursive: true }).filter((file) => file.endsWith('.ts'));
  const empty = files.filter((file) => !isCode.test(readFileSync(join(ROOT, 'src', file), 'utf8')));
  return empty.flatMap((file) => ['--exclude', `src/${file}`]);
}

/** What a harness closes with. */
const lastLine = (output) => output.trim().split('\n').at(-1);

/** "lines 93.1%, branches 92%" of c8's summary. */
function coverageOf(output) {
  const share = (name) => new RegExp(`^${name} +: ([\\d.]+%)`, 'm').exec(output)?.[1];
  return `lines ${share('Lines')}, branches ${share('Branches')}`;
}

async function canRunWine() {
  const { whyNoWine } = await import('./wine-root.js');
  const reason = await whyNoWine();
  if (reason !== undefined) throw new Error(reason);
}

async function canBuildWithGo() {
  const { ensureGo } = await import('./cnitool.js');
  await ensureGo();
}

/** uvu's arguments for each folder below test/ that holds files of a kind: one process each. */
function testGroups(kind) {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true }).filter((file) => kindOf(file) === kind);
  const folders = [...new Set(files.map((file) => dirname(file)))].sort();
  return folders.map((folder) => ({
    name: relative(ROOT, join(ROOT, 'test', folder)),
    argv: [...UVU, join('test', folder), PATTERNS[kind]],
  }));
}

/** Tests that start the plugins of Debian's package. */
const isWithPeer = ({ name }) => name === join('test', 'interop', 'peer');

/** uvu matches against the path inside the folder given to it; files in deeper folders are another group's. */
const PATTERNS = {
  plain: '^(?!.*\\.(exe|wine)\\.)[^/]+\\.test\\.ts$',
  exe: '^[^/]+\\.exe\\.test\\.ts$',
  wine: '^[^/]+\\.wine\\.test\\.ts$',
};

/** exe: needs the Linux executable. wine: needs Wine, the Windows executable or cnitool. undefined: no test file. */
export function kindOf(file) {
  return Object.keys(PATTERNS).find((kind) => new RegExp(PATTERNS[kind]).test(file.slice(file.lastIndexOf('/') + 1)));
}
