/** What an ACL says: its settings, read and checked one rule at a time; how rules go together is in acl-lint.ts. Pure. */
import { parseCidr } from '../net/cidr.ts';
import { type Family, parseIp } from '../net/ip.ts';
import { type Decoder, fail, integer, type Json, join, refuse, text } from '../spec/decode.ts';
import { anyCase, isPort, u16 } from './fields.ts';
import { ANY, hasPorts, protocolList } from './protocols.ts';

/** The highest number a rule may have: the implicit rules stand there, and the allow-alls that are added. */
export const LAST_PRIORITY = 65_500;

const ID = /^(?!\d+$)[\w-]+$/;

/** The items of a comma list; none for "" and for what is absent. */
export const itemsOf = (value: unknown): readonly string[] =>
  typeof value === 'string' && value !== '' ? value.split(',') : [];

/** A comma list of addresses, CIDRs and ids of set policies, without white space; "" is any address. */
export const addressList: Decoder<string> = (value, path) => {
  const items = commaList(value, path, 'addresses such as "10.1.0.0/16,10.2.0.3"');
  for (const item of items) {
    if (item.toLowerCase() === 'any') refuse(path, `HNS refuses "${item}", expected "" for any address`);
    if (!isAddress(item)) fail(path, 'IP addresses, CIDRs or ids of set policies', item);
  }
  return items.join(',');
};

const isAddress = (item: string): boolean => familyOf(item) !== undefined || ID.test(item);

/** The family of one item of an address list; undefined for the id of a set policy. */
export const familyOf = (item: string): Family | undefined => parseCidr(item)?.ip.family ?? parseIp(item)?.family;

/** A comma list of ports and ranges; "" is any port. A single one may be a number, as `LocalPort` of v1 is. */
export const portList: Decoder<string> = (value, path) => {
  const expected = 'ports such as "80,443,8000-9000"';
  const items = commaList(typeof value === 'number' ? String(value) : value, path, expected);
  return items.every(isPortOrRange) ? items.join(',') : fail(path, expected, value);
};

function isPortOrRange(item: string): boolean {
  const [first = '', last = first, ...more] = item.split('-');
  return more.length === 0 && isPort(first) && isPort(last) && Number(first) <= Number(last);
}

function commaList(value: unknown, path: string, expected: string): readonly string[] {
  if (typeof value !== 'string') return fail(path, expected, value);
  return value.trim() === '' ? [] : value.split(',').map((item) => item.trim());
}

/** Addresses, ports and protocols that a rule applies to; "" or absent is any. */
export const MATCH_FIELDS = {
  Protocols: { as: protocolList, v1: 'Protocols', also: { Protocol: protocolList } },
  LocalAddresses: { as: addressList, v1: 'LocalAddresses' },
  RemoteAddresses: { as: addressList, v1: 'RemoteAddresses' },
  LocalPorts: { as: portList, v1: 'LocalPorts', also: { LocalPort: portList } },
  RemotePorts: { as: portList, v1: 'RemotePorts', also: { RemotePort: portList } },
  Priority: { as: u16, v1: 'Priority' },
} as const;

/** SDK schema AclPolicySetting; v1 has the same but the action Pass, and older names for one protocol and one port. */
export const ACL_FIELDS = {
  Id: { as: text, v1: 'Id' },
  Action: {
    as: anyCase('Allow', 'Block', 'Pass'),
    v1: 'Action',
    toV1: (action: unknown) => (action === 'Pass' ? undefined : action),
    required: true,
  },
  Direction: { as: anyCase('In', 'Out'), v1: 'Direction', required: true },
  RuleType: { as: anyCase('Switch', 'Host'), v1: 'RuleType' },
  ...MATCH_FIELDS,
  Priority: { as: integer(0, LAST_PRIORITY), v1: 'Priority' },
} as const;

export const ADDRESSES = ['LocalAddresses', 'RemoteAddresses'] as const;
export const PORTS = ['LocalPorts', 'RemotePorts'] as const;

/** Refuses what no rule can mean: ports of protocols that have none, and addresses of both families. */
export function checkMatch(rule: Json, at: string): void {
  const protocols = itemsOf(rule['Protocols']).map(Number);
  const ports = PORTS.find((key) => itemsOf(rule[key]).length > 0);
  if (ports !== undefined && (protocols.length === 0 || !protocols.every(hasPorts)))
    refuse(
      join(at, ports),
      `${protocolsOf(protocols)} has no ports, expected Protocols of TCP (6), UDP (17) or SCTP (132)`,
    );
  const families = new Set<Family>();
  for (const key of ADDRESSES) {
    for (const item of itemsOf(rule[key])) {
      const family = familyOf(item);
      if (family !== undefined) families.add(family);
      if (families.size > 1) refuse(join(at, key), 'the rule mixes IPv4 and IPv6, expected a rule for each');
    }
  }
}

const protocolsOf = (protocols: readonly number[]): string =>
  protocols.length === 0 || protocols.includes(ANY) ? 'a rule of any protocol' : `protocol ${protocols.join(',')}`;

/** The same, and a priority that HNS can use: none only where the Windows firewall orders the rules. */
export function checkAcl(rule: Json, at: string): void {
  checkMatch(rule, at);
  if (rule['RuleType'] === 'Host' || (rule['Priority'] ?? 0) !== 0) return;
  fail(join(at, 'Priority'), `an integer in [1, ${LAST_PRIORITY}]`, rule['Priority']);
}
