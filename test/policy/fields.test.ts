/** Single settings: what is read, in which spelling it is answered, and what is refused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { anyCase, cidr, cidrOrIp, emptyOr, ip, port, portText, u16, u32, u64, word } from '../../src/policy/fields.ts';
import type { Decoder } from '../../src/spec/decode.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const fields = suite('fields');

const READ: readonly (readonly [as: Decoder<unknown>, value: unknown, read: unknown])[] = [
  [u16, 65_535, 65_535],
  [u32, 4_294_967_295, 4_294_967_295],
  [u64, 2 ** 60, 2 ** 60],
  [port, 1, 1],
  [cidr, 'fd00::/64', 'fd00::/64'],
  [cidrOrIp, '10.1.2.3', '10.1.2.3'],
  [cidrOrIp, '10.1.2.3/8', '10.1.2.3/8'],
  [ip, 'fd00::1', 'fd00::1'],
  [word, 'x', 'x'],
  [emptyOr(ip), '', undefined],
  [emptyOr(ip), '10.0.0.1', '10.0.0.1'],
  [anyCase('Allow', 'Block'), 'ALLOW', 'Allow'],
  [anyCase('Allow', 'Block'), 'block', 'Block'],
  [portText, 15_001, '15001'],
  [portText, '65535', '65535'],
];
for (const [as, value, read] of READ) {
  fields(`${JSON.stringify(value)} is read as ${JSON.stringify(read)}`, () => {
    assert.is(as(value, 'x'), read);
  });
}

const REFUSED: readonly (readonly [as: Decoder<unknown>, value: unknown, expected: string])[] = [
  [u16, 65_536, 'an integer in [0, 65535]'],
  [u16, '80', 'an integer in [0, 65535]'],
  [u32, -1, 'an integer in [0, 4294967295]'],
  [u64, -1, 'an integer that is not negative'],
  [u64, 2 ** 64, 'an integer that is not negative'],
  [u64, '1', 'an integer that is not negative'],
  [port, 0, 'an integer in [1, 65535]'],
  [cidr, '10.0.0.0', 'a CIDR such as "10.96.0.0/12"'],
  [cidr, 10, 'a CIDR such as "10.96.0.0/12"'],
  [ip, '', 'an IP address'],
  [ip, '10.0.0.1/32', 'an IP address'],
  [cidrOrIp, '10.0.0', 'a CIDR or an IP address'],
  [word, '', 'a text that is not empty'],
  [anyCase('Allow', 'Block'), 'Deny', 'one of "Allow", "Block"'],
  [anyCase('Allow'), 7, '"Allow"'],
  [portText, '0', 'a port from 1 to 65535'],
  [portText, 65_536, 'a port from 1 to 65535'],
  [portText, '080', 'a port from 1 to 65535'],
  [portText, 1.5, 'a port from 1 to 65535'],
];
for (const [as, value, expected] of REFUSED) {
  fields(`${JSON.stringify(value)} is refused, expected ${expected}`, () => {
    const error = throwsCni(() => as(value, 'a.b'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use a.b: it is ${JSON.stringify(value)}, expected ${expected}`);
    assert.is(error.details, 'JSON path a.b');
  });
}

fields.run();
