/** Policies of endpoints and networks: which are known, what their settings must hold; ports are in ports.ts. */
import { networkOf, parseCidr } from '../../src/net/cidr.ts';
import { parseIp, sameIp } from '../../src/net/ip.ts';
import { Code, refuse } from './errors.ts';
import { count, type Doc, doc, docs, oneOf, text, texts } from './json.ts';
import type { Node, Policy } from './node.ts';

/** Tells whether settings can be used; false is 0x803B000D. */
type Check = (settings: Doc) => boolean;

const anything: Check = () => true;
const isBlock = (written: string): boolean => parseCidr(written) !== undefined || parseIp(written) !== undefined;

/** Endpoint policies (SDK schema HostComputeEndpoint, EndpointPolicyType), each with what its settings must hold. */
const ENDPOINT: Readonly<Record<string, Check>> = {
  ACL: isAcl,
  EncapOverhead: anything,
  Encryption: anything,
  InterfaceConstraint: anything,
  InterfaceParameters: anything,
  Iov: anything,
  L2Driver: anything,
  L4Proxy: anything,
  L4WFPPROXY: anything,
  OutBoundNAT: (settings) => (texts(settings, 'Exceptions') ?? []).every(isBlock),
  PortMapping: isPortMapping,
  PortName: anything,
  ProviderAddress: (settings) => parseIp(text(settings, 'ProviderAddress') ?? '') !== undefined,
  QOS: anything,
  SDNRoute: (settings) => isBlock(text(settings, 'DestinationPrefix') ?? ''),
  TierAcl: anything,
  VLAN: anything,
};

/** Network policies (SDK schema HostComputeNetwork, NetworkPolicyType). */
const NETWORK: Readonly<Record<string, Check>> = {
  AutomaticDNS: anything,
  DrMacAddress: anything,
  HostRoute: anything,
  InterfaceConstraint: anything,
  L4Proxy: anything,
  LayerConstraint: anything,
  NetAdapterName: (settings) => (text(settings, 'NetworkAdapterName') ?? '') !== '',
  NetworkACL: isAcl,
  OutBoundNAT: anything,
  ProviderAddress: (settings) => parseIp(text(settings, 'ProviderAddress') ?? '') !== undefined,
  QOS: anything,
  RemoteSubnetRoute: (settings) => parseCidr(text(settings, 'DestinationPrefix') ?? '') !== undefined,
  SetPolicy: (settings) => (text(settings, 'Id') ?? '') !== '',
  SourceMacAddress: anything,
  VSwitchExtension: anything,
  VxlanPort: (settings) => (count(settings, 'Port') ?? 0) > 0,
};

/** These say everything by their type. */
const WITHOUT_SETTINGS: readonly string[] = ['L2Driver', 'HostRoute'];

/** The policies of an endpoint document, checked, with the type spelled as the schema does. */
export const endpointPolicies = (node: Node, settings: Doc): readonly Policy[] => read(node, ENDPOINT, settings);

/** The policies of a network document, likewise. */
export const networkPolicies = (node: Node, settings: Doc): readonly Policy[] => read(node, NETWORK, settings);

function read(node: Node, known: Readonly<Record<string, Check>>, settings: Doc): readonly Policy[] {
  return (docs(settings, 'Policies') ?? []).map((each) => {
    const type = oneOf(Object.keys(known), text(each, 'Type')) ?? refuse(node.switches.unknownPolicyType);
    const body = doc(each, 'Settings');
    if (body === undefined) {
      return WITHOUT_SETTINGS.includes(type) ? { Type: type } : refuse(node.switches.invalidPolicy);
    }
    if (known[type]?.(body) !== true) refuse(node.switches.invalidPolicy);
    return { Type: type, Settings: body };
  });
}

/** The policies after a modify request (`Add`, `Remove`, `Update`) named by `request`. */
export function changed(
  node: Node,
  request: string,
  { old, wanted }: { old: readonly Policy[]; wanted: readonly Policy[] },
): readonly Policy[] {
  switch (request) {
    case 'Add':
      return [...old, ...wanted];
    case 'Remove':
      return wanted.reduce(without, old);
    case 'Update':
      return [...(node.switches.updateKeepsOtherPolicies ? old.filter(keptBy(wanted)) : []), ...wanted];
    default:
      return refuse(Code.InvalidParameter);
  }
}

/** An Update replaces the ACLs, and each other type that it names. */
const keptBy =
  (wanted: readonly Policy[]) =>
  ({ Type }: Policy): boolean =>
    Type !== 'ACL' && wanted.every((other) => other.Type !== Type);

function without(policies: readonly Policy[], policy: Policy): readonly Policy[] {
  const wanted = JSON.stringify(policy);
  const index = policies.findIndex((each) => JSON.stringify(each) === wanted);
  return index < 0 ? refuse(Code.PolicyNotFound) : policies.toSpliced(index, 1);
}

const DIRECTIONS = ['In', 'Out'] as const;
const ACTIONS = ['Allow', 'Block', 'Pass'] as const;
const RULE_TYPES = ['Switch', 'Host'] as const;
/** The highest priority number a rule may have; the implicit rules stand there. */
const LAST_PRIORITY = 65500;

function isAcl(settings: Doc): boolean {
  const rule = text(settings, 'RuleType');
  return (
    oneOf(ACTIONS, text(settings, 'Action')) !== undefined &&
    oneOf(DIRECTIONS, text(settings, 'Direction')) !== undefined &&
    (rule === undefined || oneOf(RULE_TYPES, rule) !== undefined) &&
    (count(settings, 'Priority') ?? 0) <= LAST_PRIORITY &&
    ['LocalAddresses', 'RemoteAddresses'].every((key) => isAddressList(text(settings, key) ?? '')) &&
    ['LocalPorts', 'RemotePorts'].every((key) => isPortList(text(settings, key) ?? ''))
  );
}

/** Addresses and blocks without host bits, or ids of set policies; `Any` is known to be refused. */
function isAddressList(list: string): boolean {
  return list === '' || list.split(',').every((item) => isAclAddress(item.trim()));
}

function isAclAddress(item: string): boolean {
  const block = parseCidr(item);
  if (block !== undefined) return sameIp(block.ip, networkOf(block));
  return parseIp(item) !== undefined || (!/^any$/i.test(item) && /^[\w-]+$/.test(item));
}

function isPortList(list: string): boolean {
  return list === '' || list.split(',').every((item) => /^\d{1,5}(?:-\d{1,5})?$/.test(item.trim()));
}

const MAX_PORT = 0xffff;

function isPortMapping(settings: Doc): boolean {
  const inner = count(settings, 'InternalPort') ?? 0;
  if (inner === 0) refuse(Code.InvalidInternalPort);
  return inner <= MAX_PORT && (count(settings, 'ExternalPort') ?? 0) <= MAX_PORT;
}
