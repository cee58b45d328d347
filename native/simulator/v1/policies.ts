/** Policies in v1 documents: flat, some of them and of their fields under other names than in v2. */
import { refuse } from '../errors.ts';
import { count, type Doc, flag, text } from '../json.ts';
import type { Node, Policy } from '../node.ts';

/** How one policy type is spelled; `fields` are those whose names differ. */
interface Spelling {
  readonly v1: string;
  readonly v2: string;
  /** v1 name to v2 name. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What of the settings has another form, not only another name. */
  readonly toV2?: (settings: Doc, node: Node) => Doc;
  readonly toV1?: (settings: Doc) => Doc;
}

/** Types that are not here are called the same in both. */
const SPELLINGS: readonly Spelling[] = [
  { v1: 'NAT', v2: 'PortMapping', toV2: portMappingOf, toV1: natOf },
  { v1: 'ACL', v2: 'ACL', toV2: aclOf },
  { v1: 'ROUTE', v2: 'SDNRoute' },
  { v1: 'OutBoundNAT', v2: 'OutBoundNAT', fields: { VIP: 'VirtualIP', ExceptionList: 'Exceptions' } },
  { v1: 'PA', v2: 'ProviderAddress', fields: { PA: 'ProviderAddress' } },
  { v1: 'PROXY', v2: 'L4Proxy', fields: { ExceptionList: 'Exceptions', OutboundNat: 'OutboundNAT' } },
  { v1: 'VLAN', v2: 'VLAN', fields: { VLAN: 'IsolationId' } },
  { v1: 'VSID', v2: 'VSID', fields: { VSID: 'IsolationId' } },
];
/** They say everything by their type; every other one has settings in v2. */
const WITHOUT_SETTINGS: readonly string[] = ['L2Driver', 'HostRoute'];

/** A v1 policy as v2 has it. A type by its v2 name is unknown to v1. */
export function toV2(node: Node, policy: Doc): Doc {
  const type = text(policy, 'Type') ?? '';
  const flat = without(policy, ['Type']);
  const spelling = SPELLINGS.find(({ v1 }) => isCalled(v1, type));
  if (spelling !== undefined) {
    const settings = renamed(flat, spelling.fields ?? {});
    return { Type: spelling.v2, Settings: spelling.toV2?.(settings, node) ?? settings };
  }
  if (SPELLINGS.some(({ v2 }) => isCalled(v2, type))) refuse(node.switches.unknownPolicyType);
  return WITHOUT_SETTINGS.some((each) => isCalled(each, type)) ? { Type: type } : { Type: type, Settings: flat };
}

const isCalled = (name: string, type: string): boolean => name.toLowerCase() === type.toLowerCase();

/** A v2 policy as v1 shows it. */
export function toV1(policy: Policy | Doc): Doc {
  const { Type, Settings = {} } = policy as Policy;
  const { v1 = Type, fields = {}, toV1: form } = SPELLINGS.find(({ v2 }) => v2 === Type) ?? {};
  const settings = renamed(Settings, reversed(fields));
  return { Type: v1, ...(form?.(settings) ?? settings) };
}

const renamed = (fields: Doc, names: Readonly<Record<string, string>>): Doc =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name] ?? name, value]));

const reversed = (names: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(names).map(([one, other]) => [other, one]));

const without = (fields: Doc, keys: readonly string[]): Doc =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));

/** Protocols that v1 mappings call by name. */
const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17 };
/** Port mapping flag ExternalPortReserved. */
const RESERVED = 4;

function portMappingOf(nat: Doc, node: Node): Doc {
  const flags = (count(nat, 'Flags') ?? 0) | (flag(nat, 'ExternalPortReserved') === true ? RESERVED : 0);
  return {
    ...without(nat, ['ExternalPortReserved']),
    ...('Protocol' in nat ? { Protocol: numberOf(nat, node) } : {}),
    ...(flags === 0 ? {} : { Flags: flags }),
  };
}

/** A protocol by its name or number, which is a text either way. */
function numberOf(nat: Doc, node: Node): number {
  const name = text(nat, 'Protocol') ?? '';
  const number = PROTOCOLS[name.toUpperCase()] ?? Number(name);
  return Number.isInteger(number) && number > 0 ? number : refuse(node.switches.invalidPolicy);
}

function natOf(mapping: Doc): Doc {
  const flags = count(mapping, 'Flags') ?? 0;
  const number = count(mapping, 'Protocol');
  const name = Object.keys(PROTOCOLS).find((each) => PROTOCOLS[each] === number);
  return {
    ...without(mapping, ['Flags']),
    ...(number === undefined ? {} : { Protocol: name ?? String(number) }),
    ...((flags & RESERVED) === 0 ? {} : { ExternalPortReserved: true }),
    ...((flags & ~RESERVED) === 0 ? {} : { Flags: flags & ~RESERVED }),
  };
}

/** v1 has a number for one protocol or port and a text for several; v2 has the text only. */
const LISTS = { Protocol: 'Protocols', LocalPort: 'LocalPorts', RemotePort: 'RemotePorts' } as const;

function aclOf(acl: Doc): Doc {
  const lists = Object.entries(LISTS).map(([single, list]): Doc => {
    const number = count(acl, single) ?? 0;
    return number === 0 ? {} : { [list]: String(number) };
  });
  return Object.assign({}, ...lists, without(acl, Object.keys(LISTS))) as Doc;
}
