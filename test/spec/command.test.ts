/** Environment and stdin: which commands they make, and every way in which they are wrong. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_ARGUMENTS } from '../../src/spec/arguments.ts';
import {
  type Command,
  decodeConfig,
  type Environment,
  MAX_STDIN_BYTES,
  readCommand,
  versionIn,
} from '../../src/spec/command.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const GUID = '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01';
const CONF = { cniVersion: '1.0.0', name: 'cbr0', type: 'win-bridge' };
const ENV: Environment = {
  CNI_COMMAND: 'ADD',
  CNI_CONTAINERID: 'a1b2c3',
  CNI_NETNS: GUID,
  CNI_IFNAME: 'eth0',
  CNI_PATH: 'C:\\opt\\cni\\bin',
};

const bytes = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
const read = (env: Environment, stdin: unknown = CONF): Command => readCommand({ ...ENV, ...env }, () => bytes(stdin));

const command = suite('readCommand()');

for (const verb of ['ADD', 'CHECK']) {
  command(`readCommand() reads ${verb} with everything it needs`, () => {
    assert.equal(read({ CNI_COMMAND: verb }), {
      verb,
      cniVersion: '1.0.0',
      config: CONF,
      stdin: bytes(CONF),
      target: { containerId: 'a1b2c3', ifname: 'eth0', netns: GUID, sandbox: GUID, args: NO_ARGUMENTS },
    });
  });
}
for (const netns of [undefined, '', GUID]) {
  command(`readCommand() reads DEL with CNI_NETNS ${JSON.stringify(netns)}`, () => {
    const { target } = read({ CNI_COMMAND: 'DEL', CNI_NETNS: netns }) as Extract<Command, { verb: 'DEL' }>;
    assert.equal(target, {
      containerId: 'a1b2c3',
      ifname: 'eth0',
      netns: netns === '' ? undefined : netns,
      args: NO_ARGUMENTS,
    });
  });
}
for (const verb of ['GC', 'STATUS'] as const) {
  command(`readCommand() reads ${verb} without any variable of a container`, () => {
    const conf = { ...CONF, cniVersion: '1.1.0' };
    const env = { CNI_COMMAND: verb, CNI_PATH: verb === 'GC' ? 'C:\\opt' : '', CNI_CONTAINERID: '', CNI_NETNS: '' };
    const made = readCommand(env, () => bytes(conf));
    assert.equal(made, { verb, cniVersion: '1.1.0', config: conf, stdin: bytes(conf) });
  });
}
command('readCommand() takes a configuration without version for one of 0.1.0', () => {
  assert.is(read({}, { name: 'cbr0' }).cniVersion, '0.1.0');
});
command('readCommand() keeps stdin byte for byte', () => {
  const text = Buffer.from('\ufeff { "name" : "cbr0",\r\n"name2":"ü" } \n', 'utf16le');
  const made = readCommand(ENV, () => text);
  assert.equal('stdin' in made ? made.stdin : undefined, text);
});
command('versionIn() is the version of stdin when it is one that is spoken, else none', () => {
  assert.is(versionIn(bytes({ cniVersion: '0.3.1' })), '0.3.1');
  for (const stdin of ['', '{', '{}', '[]', '{"cniVersion":5}', '{"cniVersion":"9.9.9"}']) {
    assert.is(versionIn(bytes(stdin)), undefined, stdin);
  }
});
command('readCommand() keeps CNI_NETNS as given beside the GUID in it', () => {
  const { target } = read({ CNI_NETNS: `C:\\x\\${GUID.toUpperCase()}` }) as Extract<Command, { verb: 'ADD' | 'CHECK' }>;
  assert.is(target.netns, GUID);
  assert.is(target.sandbox, `C:\\x\\${GUID.toUpperCase()}`);
});

command('readCommand() reads the keys of the configuration in any case', () => {
  const made = read({}, { CNIVersion: '1.1.0', NAME: 'cbr0' });
  assert.is(made.cniVersion, '1.1.0');
});

command('readCommand() answers VERSION with what stdin states, needing no other variable', () => {
  const version = (stdin: string): Command => readCommand({ CNI_COMMAND: 'VERSION' }, () => bytes(stdin));
  assert.equal(version(''), { verb: 'VERSION', cniVersion: undefined });
  assert.equal(version('{}'), { verb: 'VERSION', cniVersion: undefined });
  assert.equal(version('{"cniVersion":"0.3.1"}'), { verb: 'VERSION', cniVersion: '0.3.1' });
  throwsCni(() => version('{'), Code.Decode, /^Cannot read the network configuration on stdin: /);
});

const WRONG_VERB = 'expected ADD, CHECK, DEL, GC, STATUS or VERSION';
const IFNAME = 'expected /^(?!\\.{1,2}$)[^/:\\s\\p{Cc}\\p{Cs}]{1,15}$/u';
const ID = 'expected /^[A-Za-z0-9][A-Za-z0-9_.-]*$/';
/** What is wrong in the environment, the whole message, the variables in `details`. */
const BAD_VARIABLES: readonly (readonly [env: Environment, message: string, details: string])[] = [
  [{ CNI_COMMAND: undefined }, `Cannot use CNI_COMMAND: it is "", ${WRONG_VERB}`, 'variable CNI_COMMAND'],
  [{ CNI_COMMAND: 'add' }, `Cannot use CNI_COMMAND: it is "add", ${WRONG_VERB}`, 'variable CNI_COMMAND'],
  [{ CNI_COMMAND: 'gc' }, `Cannot use CNI_COMMAND: it is "gc", ${WRONG_VERB}`, 'variable CNI_COMMAND'],
  [{ CNI_COMMAND: 'GC', CNI_PATH: '' }, 'Cannot run GC: CNI_PATH not set', 'variables CNI_PATH'],
  [{ CNI_CONTAINERID: '' }, 'Cannot run ADD: CNI_CONTAINERID not set', 'variables CNI_CONTAINERID'],
  [{ CNI_NETNS: undefined }, 'Cannot run ADD: CNI_NETNS not set', 'variables CNI_NETNS'],
  [{ CNI_IFNAME: undefined }, 'Cannot run ADD: CNI_IFNAME not set', 'variables CNI_IFNAME'],
  [{ CNI_PATH: '' }, 'Cannot run ADD: CNI_PATH not set', 'variables CNI_PATH'],
  [{ CNI_COMMAND: 'CHECK', CNI_NETNS: '' }, 'Cannot run CHECK: CNI_NETNS not set', 'variables CNI_NETNS'],
  ...['-a', '_a', '.a', 'a/b', 'a b', 'a\\b', 'é', 'a\n', '..'].map(
    (id) =>
      [
        { CNI_CONTAINERID: id },
        `Cannot use CNI_CONTAINERID: it is "${id}", ${ID}`,
        'variable CNI_CONTAINERID',
      ] as const,
  ),
  ...['.', '..', 'a/b', 'a:b', 'a b', 'a\tb', 'a\n', 'sixteen-letters!', '\ud800', 'a\u0001'].map(
    (name) =>
      [{ CNI_IFNAME: name }, `Cannot use CNI_IFNAME: it is "${name}", ${IFNAME}`, 'variable CNI_IFNAME'] as const,
  ),
];
for (const [env, message, details] of BAD_VARIABLES) {
  command(`readCommand() refuses ${JSON.stringify(env)}`, () => {
    const error = throwsCni(() => read(env), Code.InvalidEnvironment);
    assert.is(error.message, message);
    assert.is(error.details, details);
  });
}

