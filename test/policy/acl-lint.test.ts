/** Rules of one priority that contradict each other are refused with both paths; others are not. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuseClashes } from '../../src/policy/acl-lint.ts';
import type { Located } from '../../src/policy/decode-policy.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { acl } from './arbitraries.ts';

const located = (rules: readonly Record<string, unknown>[]): readonly Located[] =>
  rules.map((Settings, index) => ({ policy: { Type: 'ACL', Settings }, at: `policies[${index}].value.Settings` }));
const rule = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  Action: 'Allow',
  Direction: 'In',
  Priority: 200,
  ...more,
});
const block = { Action: 'Block' };

const lint = suite('refuseClashes()');

const CLASH: readonly (readonly Record<string, unknown>[])[] = [
  [rule(), rule(block)],
  [rule(), rule({ ...block, RuleType: 'Switch' })],
  [rule(), rule({ Action: 'Pass' })],
  [rule({ RemoteAddresses: '10.0.0.0/8' }), rule({ ...block, RemoteAddresses: '192.168.0.0/16' })],
  [rule({ RuleType: 'Host' }), rule({ ...block, RuleType: 'Host' })],
];
for (const rules of CLASH) {
  lint(`refuseClashes() refuses ${JSON.stringify(rules)}`, () => {
    const error = throwsCni(() => {
      refuseClashes(located(rules));
    }, Code.InvalidConfig);
    assert.is(error.details, 'JSON path policies[1].value.Settings.Priority');
    assert.match(error.message, / 200 is also that of policies\[0\]\.value\.Settings\.Priority, another /);
  });
}
lint('refuseClashes() says which rules it is about', () => {
  const rules = [
    rule({ Direction: 'Out', Priority: 1 }),
    rule({ Direction: 'Out' }),
    rule({ ...block, Direction: 'Out' }),
  ];
  assert.is(
    throwsCni(() => {
      refuseClashes(located(rules));
    }, Code.InvalidConfig).message,
    'Cannot use policies[2].value.Settings.Priority: 200 is also that of policies[1].value.Settings.Priority, ' +
      'another Switch rule for Out, expected distinct ones for rules that do not both Block',
  );
});

const NO_CLASH: readonly (readonly Record<string, unknown>[])[] = [
  [],
  [rule(), rule()],
  [rule(), rule({ ...block, Priority: 201 })],
  [rule(), rule({ ...block, Direction: 'Out' })],
  [rule(), rule({ ...block, RuleType: 'Host' })],
  [rule({ RemoteAddresses: '10.0.0.0/8' }), rule({ ...block, RemoteAddresses: 'fd00::/8' })],
  [rule({ RuleType: 'Host', Priority: 0 }), { Action: 'Block', Direction: 'In', RuleType: 'Host' }],
];
for (const rules of NO_CLASH) {
  lint(`refuseClashes() takes ${JSON.stringify(rules)}`, () => {
    refuseClashes(located(rules));
  });
}
lint('refuseClashes() is about ACLs only', () => {
  const other = ['Allow', 'Block'].map((Action) => ({
    policy: { Type: 'Unheard', Settings: rule({ Action }) },
    at: 'p',
  }));
  refuseClashes(other);
});
lint('refuseClashes() does not depend on the order of the list', () => {
  const few = acl().map((settings) => ({ ...settings, ...('Priority' in settings ? { Priority: 1 } : {}) }));
  const outcome = (rules: readonly Record<string, unknown>[]): boolean => {
    try {
      refuseClashes(located(rules));
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(fc.array(few, { maxLength: 4 }), (rules) => {
      assert.is(outcome(rules), outcome(rules.toReversed()));
    }),
  );
});

lint.run();
