/** The endpoint policies that HNS knows (SDK schema HostComputeEndpoint, EndpointPolicyType), v2 and v1. Pure. */
import { bool, type Decoder, list, record, text } from '../spec/decode.ts';
import { ACL_FIELDS, checkAcl, checkMatch, MATCH_FIELDS } from './acl-fields.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { anyCase, cidr, cidrOrIp, emptyOr, ip, port, portText, u16, u32, u64, word } from './fields.ts';
import type { PolicyType, PolicyTypes, SettingsOf } from './policy-type.ts';
import { mappedProtocol, protocol, TCP } from './protocols.ts';
import { settings } from './settings.ts';

/** NatFlags of the SDK schema. */
export const NatFlag = { LocalRoutedVip: 1, IPv6: 2, ExternalPortReserved: 4 } as const;

const reserved: Decoder<number> = (value, path) => (bool(value, path) ? NatFlag.ExternalPortReserved : 0);
const toReserved = (flags: unknown): boolean | undefined =>
  flags === 0 || flags === NatFlag.ExternalPortReserved ? flags !== 0 : undefined;

const portMapping = {
  v1: 'NAT',
  fields: {
    Protocol: {
      as: mappedProtocol,
      v1: 'Protocol',
      toV1: (number: unknown) => (number === TCP ? 'TCP' : 'UDP'),
      required: true,
    },
    InternalPort: { as: port, v1: 'InternalPort', required: true },
    /** 0 or none: HNS picks one. */
    ExternalPort: { as: u16, v1: 'ExternalPort' },
    VIP: { as: emptyOr(ip) },
    Flags: { as: u32, v1: 'ExternalPortReserved', fromV1: reserved, toV1: toReserved },
  },
} as const satisfies PolicyType;

const outBoundNat = {
  v1: 'OutBoundNAT',
  fields: {
    VirtualIP: { as: emptyOr(ip), v1: 'VIP' },
    Exceptions: { as: list(cidrOrIp), v1: 'ExceptionList' },
    Destinations: { as: list(cidrOrIp), v1: 'Destinations' },
    Flags: { as: u32 },
    MaxPortPoolUsage: { as: u16, v1: 'MaxPortPoolUsage' },
  },
} as const satisfies PolicyType;

const sdnRoute = {
  v1: 'ROUTE',
  fields: {
    DestinationPrefix: { as: cidr, v1: 'DestinationPrefix', required: true },
    NextHop: { as: emptyOr(ip), v1: 'NextHop' },
    NeedEncap: { as: bool, v1: 'NeedEncap' },
    AutomaticEndpointMonitor: { as: record },
  },
} as const satisfies PolicyType;

/** hcsshim's names in v2; the SDK schema has those of v1, which are read as well. */
export const l4Proxy = {
  v1: 'PROXY',
  fields: {
    IP: { as: emptyOr(ip), v1: 'IP' },
    Port: { as: emptyOr(portText), v1: 'Port' },
    Protocol: { as: protocol },
    Exceptions: { as: list(cidrOrIp), v1: 'ExceptionList' },
    Destination: { as: emptyOr(cidrOrIp), v1: 'Destination' },
    OutboundNAT: { as: bool, v1: 'OutboundNat' },
  },
} as const satisfies PolicyType;

const filterTuple = settings({ fields: MATCH_FIELDS, check: checkMatch });
const proxyExceptions = settings({
  fields: { IpAddressExceptions: { as: list(cidrOrIp) }, PortExceptions: { as: list(portText) } },
});

const l4WfpProxy = {
  v1: 'L4WFPPROXY',
  fields: {
    InboundProxyPort: { as: emptyOr(portText), v1: 'InboundProxyPort' },
    OutboundProxyPort: { as: emptyOr(portText), v1: 'OutboundProxyPort' },
    FilterTuple: { as: filterTuple, v1: 'FilterTuple' },
    UserSID: { as: text, v1: 'UserSID' },
    InboundExceptions: { as: proxyExceptions, v1: 'InboundExceptions' },
    OutboundExceptions: { as: proxyExceptions, v1: 'OutboundExceptions' },
  },
} as const satisfies PolicyType;

/** ICS, and networks that choose their NIC. */
export const interfaceConstraint = {
  fields: {
    InterfaceGuid: { as: text },
    InterfaceLuid: { as: u64 },
    InterfaceIndex: { as: u32 },
    InterfaceMediaType: { as: u32 },
    InterfaceAlias: { as: text },
    InterfaceDescription: { as: text },
  },
} as const satisfies PolicyType;

const tierAcl = {
  fields: {
    Name: { as: word, required: true },
    Direction: { as: anyCase('In', 'Out'), required: true },
    Order: { as: u16 },
    TierAclRules: {
      as: list(
        settings({
          fields: {
            Id: { as: text },
            TierAclRuleAction: { as: anyCase('Allow', 'Block', 'Pass'), required: true },
            ...MATCH_FIELDS,
          },
          check: checkMatch,
        }),
      ),
      required: true,
    },
  },
} as const satisfies PolicyType;

/** Which network types take which, HNS decides. */
export const ENDPOINT_TYPES = {
  PortMapping: portMapping,
  ACL: { v1: 'ACL', fields: ACL_FIELDS, check: checkAcl },
  QOS: {
    v1: 'QOS',
    fields: {
      MaximumOutgoingBandwidthInBytes: { as: u64, v1: 'MaximumOutgoingBandwidthInBytes', required: true },
    },
  },
  L2Driver: { v1: 'L2Driver', fields: {} },
  OutBoundNAT: outBoundNat,
  SDNRoute: sdnRoute,
  L4Proxy: l4Proxy,
  L4WFPPROXY: l4WfpProxy,
  ProviderAddress: { v1: 'PA', fields: { ProviderAddress: { as: ip, v1: 'PA', required: true } } },
  PortName: { fields: { Name: { as: word, required: true } } },
  EncapOverhead: { fields: { Overhead: { as: u16, required: true } } },
  InterfaceConstraint: interfaceConstraint,
  VLAN: { v1: 'VLAN', fields: { IsolationId: { as: u32, v1: 'VLAN', required: true } } },
  InterfaceParameters: { fields: { Mtu: { as: u16, required: true } } },
  Encryption: { fields: {} },
  Iov: {
    fields: {
      IovOffloadWeight: { as: u32 },
      QueuePairsRequested: { as: u32 },
      InterruptModeration: { as: u32 },
    },
  },
  TierAcl: tierAcl,
} as const satisfies PolicyTypes;

export type EndpointType = keyof typeof ENDPOINT_TYPES;

/** A policy of our own, with settings as its type has them. */
export const endpointPolicy = <T extends EndpointType>(
  Type: T,
  Settings: SettingsOf<(typeof ENDPOINT_TYPES)[T]>,
): EndpointPolicy => ({ Type, Settings });
