/** ACL rules of endpoints, networks and tiers: what of them HNS is known or thought to refuse. */
import { networkOf, parseCidr } from '../../src/net/cidr.ts';
import { parseIp, sameIp } from '../../src/net/ip.ts';
import { refuseBy } from './errors.ts';
import { count, type Doc, docs, oneOf, text } from './json.ts';
import type { Node } from './node.ts';
import { among, type Check, type Field, fields, needed, u16, word } from './policy-fields.ts';

const DIRECTIONS = ['In', 'Out'] as const;
const ACTIONS = ['Allow', 'Block', 'Pass'] as const;
const RULE_TYPES = ['Switch', 'Host'] as const;
/** The highest priority number a rule may have; the implicit rules stand there. */
const LAST_PRIORITY = 65500;
/** Protocols by number (IANA): TCP, UDP, SCTP. */
const WITH_PORTS: readonly string[] = ['6', '17', '132'];
/** Stands for any protocol; the real ones are below. */
const ANY_PROTOCOL = 256;
const MAX_PORT = 0xffff;

const protocols: Field = (rule, key) =>
  items(rule, key).every((item) => /^\d{1,3}$/.test(item) && Number(item) <= ANY_PROTOCOL);
const addresses: Field = (rule, key) => items(rule, key).every(isAddress);
const ports: Field = (rule, key) => items(rule, key).every(isPortRange);

/** What rules of every kind have. */
const MATCH = {
  Id: word,
  Protocols: protocols,
  LocalAddresses: addresses,
  RemoteAddresses: addresses,
  LocalPorts: ports,
  RemotePorts: ports,
  Priority: u16,
} as const;

const isRule = fields({
  ...MATCH,
  Action: needed(among(ACTIONS)),
  Direction: needed(among(DIRECTIONS)),
  RuleType: among(RULE_TYPES),
});

/** ACL and NetworkACL. */
export const isAcl: Check = (rule, node) => isRule(rule, node) && hasPriority(rule, node) && mayHavePorts(rule, node);

/** What a WFP proxy catches. */
export const isFilter: Check = fields(MATCH);

const isTierRule = fields({ ...MATCH, TierAclRuleAction: needed(among(ACTIONS)) });

/** TierAcl: rules that are looked at together. */
export const isTier: Check = (tier, node) =>
  fields({ Name: word, Direction: needed(among(DIRECTIONS)), Order: u16 })(tier, node) &&
  (docs(tier, 'TierAclRules') ?? []).every((rule) => isTierRule(rule, node) && mayHavePorts(rule, node));

/** Whether a rule is one of the host's firewall, which every kind of network has. */
export const isHostRule = (rule: Doc): boolean => oneOf(RULE_TYPES, text(rule, 'RuleType')) === 'Host';

/** Rules of the switch are ordered by their priorities; those of the firewall need none. */
function hasPriority(rule: Doc, node: Node): boolean {
  const priority = count(rule, 'Priority') ?? 0;
  if (priority === 0 && !isHostRule(rule)) refuseBy(node.switches.aclWithoutPriority);
  return priority <= LAST_PRIORITY;
}

function mayHavePorts(rule: Doc, node: Node): boolean {
  const named = items(rule, 'Protocols');
  const hasThem = named.length > 0 && named.every((protocol) => WITH_PORTS.includes(protocol));
  const asks = items(rule, 'LocalPorts').length + items(rule, 'RemotePorts').length > 0;
  if (asks && !hasThem) refuseBy(node.switches.aclPortsOfOtherProtocol);
  return true;
}

/** The items of a comma list. */
function items(rule: Doc, key: string): readonly string[] {
  const list = text(rule, key) ?? '';
  return list === '' ? [] : list.split(',').map((item) => item.trim());
}

/** An address, a block without host bits, or the id of a set policy; `Any` is known to be refused. */
function isAddress(item: string): boolean {
  const block = parseCidr(item);
  if (block !== undefined) return sameIp(block.ip, networkOf(block));
  return parseIp(item) !== undefined || (!/^any$/i.test(item) && /^[\w-]+$/.test(item));
}

function isPortRange(item: string): boolean {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(item) ?? [];
  return first !== undefined && Number(first) <= Number(last) && Number(last) <= MAX_PORT;
}
