/** Which folder may import which, where the outside world is touched, and that no test file forgets to run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from './support/documents.ts';

/** Layer -> layers it may import, itself apart. A folder that is not here fails: a new one is a decision. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  net: [],
  disk: ['spec'],
  ffi: ['spec'],
  policy: ['spec', 'net'],
  log: ['spec', 'disk'],
  ipam: ['spec', 'net', 'disk'],
  'host-local': ['spec', 'net', 'disk', 'ipam'],
  process: ['spec', 'ipam'],
  hns: ['spec', 'net', 'ffi'],
  'ip-helper': ['spec', 'net', 'ffi'],
  dialects: ['spec', 'net', 'policy', 'ipam', 'log'],
  plugins: ['spec', 'net', 'policy', 'ipam', 'hns', 'dialects'],
  flannel: ['spec', 'net', 'disk'],
  node: ['spec', 'net', 'disk', 'hns', 'ip-helper'],
  cli: ['spec', 'disk', 'ffi', 'hns', 'ip-helper', 'node'],
  'platform.ts': ['spec', 'disk', 'hns', 'host-local', 'ipam', 'dialects'],
  'network-command.ts': ['spec', 'ffi', 'hns', 'ipam', 'log', 'dialects', 'plugins', 'platform.ts'],
  'configured.ts': ['spec', 'ipam', 'dialects', 'flannel', 'host-local', 'network-command.ts', 'platform.ts'],
  'run.ts': ['spec', 'host-local', 'configured.ts', 'platform.ts'],
  'this-machine.ts': ['spec', 'disk', 'dialects', 'ffi', 'hns', 'ipam', 'process', 'platform.ts'],
  'edge.ts': ['spec', 'this-machine.ts'],
  'by-hand.ts': ['edge.ts', 'cli'],
  'by-hand-part.ts': ['edge.ts'],
  'main.ts': ['spec', 'platform.ts', 'run.ts', 'edge.ts', 'by-hand.ts'],
};
/** Builtin modules and packages by layer; a layer that is not here uses none. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  spec: ['@noble/hashes/legacy.js'],
  net: ['ip-address', 'netmask'],
  disk: ['node:crypto', 'node:fs', 'node:path'],
  ffi: ['node:fs', 'node:path', 'node:sea'],
  ipam: ['node:path'],
  flannel: ['node:path'],
  process: ['node:fs'],
  log: ['node:fs', 'node:path'],
  node: ['node:path'],
  cli: ['node:child_process', 'node:fs', 'node:path', 'node:sea', 'node:util'],
  'edge.ts': ['node:fs'],
};
const MAX_LINES = 200;

interface Source {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every *.ts below a folder of the project. */
const sourcesIn = (folder: string): readonly Source[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .sort()
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

const SRC = sourcesIn('src');
/** `src/hns/client.ts` is of `hns`, `src/run.ts` of `run.ts`. */
const layerOf = (path: string): string => path.split('/')[1] ?? '';
/** What a file imports; `import type` counts. */
const importsOf = ({ text }: Source): readonly string[] =>
  [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'|\b(?:import|require)\('([^']+)'\)/gm)].map(
    ([, from, call]) => from ?? call ?? '',
  );

const architecture = suite('architecture');

architecture('there are sources to look at', () => {
  assert.ok(SRC.length > 40);
  assert.ok(SRC.some((source) => importsOf(source).length > 5));
});
architecture('every folder of src is a layer', () => {
  assert.equal([...new Set(SRC.map(({ path }) => layerOf(path)))].sort(), Object.keys(MAY_IMPORT).sort());
});
architecture('a layer imports only itself and the layers it may', () => {
  const wrong = SRC.flatMap((source) => {
    const own = layerOf(source.path);
    return importsOf(source)
      .filter((name) => name.startsWith('.'))
      .map((name) => layerOf(posix.join(posix.dirname(source.path), name)))
      .filter((layer) => layer !== own && MAY_IMPORT[own]?.includes(layer) !== true)
      .map((layer) => `${source.path} imports ${layer}`);
  });
  assert.equal(wrong, []);
});
architecture('no permission is left over', () => {
  const used = (own: string, pick: (name: string, path: string) => string): ReadonlySet<string> =>
    new Set(
      SRC.filter(({ path }) => layerOf(path) === own).flatMap((source) =>
        importsOf(source).map((name) => pick(name, source.path)),
      ),
    );
  const layers = (own: string): ReadonlySet<string> =>
    used(own, (name, path) => (name.startsWith('.') ? layerOf(posix.join(posix.dirname(path), name)) : ''));
  const modules = (own: string): ReadonlySet<string> => used(own, (name) => name);
  const unused = [
    ...Object.entries(MAY_IMPORT).flatMap(([own, may]) =>
      may.filter((layer) => !layers(own).has(layer)).map((layer) => `${own} does not import ${layer}`),
    ),
    ...Object.entries(MAY_USE).flatMap(([own, may]) =>
      may.filter((module) => !modules(own).has(module)).map((module) => `${own} does not use ${module}`),
    ),
  ];
  assert.equal(unused, []);
});
architecture('builtin modules and packages are used where they are said to be', () => {
  const wrong = SRC.flatMap((source) =>
    importsOf(source)
      .filter((name) => !name.startsWith('.') && MAY_USE[layerOf(source.path)]?.includes(name) !== true)
      .map((name) => `${source.path} uses ${name}`),
  );
  assert.equal(wrong, []);
});

/** What may appear in one place only, comments apart. */
const ONLY: readonly (readonly [what: RegExp, where: RegExp])[] = [
  [/ffi-napi|ref-napi/, /^src\/ffi\//],
  [/\bprocess\.env\b/, /^src\/edge\.ts$/],
  [/\bprocess\.(?:stdout|stderr|stdin)\b/, /^$/],
  [/\bprocess\.dlopen\b/, /^src\/ffi\//],
  [/\bprocess\.exit\b/, /^src\/(?:ffi\/|edge\.ts$)/],
  [
    /\b(?:write|append|rename|unlink|rm|mkdir)(?:File)?Sync\b/,
    /^src\/(?:disk|log)\/|^src\/ffi\/addons\.ts$|^src\/edge\.ts$/,
  ],
  [/\bconsole\b|\bimport\.meta\b|^await /m, /^$/],
];
const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
for (const [what, where] of ONLY) {
  architecture(`${what.source} is only in ${where.source}`, () => {
    const found = SRC.filter(({ path, text }) => !where.test(path) && what.test(code(text)));
    assert.equal(
      found.map(({ path }) => path),
      [],
    );
  });
}

architecture(`no file of src is longer than ${MAX_LINES} lines`, () => {
  const long = SRC.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
  assert.equal(
    long.filter(({ lines }) => lines > MAX_LINES),
    [],
  );
});
architecture('every file begins with a comment that says what it is', () => {
  const silent = [...SRC, ...sourcesIn('native/simulator')].filter(({ text }) => !/^\/\*\* \S/.test(text));
  assert.equal(
    silent.map(({ path }) => path),
    [],
  );
});

architecture('every test file runs what it says', () => {
  const tests = sourcesIn('test').filter(({ path }) => path.endsWith('.test.ts'));
  assert.ok(tests.length > 30);
  const silent = tests.filter(({ text }) => {
    const suites = [...text.matchAll(/^const (\w+) = suite\b/gm)].map(([, name]) => name);
    const runs = [...text.matchAll(/^(\w+)\.run\(\);$/gm)].map(([, name]) => name);
    const isShared =
      /^(?:nativeContract|ipHelperContract|podLifecycle|testSubject|environmentTests|giantTests)\(/m.test(text);
    return !isShared && (suites.length === 0 || suites.some((name) => !runs.includes(name)));
  });
  assert.equal(
    silent.map(({ path }) => path),
    [],
  );
});
architecture('no test is skipped or alone', () => {
  const found = sourcesIn('test').filter(({ text }) => /^\s*\w+\.(?:only|skip)\(/m.test(text));
  assert.equal(
    found.map(({ path }) => path),
    [],
  );
});

architecture.run();
