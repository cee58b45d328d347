/** Networks: made from v2 documents, modified, deleted with their endpoints; their own v2 document is in views.ts. */
import { adapterFor, admit, namedBy, networksOn } from './admission.ts';
import { removeEndpoint } from './endpoints.ts';
import { Code, refuse } from './errors.ts';
import { joinHost, leaveHost } from './host-switches.ts';
import { count, type Doc, doc, docs, oneOf, text } from './json.ts';
import { rangesFor } from './macs.ts';
import { NETWORK_TYPES, type Network, type NetworkType, type Node, type Policy } from './node.ts';
import { changed, networkPolicies } from './policies.ts';
import { subnetsFor } from './subnets.ts';

/** Makes a network of a v2 document and puts it on the node. `seeded` skips what only a newcomer must satisfy. */
export function createNetwork(node: Node, settings: Doc, { id, seeded }: { id: string; seeded: boolean }): Network {
  const type = oneOf(NETWORK_TYPES, text(settings, 'Type') ?? 'NAT') ?? refuse(Code.InvalidNetworkType);
  const subnets = subnetsFor(node, settings, type);
  const policies = networkPolicies(node, settings);
  const name = text(settings, 'Name') ?? '';
  if (!seeded) admit(node, { type, name, subnets });
  const network: Network = {
    id,
    name,
    type,
    flags: count(settings, 'Flags') ?? 0,
    ipam: text(docs(settings, 'Ipams')?.[0] ?? {}, 'Type') ?? 'Static',
    subnets,
    ...onSwitch(node, type, seeded ? foundOn(settings, policies) : madeOn(node, type, policies)),
    // Takes a pool of the node, so it comes after all that may refuse the network.
    macs: rangesFor(node, settings),
    activityId: node.newGuid(),
    updated: node.now(),
    seeded,
    policies,
    dns: doc(settings, 'Dns') ?? {},
    macsUsed: 0,
  };
  node.networks.set(id, network);
  joinHost(node, network);
  return network;
}

type OnHost = Pick<Network, 'adapter' | 'sourceMac' | 'managementIp'>;

/** What the host has made of a network that is there already: a seed tells, a request cannot. */
function foundOn(settings: Doc, policies: readonly Policy[]): OnHost {
  return {
    adapter: text(settings, 'NetworkAdapterName') ?? namedBy(policies, 'NetAdapterName', 'NetworkAdapterName'),
    sourceMac: text(settings, 'SourceMac') ?? namedBy(policies, 'SourceMacAddress', 'SourceMacAddress'),
    managementIp: text(settings, 'ManagementIP') ?? '',
  };
}

const madeOn = (node: Node, type: NetworkType, policies: readonly Policy[]): OnHost => ({
  adapter: adapterFor(node, type, policies),
  sourceMac: namedBy(policies, 'SourceMacAddress', 'SourceMacAddress'),
  managementIp: '',
});

/** Networks of one type share the switch of their adapter. */
function onSwitch(node: Node, type: NetworkType, host: OnHost): OnHost & Pick<Network, 'switchId'> {
  const present = host.adapter === undefined ? [] : networksOn(node, host.adapter);
  return { ...host, switchId: present.find((other) => other.type === type)?.switchId ?? node.newGuid() };
}

/** Applies a modify document; resources other than Policy and DNS are not modelled. */
export function modifyNetwork(node: Node, network: Network, request: Doc): void {
  const settings = doc(request, 'Settings') ?? {};
  switch (text(request, 'ResourceType') ?? '') {
    case 'Policy': {
      const wanted = networkPolicies(node, settings);
      network.policies = changed(node, text(request, 'RequestType') ?? '', { old: network.policies, wanted });
      return;
    }
    case 'DNS':
      network.dns = settings;
      return;
    default:
      refuse(Code.NotImplemented);
  }
}

/** Deletes the network and every endpoint on it, attached ones too. */
export function removeNetwork(node: Node, network: Network): void {
  for (const endpoint of [...node.endpoints.values()]) {
    if (endpoint.network === network) removeEndpoint(node, endpoint);
  }
  node.networks.delete(network.id);
  leaveHost(node, network);
}
