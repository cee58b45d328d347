/** The forms of a policy: nested, flat, and of a type that nobody has described. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyOf, spelled } from '../../src/policy/decode-policy.ts';
import { bool } from '../../src/spec/decode.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const decode = policyOf({ NewType: { v1: 'OLD', fields: { On: { as: bool } } }, Old2: { fields: {} } });

const policy = suite('policyOf()');

const READ: readonly (readonly [written: object, read: object, at: string])[] = [
  [{ Type: 'NewType', Settings: { On: true } }, { Type: 'NewType', Settings: { On: true } }, 'p.Settings'],
  [{ type: 'newtype', settings: { on: true } }, { Type: 'NewType', Settings: { On: true } }, 'p.settings'],
  [{ Type: 'old', On: true }, { Type: 'NewType', Settings: { On: true } }, 'p'],
  [{ Type: 'OLD' }, { Type: 'NewType', Settings: {} }, 'p'],
  [{ Type: 'NewType', Settings: null, On: true }, { Type: 'NewType', Settings: { On: true } }, 'p'],
  [{ Type: 'Unheard', Settings: { a: [1] } }, { Type: 'Unheard', Settings: { a: [1] } }, 'p.Settings'],
  [{ Type: 'constructor', Settings: {} }, { Type: 'constructor', Settings: {} }, 'p.Settings'],
];
for (const [written, read, at] of READ) {
  policy(`policyOf() reads ${JSON.stringify(written)}`, () => {
    assert.equal(decode(written, 'p'), { policy: read, at });
  });
}

const REFUSED: readonly (readonly [written: unknown, message: string])[] = [
  ['text', 'p: it is "text", expected a JSON object'],
  [undefined, 'p: it is absent, expected a JSON object'],
  [[], 'p: it is [], expected a JSON object'],
  [{}, 'p.Type: it is absent, expected a text that is not empty'],
  [{ Settings: {} }, 'p.Type: it is absent, expected a text that is not empty'],
  [{ type: '' }, 'p.type: it is "", expected a text that is not empty'],
  [{ Type: 5 }, 'p.Type: it is 5, expected a text that is not empty'],
  [{ Type: 'NewType', Settings: [] }, 'p.Settings: it is [], expected a JSON object'],
  [{ Type: 'NewType', Settings: {}, On: true }, 'p.On: it stands beside Settings, expected inside'],
  [{ Type: 'Unheard', Settings: {}, a: 1 }, 'p.a: it stands beside Settings, expected inside'],
  [{ Type: 'Unheard', Settings: 'x' }, 'p.Settings: it is "x", expected a JSON object'],
  [{ Type: 'Unheard', a: 1 }, 'p.Type: a policy of type "Unheard" is not known, expected its fields in Settings'],
  [{ Type: 'Unheard' }, 'p.Type: a policy of type "Unheard" is not known, expected its fields in Settings'],
];
for (const [written, message] of REFUSED) {
  policy(`policyOf() refuses ${JSON.stringify(written)}`, () => {
    const error = throwsCni(() => decode(written, 'p'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

policy('spelled() is the key as the object has it', () => {
  assert.is(spelled({ NAME: 1 }, 'name'), 'NAME');
  assert.is(spelled({ NAME: 1, name: 2 }, 'name'), 'name');
  assert.is(spelled({}, 'name'), 'name');
});

policy.run();
