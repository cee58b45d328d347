/** The judge of random cases: each kind of wrong output is caught, each right one is not. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Asked, type Ended, wrongOf } from './judge.ts';

const judge = suite('the judge of random cases');

const CONFIG = { cniVersion: '1.0.0', name: 'cbr0', type: 'win-bridge' };
const asked = (verb: string, config: unknown = CONFIG): Asked => ({ verb, config, isHostLocal: false });
const ended = (code: number | null, stdout: string, more: Partial<Ended> = {}): Ended => ({
  ...{ code, stdout, ms: 5, megabytes: 50 },
  ...more,
});
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

const ERROR = { cniVersion: '1.0.0', code: 7, msg: 'Cannot use x: it is 5, expected a string', details: 'JSON path x' };
const RESULT = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'eth0', mac: '00-15-5D-52-C0-00', sandbox: 'x' }],
  ips: [{ address: '10.244.3.3/24', gateway: '10.244.3.1', interface: 0 }],
};
const PREVIOUS = { ...CONFIG, prevResult: { interfaces: [], ips: [] } };

const RIGHT: readonly (readonly [name: string, asked: Asked, ended: Ended])[] = [
  ['an error', asked('ADD'), ended(1, line(ERROR))],
  [
    'an error that quotes what looks like a trace',
    asked('ADD'),
    ended(1, line({ ...ERROR, msg: 'Cannot use "at f ("' })),
  ],
  ['an error before the version is known', asked('ADD', null), ended(1, line({ ...ERROR, cniVersion: '1.1.0' }))],
  ['a result', asked('ADD'), ended(0, line(RESULT))],
  ['a result behind another', asked('ADD', PREVIOUS), ended(0, line({ ...RESULT, more: 1 }))],
  ['a DEL', asked('DEL'), ended(0, '')],
  ['a VERSION', asked('VERSION'), ended(0, line({ cniVersion: '1.0.0', supportedVersions: ['1.0.0'] }))],
];
for (const [name, question, answer] of RIGHT) {
  judge(`takes ${name}`, () => {
    assert.is(wrongOf(question, answer), undefined);
  });
}

const WRONG: readonly (readonly [name: string, asked: Asked, ended: Ended, why: RegExp])[] = [
  ['no output', asked('ADD'), ended(1, ''), /not one JSON object/],
  ['two objects', asked('ADD'), ended(1, line(ERROR) + line(ERROR)), /not one JSON object/],
  ['a text before the object', asked('ADD'), ended(1, `warning ${line(ERROR)}`), /not one JSON object/],
  ['no line end', asked('ADD'), ended(1, JSON.stringify(ERROR)), /not one JSON object/],
  ['a list', asked('ADD'), ended(1, line([ERROR])), /not one JSON object/],
  ['no msg', asked('ADD'), ended(1, line({ ...ERROR, msg: '' })), /no text/],
  ['a number as details', asked('ADD'), ended(1, line({ ...ERROR, details: 5 })), /no text/],
  ['code 0', asked('ADD'), ended(1, line({ ...ERROR, code: 0 })), /code is 0/],
  ['code 999', asked('ADD'), ended(1, line({ ...ERROR, code: 999 })), /fault of the plugin/],
  ['a further member', asked('ADD'), ended(1, line({ ...ERROR, stack: '' })), /member "stack"/],
  ['another version', asked('ADD'), ended(1, line({ ...ERROR, cniVersion: '0.4.0' })), /cniVersion of the error/],
  ['a stack trace', asked('ADD'), ended(1, line({ ...ERROR, msg: 'Error: x\n    at f (/a/b.js:1:2)' })), /leaks/],
  ['a place in the source', asked('ADD'), ended(1, line({ ...ERROR, details: 'see wincni.cjs:1' })), /leaks/],
  ['undefined', asked('ADD'), ended(1, line({ ...ERROR, msg: 'Cannot use undefined' })), /leaks "undefined"/],
  ['a result with exit code 1', asked('ADD'), ended(1, line(RESULT)), /member "interfaces"/],
  ['an error with exit code 0', asked('ADD'), ended(0, line(ERROR)), /no interfaces/],
  [
    'a result of another version',
    asked('ADD'),
    ended(0, line({ ...RESULT, cniVersion: '0.4.0' })),
    /cniVersion of the/,
  ],
  ['a key of another version', asked('ADD'), ended(0, line({ ...RESULT, ip4: {} })), /has the key "ip4"/],
  [
    'an index without interface',
    asked('ADD', PREVIOUS),
    ended(0, line({ ...RESULT, interfaces: [] })),
    /at no interface/,
  ],
  ['a DEL that prints', asked('DEL'), ended(0, '\n'), /DEL printed/],
  ['an exit code of a fault', asked('ADD'), ended(134, line(ERROR)), /ended with 134/],
  ['a signal', asked('ADD'), ended(null, ''), /no exit code/],
  ['more than 2 s', asked('DEL'), ended(0, '', { ms: 2001 }), /took 2001 ms/],
  ['more than 300 MB', asked('DEL'), ended(0, '', { megabytes: 301 }), /took 301 MB/],
];
for (const [name, question, answer, why] of WRONG) {
  judge(`refuses ${name}`, () => {
    assert.match(wrongOf(question, answer) ?? 'nothing', why);
  });
}

judge.run();
