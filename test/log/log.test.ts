/** The operators' log: what is written when, where it may be, when it rotates, and that it never fails a command. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeLog, type Level, type LogConfig, writeLog } from '../../src/log/log.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder } from '../support/disk.ts';
import { throwsCni } from '../support/throws.ts';

const DEFAULT = 'C:\\ProgramData\\wincni\\wincni.log';

const decode = suite('decodeLog()');

decode('decodeLog() is off at the default place when nothing is said', () => {
  assert.equal(decodeLog({}, DEFAULT), { level: 'off', file: DEFAULT });
  assert.equal(decodeLog({ loglevel: 'info', LOGFILE: '/x/y.log' }, DEFAULT), { level: 'info', file: '/x/y.log' });
});
for (const file of ['C:\\k\\wincni.log', 'c:/k/wincni.log', '/var/log/x', '\\\\server\\share\\x', '\\x']) {
  decode(`decodeLog() takes the absolute path ${file}`, () => {
    assert.is(decodeLog({ logFile: file }, DEFAULT).file, file);
  });
}
for (const file of ['', 'wincni.log', '.\\x.log', '..\\x.log', 'C:x.log', 'logs/x.log', '%TEMP%\\x.log']) {
  decode(`decodeLog() refuses the path "${file}"`, () => {
    const error = throwsCni(() => decodeLog({ logFile: file }, DEFAULT), Code.InvalidConfig);
    assert.is(error.message, `Cannot use logFile: it is "${file}", expected an absolute path`);
  });
}
decode('decodeLog() refuses a level that is none', () => {
  for (const level of ['warn', 'INFO', 1]) {
    throwsCni(() => decodeLog({ logLevel: level }, DEFAULT), Code.InvalidConfig, /^Cannot use logLevel: it is /);
  }
});

decode.run();

const write = suite('writeLog()');

const linesOf = (file: string): readonly unknown[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown)
    : [];

const config = (folder: string, level: Level = 'info'): LogConfig => ({ level, file: join(folder, 'a', 'b', 'x.log') });

/** Which severities each level lets through. */
const LEVELS: readonly (readonly [level: Level, written: readonly string[]])[] = [
  ['off', []],
  ['error', ['error']],
  ['info', ['error', 'info']],
  ['debug', ['error', 'info', 'debug']],
];
for (const [level, written] of LEVELS) {
  write(`writeLog() at level ${level} writes ${written.join(', ') || 'nothing, and makes no folder'}`, () =>
    inFolder((folder) => {
      const log = config(folder, level);
      for (const severity of ['error', 'info', 'debug'] as const) writeLog(log, severity, {});
      assert.equal(
        linesOf(log.file).map((line) => (line as { level: string }).level),
        written,
      );
      if (level === 'off') assert.equal(readdirSync(folder), []);
    }),
  );
}
write('writeLog() appends one line of JSON with the time first', () =>
  inFolder((folder) => {
    const log = config(folder);
    const before = Date.now();
    writeLog(log, 'info', { verb: 'ADD', text: 'two\nlines', absent: undefined });
    writeLog(log, 'error', { verb: 'DEL', time: 'mine' });
    const [first, second, ...more] = linesOf(log.file) as readonly Record<string, unknown>[];
    assert.equal(more, []);
    assert.equal(Object.keys(first ?? {}), ['time', 'level', 'verb', 'text']);
    assert.equal({ ...first, time: '' }, { time: '', level: 'info', verb: 'ADD', text: 'two\nlines' });
    assert.is(second?.['verb'], 'DEL');
    const time = String(first?.['time']);
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Date.parse(time) >= before - 1 && Date.parse(time) <= Date.now());
  }),
);

const MAX = 10 * 1024 * 1024;
write('writeLog() rotates at 10 MiB and keeps one older file', () =>
  inFolder((folder) => {
    const log = config(folder);
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    writeFileSync(log.file, `${'x'.repeat(MAX - 2)}\n`);
    writeLog(log, 'info', { n: 1 });
    assert.not(existsSync(`${log.file}.1`), 'a byte below the limit');
    writeLog(log, 'info', { n: 2 });
    assert.is(linesOf(log.file).length, 1);
    assert.ok(statSync(`${log.file}.1`).size >= MAX);
    writeFileSync(log.file, `${'y'.repeat(MAX)}\n`);
    writeLog(log, 'info', { n: 3 });
    assert.is(readFileSync(`${log.file}.1`, 'utf8').slice(0, 1), 'y');
    assert.is(linesOf(log.file).length, 1);
    assert.equal(readdirSync(join(folder, 'a', 'b')), ['x.log', 'x.log.1']);
  }),
);
write('writeLog() goes on with the full file when it cannot be renamed', () =>
  inFolder((folder) => {
    const log = config(folder);
    mkdirSync(`${log.file}.1`, { recursive: true });
    writeFileSync(log.file, `${'x'.repeat(MAX)}\n`);
    writeLog(log, 'info', { n: 1 });
    assert.ok(statSync(log.file).size > MAX + 1);
  }),
);

write('writeLog() never throws, wherever it cannot write', () =>
  inFolder((folder) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.log'));
    mkdirSync(join(folder, 'locked'));
    chmodSync(join(folder, 'locked'), 0o500);
    const places = ['file/x.log', 'folder.log', 'nul\0byte.log', `${'x'.repeat(300)}.log`, 'file'];
    for (const place of places) writeLog({ level: 'debug', file: join(folder, place) }, 'error', { n: 1 });
    writeLog({ level: 'debug', file: '/proc/wincni/x.log' }, 'error', {});
    writeLog({ level: 'debug', file: '/dev/full' }, 'error', {});
    assert.is(linesOf(join(folder, 'file')).length, 1, 'the one place that can be written');
  }),
);
write('writeLog() never throws, whatever it is given', () =>
  inFolder((folder) => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const value of [1n, circle]) writeLog(config(folder), 'error', { value });
  }),
);

write.run();
