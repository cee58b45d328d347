/** The v2 documents that HNS answers for its objects, key for key as the recorded traces have them. */
import { formatCidr } from '../../src/net/cidr.ts';
import { ZERO } from './guid.ts';
import type { Doc } from './json.ts';
import { spell } from './macs.ts';
import type { Endpoint, Namespace, Network, Subnet } from './node.ts';

const SCHEMA = { Major: 2, Minor: 0 };
/** 100 ns intervals from 1601 to 1970 (FILETIME, minwinbase.h). */
const EPOCH = 116444736000000000n;

/** A FILETIME as the number JSON carries; precise to some tens of 100 ns intervals. */
export const filetime = (milliseconds: number): number => Number(EPOCH + BigInt(Math.trunc(milliseconds)) * 10000n);

const health = (updated: number, extra: Doc): Doc => ({
  Data: { LastErrorCode: 0, LastUpdateTime: filetime(updated) },
  Extra: { Resources: {}, ...extra },
});

/** HostComputeNetwork; the type NAT is the default value, which HNS leaves out. */
export const networkView = (network: Network): Doc => ({
  ID: network.id,
  Name: network.name,
  ...(network.type === 'NAT' ? {} : { Type: network.type }),
  Policies: network.policies,
  MacPool: {
    Ranges: network.macs.map(({ start, end }) => ({ StartMacAddress: spell(start), EndMacAddress: spell(end) })),
  },
  Dns: network.dns,
  Ipams: [{ Type: network.ipam, Subnets: network.subnets.map(subnetView) }],
  Flags: network.flags,
  Health: health(network.updated, { SwitchGuid: network.switchId }),
  SchemaVersion: SCHEMA,
});

const subnetView = (subnet: Subnet): Doc => ({
  IpAddressPrefix: formatCidr(subnet.prefix),
  ...(subnet.policies === undefined ? {} : { Policies: subnet.policies }),
  Routes: subnet.routes,
  ...(subnet.flags === 0 ? {} : { Flags: subnet.flags }),
});

/** HostComputeEndpoint; an unattached one shows the zero GUID as its namespace. */
export const endpointView = (endpoint: Endpoint): Doc => ({
  ID: endpoint.id,
  Name: endpoint.name,
  HostComputeNetwork: endpoint.network.id,
  HostComputeNamespace: endpoint.namespace?.id ?? ZERO,
  Policies: endpoint.policies,
  IpConfigurations: endpoint.addresses.map(({ ip, prefix }) => ({ IpAddress: ip.text, PrefixLength: prefix })),
  Dns: endpoint.dns,
  Routes: endpoint.routes,
  MacAddress: endpoint.mac,
  Flags: endpoint.flags,
  Health: health(endpoint.updated, { SharedContainers: endpoint.sharedContainers }),
  SchemaVersion: SCHEMA,
});

/** HostComputeNamespace. */
export const namespaceView = (namespace: Namespace): Doc => ({
  ID: namespace.id,
  NamespaceId: namespace.compartment,
  Type: namespace.type,
  Resources: namespace.resources.map(({ Type, id }) => ({ Type, Data: { Id: id } })),
  SchemaVersion: SCHEMA,
});

/** EndpointStats of a local endpoint: no traffic passes through the simulator. */
export const statsView = (endpoint: Endpoint): Doc => ({
  BytesReceived: 0,
  BytesSent: 0,
  DroppedPacketsIncoming: 0,
  DroppedPacketsOutgoing: 0,
  EndpointId: endpoint.id,
  InstanceId: endpoint.id,
  PacketsReceived: 0,
  PacketsSent: 0,
});
