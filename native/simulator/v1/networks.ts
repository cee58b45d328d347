/** Networks as v1 documents: what a request means in v2, what an answer shows, and the paths under /networks/. */
import { formatCidr } from '../../../src/net/cidr.ts';
import { Code, refuse } from '../errors.ts';
import { idFor } from '../guid.ts';
import { type Doc, docs, flag, text } from '../json.ts';
import { spell } from '../macs.ts';
import { createNetwork, modifyNetwork, removeNetwork } from '../networks.ts';
import type { Network, Node, Subnet } from '../node.ts';
import { filetime } from '../views.ts';
import { dnsFields, dnsOf, filled, gatewayOf, given, routesOver, versionOf } from './fields.ts';
import { toV1, toV2 } from './policies.ts';
import type { Routes, V1Request } from './route.ts';

export const NETWORK_ROUTES: Routes = {
  'GET /networks/': ({ node }) => [...node.networks.values()].map((network) => viewOf(node, network)),
  'POST /networks/': create,
  'GET /networks/{id}': (request) => viewOf(request.node, named(request)),
  'POST /networks/{id}': update,
  'DELETE /networks/{id}': (request) => {
    const network = named(request);
    removeNetwork(request.node, network);
    return viewOf(request.node, network);
  },
};

const named = ({ node, id }: V1Request): Network => node.networks.get(id) ?? refuse(Code.NetworkNotFound);

function create({ node, body }: V1Request): Doc {
  const document = body();
  const id = idFor(node, node.networks, text(document, 'ID'));
  return viewOf(node, createNetwork(node, settingsOf(node, document), { id, seeded: false }));
}

/** The policies that the document names take the place of those of their types. */
function update(request: V1Request): Doc {
  const { node, body } = request;
  const network = named(request);
  const policies = (docs(body(), 'Policies') ?? []).map((each) => toV2(node, each));
  modifyNetwork(node, network, { ResourceType: 'Policy', RequestType: 'Update', Settings: { Policies: policies } });
  return viewOf(node, network);
}

/** The v2 document that says the same. */
function settingsOf(node: Node, document: Doc): Doc {
  const subnets = docs(document, 'Subnets');
  return given({
    Name: filled(document, 'Name'),
    Type: filled(document, 'Type'),
    Flags: document['Flags'],
    MacPool: { Ranges: docs(document, 'MacPools') ?? [] },
    Dns: dnsOf(document),
    Policies: policiesOf(node, document),
    Ipams:
      subnets === undefined ? undefined : [{ Type: 'Static', Subnets: subnets.map((each) => subnetOf(node, each)) }],
  });
}

/** Those of v1, and those that say in v2 what are fields of their own in v1. */
function policiesOf(node: Node, document: Doc): readonly Doc[] {
  const adapter = filled(document, 'NetworkAdapterName');
  const mac = filled(document, 'SourceMac');
  return [
    ...(docs(document, 'Policies') ?? []).map((each) => toV2(node, each)),
    ...(adapter === undefined ? [] : [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: adapter } }]),
    ...(mac === undefined ? [] : [{ Type: 'SourceMacAddress', Settings: { SourceMacAddress: mac } }]),
    ...(flag(document, 'AutomaticDNS') === true ? [{ Type: 'AutomaticDNS', Settings: { Enable: true } }] : []),
  ];
}

function subnetOf(node: Node, subnet: Doc): Doc {
  const prefix = filled(subnet, 'AddressPrefix') ?? '';
  const gateway = filled(subnet, 'GatewayAddress');
  return {
    IpAddressPrefix: prefix,
    Routes: routesOver(prefix.includes(':') ? { 6: gateway } : { 4: gateway }),
    Policies: (docs(subnet, 'Policies') ?? []).map((each) => toV2(node, each)),
    ...given({ Flags: subnet['Flags'] }),
  };
}

/** HNSNetwork, key for key as the recorded traces have it. */
function viewOf(node: Node, network: Network): Doc {
  const { subnets, policies } = network;
  return {
    ActivityId: network.activityId,
    AdditionalParams: {},
    CurrentEndpointCount: [...node.endpoints.values()].filter((each) => each.network === network).length,
    Flags: network.flags,
    Health: { LastErrorCode: 0, LastUpdateTime: filetime(network.updated) },
    ID: network.id,
    IPv6: subnets.some(({ prefix }) => prefix.ip.family === 6),
    MacPools: network.macs.map(({ start, end }) => ({ StartMacAddress: spell(start), EndMacAddress: spell(end) })),
    MaxConcurrentEndpoints: 0,
    Name: network.name,
    Policies: policies.map(toV1),
    State: 1,
    Subnets: subnets.map(subnetView),
    SwitchGuid: network.switchId,
    TotalEndpoints: 0,
    Type: network.type,
    Version: versionOf(node),
    ...given({
      ManagementIP: network.managementIp,
      NetworkAdapterName: network.adapter,
      SourceMac: network.sourceMac,
      AutomaticDNS: policies.some(({ Type }) => Type === 'AutomaticDNS'),
    }),
    ...dnsFields(network.dns),
  };
}

function subnetView(subnet: Subnet): Doc {
  return {
    AdditionalParams: {},
    AddressPrefix: formatCidr(subnet.prefix),
    Flags: subnet.flags,
    ...given({ GatewayAddress: gatewayOf(subnet.routes, subnet.prefix.ip.family) }),
    Health: { LastErrorCode: 0 },
    ID: subnet.id,
    ObjectType: 5,
    Policies: (subnet.policies ?? []).map(toV1),
    State: 0,
  };
}
