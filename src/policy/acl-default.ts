/** What ACLs need beside themselves: blocks without host bits, and an end that lets the rest of the traffic pass. Pure. */
import { networkOf, parseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { oneOf } from '../spec/decode.ts';
import { DIRECTIONS, type Direction, isAcl, matchesAll, ruleOf } from './acl.ts';
import { ADDRESSES, itemsOf, LAST_PRIORITY } from './acl-fields.ts';
import type { EndpointPolicy, Noted } from './endpoint-policy.ts';
import { endpointPolicy } from './endpoint-types.ts';

/** Reads `aclDefault`: what happens to traffic that no ACL matches. */
export const aclDefault = oneOf('allow', 'deny');
export type AclDefault = ReturnType<typeof aclDefault>;

/** ACLs with the host bits of their blocks cleared, for which HNS may refuse them. */
export function withoutHostBits(policies: readonly EndpointPolicy[]): Noted {
  const notes: string[] = [];
  const cleared = policies.map((policy) => {
    if (!isAcl(policy)) return policy;
    const changed: Record<string, string> = {};
    for (const key of ADDRESSES) {
      const items = itemsOf(policy.Settings[key]);
      const masked = items.map(maskedBlock);
      if (masked.every((item, index) => item === items[index])) continue;
      changed[key] = masked.join(',');
      notes.push(`${nameOf(policy)}: ${key} "${items.join(',')}" has host bits, "${changed[key]}" is sent`);
    }
    return { ...policy, Settings: { ...policy.Settings, ...changed } };
  });
  return { policies: cleared, notes };
}

function maskedBlock(item: string): string {
  const block = parseCidr(item);
  if (block === undefined) return item;
  const network = networkOf(block);
  return network.value === block.ip.value ? item : `${network.text}/${block.prefix}`;
}

/** The directions that have ACLs and leave traffic of one of the families unmatched: HNS would deny it. */
export function openDirections(policies: readonly EndpointPolicy[], families: readonly Family[]): readonly Direction[] {
  const acls = policies.filter(({ Type }) => Type === 'ACL');
  return DIRECTIONS.filter((direction) => {
    const rules = acls.filter((policy) => ruleOf(policy).direction === direction);
    const ends = rules.filter((policy) => ruleOf(policy).ruleType === 'Switch');
    return rules.length > 0 && !families.every((family) => ends.some((policy) => matchesAll(policy, family)));
  });
}

/** The last rule of a direction: what nothing else matched is allowed. */
export const allowAll = (direction: Direction): Noted => ({
  policies: [endpointPolicy('ACL', { Action: 'Allow', Direction: direction, Priority: LAST_PRIORITY })],
  notes: [
    `ACL ${direction}, priority ${LAST_PRIORITY}: an allow-all is added, because any ACL makes HNS deny what none matches; ` +
      '"aclDefault": "deny" leaves it out',
  ],
});

const nameOf = (policy: EndpointPolicy): string => {
  const { direction, priority } = ruleOf(policy);
  return `ACL ${direction}${priority === 0 ? '' : `, priority ${priority}`}`;
};
