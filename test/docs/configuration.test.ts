/** docs/configuration.md names every key that is read, and what it calls read or refused is. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeConf, type NetworkPlugin, pluginOf } from '../../src/dialects/choose.ts';
import { networkTypeOf } from '../../src/dialects/sdn.ts';
import { decodeFlannel } from '../../src/flannel/config.ts';
import { CniError, Code } from '../../src/spec/error.ts';
import { PLUGIN_NAMES } from '../../src/spec/plugin-names.ts';
import { ROOT, read, tableRows } from '../support/documents.ts';
import { throwsCni } from '../support/throws.ts';
import { CONTEXT, confOf } from '../support/wanted.ts';

const DOCUMENT = 'docs/configuration.md';
const PAGE = read(DOCUMENT);

/** Files that read keys, of the configuration or of what it leads to. */
const DECODERS = [
  ...['shared', 'cluster', 'win-bridge', 'win-overlay', 'sdn', 'wincni'].map((name) => `src/dialects/${name}.ts`),
  ...['config', 'delegate-config', 'flannel', 'subnet-env'].map((name) => `src/flannel/${name}.ts`),
  ...['config', 'pod-cidr', 'ranges', 'requested', 'static', 'routes', 'data-dir'].map((name) => `src/ipam/${name}.ts`),
  'src/log/log.ts',
  'src/spec/dns.ts',
  'src/spec/arguments.ts',
];
/** Files of the same folders that take what those have read. */
const OTHERS = ['choose', 'net-conf'].map((name) => `src/dialects/${name}.ts`).concat('src/flannel/scratch.ts');