/** All that is missing is named at once, whatever the verb. */
const MISSING = [
  ['ADD', 'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_PATH'],
  ['CHECK', 'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_PATH'],
  ['DEL', 'CNI_CONTAINERID, CNI_IFNAME, CNI_PATH'],
] as const;
for (const [verb, names] of MISSING) {
  command(`readCommand() names all variables that ${verb} misses`, () => {
    const block = (): Command => readCommand({ CNI_COMMAND: verb }, () => bytes(CONF));
    const error = throwsCni(block, Code.InvalidEnvironment);
    assert.is(error.message, `Cannot run ${verb}: ${names} not set`);
    assert.is(error.details, `variables ${names}`);
  });
}

command('readCommand() does not touch stdin while a variable is wrong', () => {
  let reads = 0;
  const stdin = (): Uint8Array => {
    reads += 1;
    return bytes(CONF);
  };
  for (const env of [{ CNI_IFNAME: 'a:b' }, { CNI_ARGS: 'x' }, { CNI_COMMAND: '' }]) {
    throwsCni(() => readCommand({ ...ENV, ...env }, stdin), Code.InvalidEnvironment);
  }
  assert.is(reads, 0);
  readCommand(ENV, stdin);
  assert.is(reads, 1);
});

command('readCommand() takes the longest interface name, and a container id of one character', () => {
  const { target } = read({ CNI_IFNAME: 'x'.repeat(15), CNI_CONTAINERID: '0' }) as Extract<
    Command,
    { verb: 'ADD' | 'CHECK' }
  >;
  assert.equal([target.ifname, target.containerId], ['x'.repeat(15), '0']);
});

