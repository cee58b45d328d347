/** Priorities become distinct in their group, and no packet meets another rule first. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Direction, ruleOf } from '../../src/policy/acl.ts';
import { distinctPriorities } from '../../src/policy/acl-order.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';

/** Rules as `In 5 Host, Out 7`. */
const rules = (short: string): readonly EndpointPolicy[] =>
  short
    .split(', ')
    .filter((rule) => rule !== '')
    .map((rule) => {
      const [Direction, priority, RuleType] = rule.split(' ');
      const Settings = { Action: 'Allow', Direction, Priority: Number(priority) };
      return { Type: 'ACL', Settings: RuleType === undefined ? Settings : { ...Settings, RuleType } };
    });
const prioritiesOf = (policies: readonly EndpointPolicy[]): readonly number[] =>
  policies.map((policy) => ruleOf(policy).priority);

const order = suite('distinctPriorities()');

const MADE: readonly (readonly [short: string, free: readonly Direction[], priorities: readonly number[]])[] = [
  ['', [], []],
  ['In 1, In 5', [], [1, 5]],
  ['In 5, In 5', [], [5, 6]],
  ['In 5, In 6, In 5', [], [5, 7, 6]],
  ['In 5, Out 5, In 5 Host', [], [5, 5, 5]],
  ['In 5, In 5 Switch', [], [5, 6]],
  ['In 0 Host, In 0 Host', [], [0, 0]],
  ['In 65500, In 65500', [], [65_499, 65_500]],
  ['In 65500, Out 65500', ['In'], [65_499, 65_500]],
  ['In 65500 Host', ['In'], [65_500]],
  ['In 65499, In 65500', ['In'], [65_498, 65_499]],
];
for (const [short, free, priorities] of MADE) {
  order(`distinctPriorities() of "${short}", ${free.join() || 'nothing'} kept free`, () => {
    assert.equal(prioritiesOf(distinctPriorities(rules(short), free).policies), priorities);
  });
}
order('distinctPriorities() says what it changed', () => {
  const { notes } = distinctPriorities(rules('In 5, Out 5, In 5'), []);
  assert.equal(notes, ['ACL In, priority 5: sent with priority 6, so that no two rules of a group have one']);
});
order('distinctPriorities() leaves everything else as it is', () => {
  const nat: EndpointPolicy = { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.0.0.0/8'] } };
  const { policies } = distinctPriorities([nat, ...rules('In 5'), nat, ...rules('In 5')], []);
  assert.equal(policies, [nat, ...rules('In 5'), nat, ...rules('In 6')]);
});

const anyRules = fc.array(
  fc
    .tuple(
      fc.constantFrom('In', 'Out'),
      fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 65_495, max: 65_500 })),
      fc.constantFrom('Switch', 'Host'),
    )
    .map((rule) => rule.join(' ')),
  { maxLength: 12 },
);
const anyFree = fc.constantFrom<readonly Direction[]>([], ['In'], ['In', 'Out']);

/** The numbers of one group, in the order of the list. */
const groupOf = (policies: readonly EndpointPolicy[], group: string): readonly number[] =>
  policies
    .map(ruleOf)
    .filter(({ direction, ruleType }) => group === `${direction} ${ruleType}`)
    .map(({ priority }) => priority);
const GROUPS = ['In Switch', 'In Host', 'Out Switch', 'Out Host'];

/** Positions in the list, in the order of their numbers; of equal ones the first of the list comes first. */
const ranking = (numbers: readonly number[]): readonly number[] =>
  [...numbers.keys()].sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));

order('distinctPriorities() makes them distinct, in range, and keeps their order', () => {
  fc.assert(
    fc.property(anyRules, anyFree, (all, free) => {
      const before = rules(all.join(', '));
      const { policies: after } = distinctPriorities(before, free);
      for (const group of GROUPS) {
        const numbers = groupOf(after, group);
        assert.is(new Set(numbers).size, numbers.length);
        assert.equal(ranking(numbers), ranking(groupOf(before, group)));
        const last = free.some((direction) => group === `${direction} Switch`) ? 65_499 : 65_500;
        assert.ok(numbers.every((number) => number >= 1 && number <= last));
      }
    }),
  );
});
order('distinctPriorities() has a note for each rule that it changed', () => {
  fc.assert(
    fc.property(anyRules, anyFree, (all, free) => {
      const before = rules(all.join(', '));
      const { policies, notes } = distinctPriorities(before, free);
      const changed = prioritiesOf(policies).filter((number, at) => number !== prioritiesOf(before)[at]);
      assert.is(notes.length, changed.length);
    }),
  );
});
order('distinctPriorities() of its own answer changes nothing', () => {
  fc.assert(
    fc.property(anyRules, (all) => {
      const { policies } = distinctPriorities(rules(all.join(', ')), []);
      assert.equal(distinctPriorities(policies, []), { policies, notes: [] });
    }),
  );
});

order.run();
