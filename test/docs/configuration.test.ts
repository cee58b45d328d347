/** docs/configuration.md names every key that the decoders read, and what it calls refused is refused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeConf } from '../../src/dialects/choose.ts';
import { Code } from '../../src/spec/error.ts';
import { read, tableRows } from '../support/documents.ts';
import { throwsCni } from '../support/throws.ts';
import { CONTEXT } from '../support/wanted.ts';

const MINIMAL = { name: 'cbr0', type: 'win-bridge', ipam: { type: 'host-local', subnet: '10.244.3.0/24' } };
const DOCUMENT = 'docs/configuration.md';

const DECODERS = ['src/plugins/conf.ts', 'src/ipam/config.ts', 'src/log/log.ts', 'src/spec/dns.ts'];
/** How the decoders name a key that they read: alone, as the value of a look-up table, or in a list of spellings. */
const ALONE = /\b(?:at\(|(?:optional|required|member)\(\w+, |\w+: )'(\w+)'/g;
const LISTED = /\bkeys = \[([^\]]*)\]|\w+: \[('[^\]]*)\]/g;

const refused = tableRows(section('Refused by name')).map(([key = '']) => key);

function section(title: string): string {
  const [, after = ''] = read(DOCUMENT).split(`\n## ${title}\n`);
  return after.split('\n## ')[0] ?? '';
}

/** The texts of a list that a source file holds as a constant. */
function constant(path: string, name: string): readonly string[] {
  const [, body = ''] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(read(path)) ?? [];
  return textsIn(body);
}

const textsIn = (source: string): readonly string[] => [...source.matchAll(/'(\w+)'/g)].map(([, text = '']) => text);

function keysReadIn(source: string): readonly string[] {
  const alone = [...source.matchAll(ALONE)].map(([, key = '']) => key);
  const listed = [...source.matchAll(LISTED)].flatMap(([, first, second]) => textsIn(first ?? second ?? ''));
  return [...alone, ...listed];
}

const configuration = suite(DOCUMENT);

configuration('names every key that is read', () => {
  const spans = [...read(DOCUMENT).matchAll(/`([^`\n]+)`/g)].flatMap(([, span = '']) => span.split(/\W+/));
  const names = new Set(spans);
  for (const path of DECODERS) {
    const keys = keysReadIn(read(path));
    assert.ok(keys.length > 1, `no keys were found in ${path}`);
    for (const key of keys) assert.ok(names.has(key), `${key}, which ${path} reads, is missing`);
  }
});

configuration('names every key that is refused', () => {
  const top = constant('src/plugins/conf.ts', 'UNSUPPORTED');
  const runtime = constant('src/plugins/conf.ts', 'UNSUPPORTED_RUNTIME').map((key) => `runtimeConfig.${key}`);
  assert.ok(top.length > 0 && runtime.length > 0);
  assert.equal([...refused.slice(2)].sort(), [...top, ...runtime].sort());
  for (const key of constant('src/ipam/routes.ts', 'ROUTE_KEYS')) {
    assert.ok(section('Refused by name').includes(`\`${key}\``), key);
  }
});

for (const path of refused.slice(2)) {
  configuration(`${path} is refused when it is used, and let pass when it is empty`, () => {
    const [first = '', second] = path.split('.');
    const config = (value: unknown) => ({ ...MINIMAL, [first]: second === undefined ? value : { [second]: value } });
    const error = throwsCni(
      () => decodeConf('win-bridge', config('x'), CONTEXT),
      Code.InvalidConfig,
      /is not supported/,
    );
    assert.is(error.details, `JSON path ${path}`);
    decodeConf('win-bridge', config({}), CONTEXT);
  });
}

configuration('states the defaults that hold', () => {
  const conf = decodeConf('win-bridge', MINIMAL, CONTEXT);
  const stated = new Map(tableRows(section('Top level')).map(([key = '', , value = '']) => [key, value]));
  assert.is(stated.get('timeoutSeconds'), String(conf.timeoutMs / 1000));
  assert.is(stated.get('tombstoneSeconds'), String(conf.tombstoneMs / 1000));
  assert.is(stated.get('logLevel'), `"${conf.log.level}"`);
  assert.is(stated.get('logFile'), conf.log.file);
});

configuration.run();
