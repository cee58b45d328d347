/** The network policies that HNS knows (SDK schema HostComputeNetwork, NetworkPolicyType). Pure. */
import { formatMacDashes, parseMac } from '../net/mac.ts';
import { bool, type Decoder, fail, text } from '../spec/decode.ts';
import { ACL_FIELDS, checkAcl } from './acl-fields.ts';
import { ENDPOINT_TYPES, interfaceConstraint, l4Proxy } from './endpoint-types.ts';
import { anyCase, cidr, ip, port, u32, word } from './fields.ts';
import type { PolicyTypes } from './policy-type.ts';

/** HNS spells a MAC with dashes. */
const mac: Decoder<string> = (value, path) => {
  const read = typeof value === 'string' ? parseMac(value) : undefined;
  return read === undefined ? fail(path, 'a MAC address such as "00-15-5D-AA-BB-CC"', value) : formatMacDashes(read);
};

const remoteSubnetRoute = {
  v1: 'RemoteSubnetRoute',
  fields: {
    DestinationPrefix: { as: cidr, v1: 'DestinationPrefix', required: true },
    IsolationId: { as: u32, v1: 'IsolationId' },
    ProviderAddress: { as: ip, v1: 'ProviderAddress', required: true },
    DistributedRouterMacAddress: { as: mac, v1: 'DistributedRouterMacAddress' },
  },
} as const;

/** What a network made by the plugin can be given; what v1 calls otherwise is read here too. */
export const NETWORK_TYPES = {
  NetAdapterName: { fields: { NetworkAdapterName: { as: word, required: true } } },
  SourceMacAddress: { fields: { SourceMacAddress: { as: mac, required: true } } },
  InterfaceConstraint: interfaceConstraint,
  VSwitchExtension: { fields: { ExtensionID: { as: word, required: true }, Enable: { as: bool } } },
  ProviderAddress: ENDPOINT_TYPES.ProviderAddress,
  DrMacAddress: { fields: { Address: { as: mac, required: true } } },
  AutomaticDNS: { fields: { Enable: { as: bool } } },
  RemoteSubnetRoute: remoteSubnetRoute,
  VxlanPort: { fields: { Port: { as: port, required: true } } },
  HostRoute: { fields: {} },
  SetPolicy: {
    fields: {
      Id: { as: word, required: true },
      Name: { as: text },
      PolicyType: { as: anyCase('IPSET', 'NESTEDIPSET') },
      Values: { as: text },
    },
  },
  L4Proxy: l4Proxy,
  LayerConstraint: { fields: { LayerId: { as: word, required: true } } },
  NetworkACL: { fields: ACL_FIELDS, check: checkAcl },
  NeighborDiscovery: {
    fields: { TargetIpPrefix: { as: cidr }, SenderIpAddress: { as: ip }, SenderMacAddress: { as: mac } },
  },
  OutBoundNAT: ENDPOINT_TYPES.OutBoundNAT,
  QOS: ENDPOINT_TYPES.QOS,
} as const satisfies PolicyTypes;