const STDIN = 'Cannot read the network configuration on stdin: ';
const NAME = 'expected a network name (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)';
const ONE_OF = 'expected one of "0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"';
/** What stdin holds, the code, the whole message or its beginning. */
const BAD_STDIN: readonly (readonly [stdin: unknown, code: Code, message: string])[] = [
  ['', Code.Decode, STDIN],
  ['{', Code.Decode, STDIN],
  ['[]', Code.Decode, `${STDIN}it is no JSON object`],
  ['null', Code.Decode, `${STDIN}it is no JSON object`],
  ['"text"', Code.Decode, `${STDIN}it is no JSON object`],
  ['{}{}', Code.Decode, STDIN],
  [{ ...CONF, cniVersion: '' }, Code.IncompatibleVersion, `Cannot use cniVersion: it is "", ${ONE_OF}`],
  [{ ...CONF, cniVersion: '0.5.0' }, Code.IncompatibleVersion, `Cannot use cniVersion: it is "0.5.0", ${ONE_OF}`],
  [{ ...CONF, cniVersion: '1.2.0' }, Code.IncompatibleVersion, `Cannot use cniVersion: it is "1.2.0", ${ONE_OF}`],
  [{ ...CONF, cniVersion: 1 }, Code.InvalidConfig, 'Cannot use cniVersion: it is 1, expected a string'],
  [{ cniVersion: '1.0.0' }, Code.InvalidConfig, `Cannot use name: it is absent, ${NAME}`],
  [{ ...CONF, name: null }, Code.InvalidConfig, `Cannot use name: it is absent, ${NAME}`],
  [{ ...CONF, name: 5 }, Code.InvalidConfig, `Cannot use name: it is 5, ${NAME}`],
  ...['', '..', 'a/b', 'a\\b', 'a:b', '-a', 'a.', 'a b', 'é', 'con', 'NUL', 'aux.net', 'COM1', 'lpt9.x'].map(
    (name) =>
      [{ ...CONF, name }, Code.InvalidConfig, `Cannot use name: it is ${JSON.stringify(name)}, ${NAME}`] as const,
  ),
];
for (const [stdin, code, message] of BAD_STDIN) {
  command(`readCommand() answers ${code} for ${JSON.stringify(stdin)}`, () => {
    const error = throwsCni(() => read({}, stdin), code);
    assert.is(error.message.slice(0, message.length), message);
  });
}

command.run();

const config = suite('decodeConfig()');

const TEXT = '{"name":"Käse €😀"}';
const utf16be = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();
const ENCODINGS: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with BOM', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16LE with BOM', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16BE with BOM', utf16be(`\ufeff${TEXT}`)],
  ['UTF-8 with CR LF around', Buffer.from(`\r\n${TEXT}\r\n`)],
];
for (const [name, text] of ENCODINGS) {
  config(`decodeConfig() reads ${name}`, () => {
    assert.equal(decodeConfig(text), { name: 'Käse €😀' });
  });
}

const NOT_TEXT: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['a byte that is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['half a UTF-8 character', Buffer.from([0x22, 0xc3])],
  ['half a UTF-16 unit', Buffer.from([0xff, 0xfe, 0x7b])],
  ['a lone surrogate', Buffer.from([0xff, 0xfe, 0x00, 0xd8])],
];
for (const [name, text] of NOT_TEXT) {
  config(`decodeConfig() answers 6 for ${name}`, () => {
    const error = throwsCni(() => decodeConfig(text), Code.Decode);
    assert.is(error.message, 'Cannot read the network configuration on stdin: it is not valid UTF-8 or UTF-16');
  });
}
const sized = (bytes: number): Buffer => Buffer.from(`{"x":"${'x'.repeat(bytes - 8)}"}`);
config('decodeConfig() answers 6 for more than 1 MiB, before it looks at any of it', () => {
  assert.is(decodeConfig(sized(MAX_STDIN_BYTES))['x'] !== undefined, true);
  const error = throwsCni(() => decodeConfig(sized(MAX_STDIN_BYTES + 1)), Code.Decode);
  assert.match(error.message, /: it is longer than 1048576 bytes$/);
});
const nested = (levels: number, [open, close]: readonly [string, string]): Buffer =>
  Buffer.from(`{"x":${open.repeat(levels - 1)}0${close.repeat(levels - 1)}}`);
for (const brackets of [
  ['[', ']'],
  ['{"__proto__":', '}'],
] as const) {
  config(`decodeConfig() answers 6 for more than 100 levels of "${brackets[0]}"`, () => {
    assert.equal(Object.keys(decodeConfig(nested(100, brackets))), ['x']);
    for (const levels of [101, 70_000]) {
      const error = throwsCni(() => decodeConfig(nested(levels, brackets)), Code.Decode);
      assert.match(error.message, /: its objects and lists are more than 100 levels deep$/);
    }
  });
}
config('decodeConfig() answers 6 for UTF-16 without BOM', () => {
  throwsCni(() => decodeConfig(Buffer.from(TEXT, 'utf16le')), Code.Decode, /^Cannot read the network configuration/);
});

config.run();
