/** Win32 codes as values and as errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { outcomeOf, refusal, Win32 } from '../../src/ip-helper/status.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const test = suite('Win32 codes');

test('what a caller acts on is a value', () => {
  const codes = [Win32.Success, Win32.ObjectAlreadyExists, Win32.NotFound];
  assert.equal(
    codes.map((code) => outcomeOf(code, 'CreateIpForwardEntry2', 'make it')),
    ['done', 'exists', 'missing'],
  );
});
test('any other code is an error with the call, the code and what to do', () => {
  const { message, details } = throwsCni(() => outcomeOf(5, 'SetIpInterfaceEntry', 'change it'), Code.IpHelper);
  assert.match(message, /^Cannot change it: SetIpInterfaceEntry answered 5 ERROR_ACCESS_DENIED, .*administrator/);
  assert.is(details, 'Win32 code 5');
  assert.match(refusal(31, 'X', 'do it').message, /answered 31 .*no cause is known/);
});

test.run();