/** How a key is named where it is read: in a call, or as the value of a look-up table. */
const CALLED =
  /\b(?:(?:optional|required|member|setsIn)\(\w+, |at\(|get\(|cidrs\(|withGateway\(\w+, \w+, )'([\w./-]+)'/g;
const LOOKED_UP = /\b(?!(?:kind|path|source|policyOrder)\b)\w+: '(\w+)'/g;
/** A list of keys is a constant; FOREIGN ones are those that are refused, which have a test of their own. */
const LISTED = /^const (?!FOREIGN\b)[A-Z_]+ = \[([^\]]*)\]/gm;

function section(title: string): string {
  const [, after = ''] = PAGE.split(`\n## ${title}\n`);
  assert.ok(after !== '', `there is no section "${title}"`);
  return after.split('\n## ')[0] ?? '';
}

const textsIn = (source: string): readonly string[] =>
  [...source.matchAll(/'([\w./-]+)'/g)].map(([, text = '']) => text);

/** The texts of a list that a source file holds as a constant. */
function constant(path: string, name: string): readonly string[] {
  const [, body = ''] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(read(path)) ?? [];
  const found = textsIn(body);
  assert.ok(found.length > 0, `${path} has no list ${name}`);
  return found;
}

const keysReadIn = (source: string): readonly string[] => [
  ...[CALLED, LOOKED_UP].flatMap((pattern) => [...source.matchAll(pattern)].map(([, key = '']) => key)),
  ...[...source.matchAll(LISTED)].flatMap(([, body = '']) => textsIn(body)),
];

const configuration = suite(DOCUMENT);

configuration('names every key that is read', () => {
  const spans = [...PAGE.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  const names = new Set(spans.flatMap((span) => [span, ...span.split(/\W+/)]));
  for (const path of DECODERS) {
    const keys = keysReadIn(read(path));
    assert.ok(keys.length > 0, `no keys were found in ${path}`);
    for (const key of keys) assert.ok(names.has(key), `${key}, which ${path} reads, is missing`);
  }
});

configuration('leaves what the runtime asks of policies to the page on them, which has every key', () => {
  const spans = [...read('docs/policies.md').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  for (const path of ['src/policy/port-mappings.ts', 'src/policy/bandwidth.ts']) {
    for (const key of keysReadIn(read(path))) assert.ok(spans.includes(key), `${key}, which ${path} reads, is missing`);
  }
});

configuration('is compared with every dialect', () => {
  const files = ['dialects', 'flannel'].flatMap((folder) =>
    readdirSync(join(ROOT, 'src', folder)).map((name) => `src/${folder}/${name}`),
  );
  assert.equal(files.filter((path) => !DECODERS.includes(path)).sort(), [...OTHERS].sort());
});

configuration('says which plugin each name and type is', () => {
  const names = tableRows(section('Which plugin a file is for'))
    .slice(2)
    .flatMap(([cell = '']) => cell.replace('type alone: ', '').split(/, | or /));
  const documented = names.filter((name) => name !== 'wincni.exe');
  const types = ['l2bridge', 'l2tunnel', 'overlay', 'transparent', 'wincni'];
  assert.equal([...documented].sort(), [...PLUGIN_NAMES, ...types].sort());
  for (const name of names) pluginOf('', { type: name });
  assert.ok(types.slice(0, -1).every((type) => networkTypeOf(type) !== undefined));
});

configuration('has each sample', () => {
  const listed = tableRows(section('Samples'))
    .slice(2)
    .map(([link = '']) => /^\[(.*)\]/.exec(link)?.[1]);
  assert.equal([...listed].sort(), readdirSync(join(ROOT, 'conf')).sort());
});

/** A column of the table of refused keys. */
interface Column {
  readonly plugin: NetworkPlugin;
  readonly path: string;
}
const COLUMNS: readonly Column[] = [
  { plugin: 'win-bridge', path: 'src/dialects/win-bridge.ts' },
  { plugin: 'win-overlay', path: 'src/dialects/win-overlay.ts' },
  { plugin: 'sdn', path: 'src/dialects/sdn.ts' },
  { plugin: 'wincni', path: 'src/dialects/wincni.ts' },
];
const [header = [], , ...refused] = tableRows(section('Refused by name'));

configuration('names every key that is refused, and by whom', () => {
  assert.equal(header, ['Key', 'win-bridge', 'win-overlay', 'nat, sdnbridge, sdnoverlay', 'wincni']);
  const ofRuntime = constant('src/dialects/shared.ts', 'UNSUPPORTED_RUNTIME').map((key) => `runtimeConfig.${key}`);
  for (const [index, { plugin, path }] of COLUMNS.entries()) {
    const documented = refused
      .filter((cells) => (cells[index + 1] ?? '').startsWith('refused'))
      .map(([key = '']) => key);
    assert.equal([...documented].sort(), [...constant(path, 'FOREIGN'), ...ofRuntime].sort(), plugin);
  }
  for (const key of constant('src/ipam/routes.ts', 'ROUTE_KEYS')) {
    assert.ok(section('Refused by name').includes(`\`${key}\``), key);
  }
});

/** No decoder takes it, and it is not empty. */
const NOTHING = 17;

for (const [key = '', ...cells] of refused) {
  const [first = '', second] = key.split('.');
  const more = (value: unknown): object => ({ [first]: second === undefined ? value : { [second]: value } });
  for (const [index, { plugin }] of COLUMNS.entries()) {
    const says = cells[index] ?? '';
    if (says.startsWith('refused')) {
      configuration(`${key} is refused by ${plugin} when it is used, and let pass when it is empty`, () => {
        const error = throwsCni(() => confOf(plugin, more('x')), Code.InvalidConfig, /is not supported/);
        assert.is(error.details, `JSON path ${key}`);
        confOf(plugin, more({}));
      });
    } else {
      configuration(`${key} is read by ${plugin}`, () => {
        assert.is(says, 'read');
        const error = failure(() => confOf(plugin, more(NOTHING)));
        assert.is(error?.code, Code.InvalidConfig);
        assert.not.match(error?.message ?? '', /is not supported/);
        assert.match(error?.details ?? '', new RegExp(`^JSON path ${key}`));
      });
    }
  }
}

function failure(work: () => unknown): CniError | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return CniError.from(thrown);
  }
}

/** The third cell of the rows of a section, by their first. */
const defaultsIn = (title: string): ReadonlyMap<string, string> =>
  new Map(tableRows(section(title)).map(([key = '', , value = '']) => [key, value]));

configuration('states the defaults that hold', () => {
  const conf = confOf('win-bridge');
  const stated = defaultsIn('Keys of every plugin');
  assert.is(stated.get('timeoutSeconds'), String(conf.timeoutMs / 1000));
  assert.is(stated.get('tombstoneSeconds'), String(conf.tombstoneMs / 1000));
  assert.is(stated.get('logLevel'), `"${conf.log.level}"`);
  assert.is(stated.get('logFile'), conf.log.file);
  assert.is(stated.get('aclDefault'), `"${conf.aclDefault}"`);
  assert.is(defaultsIn('ipam').get('ipam.dataDir'), conf.ipam.dataDir);
  assert.ok(conf.ipam.source === 'host-local');
  assert.is(defaultsIn('ipam').get('ipam.quarantineSeconds'), String(conf.ipam.quarantineMs / 1000));
  assert.is(defaultsIn('win-overlay').get('endpointMacPrefix'), `"${confOf('win-overlay').profiles[0]?.macPrefix}"`);
});

configuration("states flannel's defaults that hold", () => {
  const stated = defaultsIn('flannel');
  const { subnetFile, dataDir, delegateType } = decodeFlannel({}, { drive: '' });
  const windows = (path: string): string => path.replaceAll('/', '\\');
  assert.is(stated.get('subnetFile'), windows(subnetFile));
  assert.is(stated.get('dataDir'), windows(dataDir));
  assert.is(stated.get('delegate.type'), `"${delegateType}"`);
});

configuration('says what flannel and teardown pass on', () => {
  for (const key of constant('src/flannel/delegate-config.ts', 'OURS')) {
    assert.ok(section('flannel').includes(`\`${key}\``), key);
  }
  const [intro = ''] = PAGE.split('\n## ');
  const needed = constant('src/dialects/shared.ts', 'TEARDOWN').filter((key) => key !== 'ipam');
  for (const key of needed) assert.ok(intro.includes(`\`${key}\``), key);
  decodeConf(
    'win-bridge',
    { name: 'n', type: 'win-bridge', ipam: { type: 'host-local' }, policies: 7 },
    {
      ...CONTEXT,
      isTeardown: true,
    },
  );
});

configuration.run();
