/** Networks: made from v2 documents, modified, deleted with their endpoints; their own v2 document is in views.ts. */
import { networkOf, parseCidr } from '../../src/net/cidr.ts';
import { parseIp, sameIp } from '../../src/net/ip.ts';
import { removeEndpoint } from './endpoints.ts';
import { Code, refuse } from './errors.ts';
import { count, type Doc, doc, docs, oneOf, text } from './json.ts';
import { rangesFor } from './macs.ts';
import {
  EXTERNAL,
  NETWORK_TYPES,
  type Network,
  type NetworkType,
  type Node,
  type Policy,
  type Subnet,
} from './node.ts';
import { changed, networkPolicies } from './policies.ts';
import { routeOf } from './routes.ts';

/** The lowest VSID an overlay subnet may have (HNS reserves those below). */
const FIRST_VSID = 4096;

/** Makes a network of a v2 document and puts it on the node. `seeded` skips what only a newcomer must satisfy. */
export function createNetwork(node: Node, settings: Doc, { id, seeded }: { id: string; seeded: boolean }): Network {
  const written = text(settings, 'Type') ?? 'NAT';
  const type = oneOf(NETWORK_TYPES, written) ?? refuse(Code.InvalidNetworkType);
  const subnets = subnetsFor(node, settings, type);
  const policies = networkPolicies(node, settings);
  const name = text(settings, 'Name') ?? '';
  if (!seeded) admit(node, { type, name, policies });
  // What the host has done to a network that is there already; a request cannot say it.
  const known = (key: string): string | undefined => (seeded ? text(settings, key) : undefined);
  const network: Network = {
    id,
    name,
    type,
    flags: count(settings, 'Flags') ?? 0,
    subnets,
    macs: rangesFor(node, settings),
    switchId: node.newGuid(),
    activityId: node.newGuid(),
    adapter: namedBy(policies, 'NetAdapterName', 'NetworkAdapterName') ?? known('NetworkAdapterName'),
    sourceMac: namedBy(policies, 'SourceMacAddress', 'SourceMacAddress') ?? known('SourceMac'),
    updated: node.now(),
    seeded,
    managementIp: known('ManagementIP') ?? '',
    policies,
    dns: doc(settings, 'Dns') ?? {},
    macsUsed: 0,
  };
  node.networks.set(id, network);
  return network;
}

function namedBy(policies: readonly Policy[], type: string, key: string): string | undefined {
  return text(policies.find(({ Type }) => Type === type)?.Settings ?? {}, key);
}

/** What a network must satisfy to join those that are there. */
function admit(node: Node, { type, name, policies }: Pick<Network, 'type' | 'name' | 'policies'>): void {
  const others = [...node.networks.values()];
  if (others.some((other) => other.name === name)) refuse(node.switches.duplicateNetworkName);
  // WinNAT has one internal prefix, so the node has one NAT network.
  if (type === 'NAT' && others.some((other) => other.type === 'NAT')) refuse(Code.AlreadyExists);
  if (!EXTERNAL.includes(type)) return;
  const alias = namedBy(policies, 'NetAdapterName', 'NetworkAdapterName');
  const found = alias === undefined ? node.adapters.length > 0 : node.adapters.includes(alias);
  if (!found) refuse(Code.AdapterNotFound);
}

function subnetsFor(node: Node, settings: Doc, type: NetworkType): readonly Subnet[] {
  const named = (docs(settings, 'Ipams') ?? []).flatMap((ipam) => docs(ipam, 'Subnets') ?? []);
  if (named.length > 0) return named.map((subnet) => ({ id: node.newGuid(), ...subnetOf(subnet, type) }));
  return type === 'NAT' ? [defaultSubnet(node)] : refuse(Code.InvalidNetwork);
}

function defaultSubnet(node: Node): Subnet {
  const prefix = parseCidr(node.switches.natPrefix) ?? refuse(Code.InvalidPrefix);
  const gateway = prefix.ip.text.replace(/\d+$/, '1');
  return { id: node.newGuid(), prefix, routes: [{ NextHop: gateway, DestinationPrefix: '0.0.0.0/0' }], flags: 0 };
}

function subnetOf(subnet: Doc, type: NetworkType): Omit<Subnet, 'id'> {
  const prefix = parseCidr(text(subnet, 'IpAddressPrefix') ?? '') ?? refuse(Code.InvalidPrefix);
  if (type === 'NAT' && !sameIp(prefix.ip, networkOf(prefix))) refuse(Code.InvalidJson);
  const policies = docs(subnet, 'Policies');
  if (type === 'Overlay') (policies ?? []).forEach(checkVsid);
  const routes = (docs(subnet, 'Routes') ?? []).map(routeOf);
  return {
    prefix,
    routes: routes.map((route) => (parseIp(route.NextHop) === undefined ? refuse(Code.InvalidNetwork) : route)),
    flags: count(subnet, 'Flags') ?? 0,
    ...(policies === undefined ? {} : { policies }),
  };
}

function checkVsid(policy: Doc): void {
  if (text(policy, 'Type') !== 'VSID') return;
  if ((count(doc(policy, 'Settings') ?? {}, 'IsolationId') ?? 0) < FIRST_VSID) refuse(Code.InvalidPolicy);
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
}
