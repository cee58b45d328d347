/** ACLs of a configuration against each other: rules whose order HNS does not tell must not contradict each other. Pure. */
import { join, refuse } from '../spec/decode.ts';
import { familiesOf, isAcl, ruleOf } from './acl.ts';
import type { Located } from './decode-policy.ts';

/**
 * Refuses two rules that can match the same packet at the same priority and do different things: which one HNS takes is
 * not the order of the list. Rules that do the same are let pass; acl-order.ts gives them numbers of their own.
 */
export function refuseClashes(found: readonly Located[]): void {
  const rules = found.filter(({ policy }) => isAcl(policy));
  for (const [index, later] of rules.entries()) {
    const earlier = rules.slice(0, index).find((other) => clash(other, later));
    if (earlier === undefined) continue;
    const { action, direction, ruleType, priority } = ruleOf(later.policy);
    refuse(
      join(later.at, 'Priority'),
      `${priority} is also that of ${join(earlier.at, 'Priority')}, another ${ruleType} rule for ${direction}, ` +
        `expected distinct ones for rules that do not both ${String(action)}`,
    );
  }
}

function clash(a: Located, b: Located): boolean {
  const [one, other] = [ruleOf(a.policy), ruleOf(b.policy)];
  return (
    one.priority !== 0 &&
    one.priority === other.priority &&
    one.direction === other.direction &&
    one.ruleType === other.ruleType &&
    one.action !== other.action &&
    familiesOf(a.policy).some((family) => familiesOf(b.policy).includes(family))
  );
}
