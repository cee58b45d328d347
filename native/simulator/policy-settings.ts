/** What the settings of each policy type must hold, by the types of the SDK's schema; a type that is not here is unknown. */
import { parseCidr } from '../../src/net/cidr.ts';
import { isAcl, isFilter, isTier } from './acls.ts';
import { Code, refuse } from './errors.ts';
import { count, text } from './json.ts';
import {
  address,
  block,
  blocks,
  type Check,
  fields,
  needed,
  number,
  part,
  truth,
  u16,
  word,
  words,
} from './policy-fields.ts';

const anything: Check = () => true;

const MAPPING = fields({ Protocol: number, InternalPort: u16, ExternalPort: u16, VIP: address, Flags: number });
const EXCEPTIONS = part(fields({ IpAddressExceptions: words, PortExceptions: words }));
const CONSTRAINT = fields({
  InterfaceGuid: word,
  InterfaceLuid: number,
  InterfaceIndex: number,
  InterfaceMediaType: number,
  InterfaceAlias: word,
  InterfaceDescription: word,
});
/** Two fields go by two names each: the schema's, and those that hcsshim sends. */
const PROXY = fields({
  IP: word,
  Port: word,
  Protocol: number,
  Destination: word,
  Exceptions: words,
  ExceptionList: words,
  OutboundNAT: truth,
  OutboundNat: truth,
});

/** Endpoint policies (schema HostComputeEndpoint, EndpointPolicyType). */
export const ENDPOINT_POLICIES: Readonly<Record<string, Check>> = {
  ACL: isAcl,
  EncapOverhead: fields({ Overhead: u16 }),
  Encryption: anything,
  InterfaceConstraint: CONSTRAINT,
  InterfaceParameters: fields({ Mtu: u16 }),
  Iov: fields({ IovOffloadWeight: number, QueuePairsRequested: number, InterruptModeration: number }),
  L2Driver: anything,
  L4Proxy: PROXY,
  L4WFPPROXY: fields({
    InboundProxyPort: word,
    OutboundProxyPort: word,
    UserSID: word,
    FilterTuple: part(isFilter),
    InboundExceptions: EXCEPTIONS,
    OutboundExceptions: EXCEPTIONS,
  }),
  // Destinations are not looked at: a peer is recorded to send "<nil>" and to be served.
  OutBoundNAT: fields({
    VirtualIP: address,
    Exceptions: blocks,
    Destinations: words,
    Flags: number,
    MaxPortPoolUsage: u16,
  }),
  PortMapping: (mapping, node) => {
    if ((count(mapping, 'InternalPort') ?? 0) === 0) refuse(Code.InvalidInternalPort);
    return MAPPING(mapping, node);
  },
  PortName: fields({ Name: needed(word) }),
  ProviderAddress: fields({ ProviderAddress: needed(address) }),
  QOS: fields({ MaximumOutgoingBandwidthInBytes: needed(number) }),
  SDNRoute: fields({
    DestinationPrefix: needed(block),
    NextHop: address,
    NeedEncap: truth,
    AutomaticEndpointMonitor: truth,
  }),
  TierAcl: isTier,
  VLAN: fields({ IsolationId: needed(number) }),
};

/** Network policies (schema HostComputeNetwork, NetworkPolicyType). */
export const NETWORK_POLICIES: Readonly<Record<string, Check>> = {
  AutomaticDNS: fields({ Enable: truth }),
  DrMacAddress: fields({ Address: word }),
  HostRoute: anything,
  InterfaceConstraint: CONSTRAINT,
  L4Proxy: PROXY,
  LayerConstraint: fields({ LayerId: word }),
  NetAdapterName: fields({ NetworkAdapterName: needed(word) }),
  NetworkACL: isAcl,
  OutBoundNAT: anything,
  ProviderAddress: fields({ ProviderAddress: needed(address) }),
  QOS: anything,
  RemoteSubnetRoute: (route, node) =>
    parseCidr(text(route, 'DestinationPrefix') ?? '') !== undefined &&
    fields({ IsolationId: number, ProviderAddress: address, DistributedRouterMacAddress: word })(route, node),
  SetPolicy: fields({ Id: needed(word), Name: word, PolicyType: word, Values: word }),
  SourceMacAddress: fields({ SourceMacAddress: needed(word) }),
  VSwitchExtension: fields({ ExtensionID: word, Enable: truth }),
  VxlanPort: (port) => (count(port, 'Port') ?? 0) > 0,
};

/** These say everything by their type. */
export const WITHOUT_SETTINGS: readonly string[] = ['L2Driver', 'HostRoute'];
