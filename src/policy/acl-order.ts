/** Priorities of ACLs made distinct in their group without changing which rule a packet meets first. Pure. */
import { DIRECTIONS, type Direction, isAcl, type Rule, ruleOf } from './acl.ts';
import { LAST_PRIORITY } from './acl-fields.ts';
import type { EndpointPolicy, Noted } from './endpoint-policy.ts';

/**
 * Gives each rule its own number or the next one that is free, in the order of numbers and, for equal ones, of the list.
 * In `keptFree` directions the last number stays free for the rule that is added there.
 */
export function distinctPriorities(policies: readonly EndpointPolicy[], keptFree: readonly Direction[]): Noted {
  const numbers = new Map<number, number>();
  for (const group of groupsOf(policies)) {
    const isFree = group.ruleType === 'Switch' && keptFree.includes(group.direction);
    const found = spread(
      group.rules.map(({ rule }) => rule.priority),
      isFree ? LAST_PRIORITY - 1 : LAST_PRIORITY,
    );
    for (const [at, { index }] of group.rules.entries()) numbers.set(index, found[at] ?? 0);
  }
  const notes: string[] = [];
  const renumbered = policies.map((policy, index) => {
    const [rule, number] = [ruleOf(policy), numbers.get(index)];
    if (number === undefined || number === rule.priority) return policy;
    notes.push(noteOf(rule, number));
    return { ...policy, Settings: { ...policy.Settings, Priority: number } };
  });
  return { policies: renumbered, notes };
}

/** Rules that are evaluated together, first to last. */
interface Group extends Pick<Rule, 'direction' | 'ruleType'> {
  readonly rules: readonly { readonly index: number; readonly rule: Rule }[];
}

/** Rules of the Windows firewall that have no number are in no order, and in no group. */
function groupsOf(policies: readonly EndpointPolicy[]): readonly Group[] {
  const numbered = policies
    .map((policy, index) => ({ policy, index, rule: ruleOf(policy) }))
    .filter(({ policy, rule }) => isAcl(policy) && rule.priority !== 0);
  const ruleTypes = ['Switch', 'Host'] as const;
  return DIRECTIONS.flatMap((direction) =>
    ruleTypes.map((ruleType) => ({
      direction,
      ruleType,
      rules: numbered
        .filter(({ rule }) => rule.direction === direction && rule.ruleType === ruleType)
        .sort((a, b) => a.rule.priority - b.rule.priority),
    })),
  );
}

/** Ascending numbers made strictly ascending: upwards past equal ones, then down again from the last one there is. */
function spread(ascending: readonly number[], last: number): readonly number[] {
  const numbers = [...ascending];
  for (const [at, number] of numbers.entries()) numbers[at] = Math.max(number, (numbers[at - 1] ?? 0) + 1);
  let limit = last;
  for (let at = numbers.length - 1; at >= 0; at -= 1) {
    limit = Math.min(limit, numbers[at] ?? limit);
    numbers[at] = limit;
    limit -= 1;
  }
  return numbers;
}

const noteOf = ({ direction, priority }: Rule, number: number): string =>
  `ACL ${direction}, priority ${priority}: sent with priority ${number}, so that no two rules of a group have one`;
