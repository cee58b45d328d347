/** An ACL rule, and what can be told of one: where it is evaluated, what it is about, whether it leaves anything over. Pure. */
import { parseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { ADDRESSES, familyOf, itemsOf, PORTS } from './acl-fields.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { ANY } from './protocols.ts';

export type Direction = 'In' | 'Out';
export const DIRECTIONS = ['In', 'Out'] as const;

/** `Switch` rules are the virtual switch's and see all traffic, `Host` rules are those of the Windows firewall. */
export interface Rule {
  readonly direction: Direction;
  readonly ruleType: 'Switch' | 'Host';
  readonly action: unknown;
  /** 0 for a Host rule that has none. */
  readonly priority: number;
}

export const ruleOf = ({ Settings }: EndpointPolicy): Rule => ({
  direction: Settings['Direction'] === 'Out' ? 'Out' : 'In',
  ruleType: Settings['RuleType'] === 'Host' ? 'Host' : 'Switch',
  action: Settings['Action'],
  priority: typeof Settings['Priority'] === 'number' ? Settings['Priority'] : 0,
});

export const isAcl = ({ Type }: EndpointPolicy): boolean => Type === 'ACL' || Type === 'NetworkACL';

/** The families a rule can match: both, unless an address of it says which. */
export function familiesOf({ Settings }: EndpointPolicy): readonly Family[] {
  const stated = ADDRESSES.flatMap((key) => itemsOf(Settings[key])).map(familyOf);
  const [family] = stated.filter((one) => one !== undefined);
  return family === undefined ? [4, 6] : [family];
}

/** Whether no packet of the family passes a rule without matching it. */
export function matchesAll({ Settings }: EndpointPolicy, family: Family): boolean {
  const protocols = itemsOf(Settings['Protocols']);
  return (
    (protocols.length === 0 || protocols.includes(String(ANY))) &&
    PORTS.every((key) => itemsOf(Settings[key]).length === 0) &&
    ADDRESSES.every((key) => isAny(itemsOf(Settings[key]), family))
  );
}

const isAny = (addresses: readonly string[], family: Family): boolean =>
  addresses.length === 0 ||
  addresses.some((item) => {
    const block = parseCidr(item);
    return block?.prefix === 0 && block.ip.family === family;
  });
