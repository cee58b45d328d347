/** Endpoints: made on a network, modified, deleted; attaching them to a namespace is in namespaces.ts. */
import { type Address, addressesFor, isRemote, subnetOf } from './addresses.ts';
import { forgetEndpoint } from './compute-systems.ts';
import { Code, refuse } from './errors.ts';
import { placeOnHost } from './host-switches.ts';
import { count, type Doc, doc, docs, text } from './json.ts';
import { macFor } from './macs.ts';
import { detach } from './namespaces.ts';
import {
  type Endpoint,
  type Network,
  type NetworkType,
  type Node,
  type Policy,
  REMOTE,
  type Route,
  State,
} from './node.ts';
import { changed, endpointPolicies } from './policies.ts';
import { checkOnce } from './policy-limits.ts';
import { withPorts } from './ports.ts';
import { routeOf } from './routes.ts';
import { statsView } from './views.ts';

/** What kube-proxy sees as the name of endpoints that were given none. */
const UNNAMED = 'Ethernet';
/** Network types whose endpoints HNS gives an L2Driver policy. */
const WITH_DRIVER: readonly NetworkType[] = ['L2Bridge', 'L2Tunnel'];

/** Makes an endpoint of a v2 document on the network; nothing is changed when it is refused. */
export function createEndpoint(
  node: Node,
  network: Network,
  { id, settings }: { id: string; settings: Doc },
): Endpoint {
  const policies = endpointPolicies(node, network, settings);
  checkOnce(policies);
  checkRemote(settings, policies);
  const addresses = addressesFor(node, network, settings);
  const endpoint: Endpoint = {
    id,
    name: text(settings, 'Name') ?? UNNAMED,
    network,
    addresses,
    dns: dnsFor(network, settings),
    routes: routesFor(network, settings, addresses),
    policies: withDriver(node, network, withPorts(node, policies)),
    mac: macFor(node, network, settings),
    flags: count(settings, 'Flags') ?? 0,
    activityId: node.newGuid(),
    updated: node.now(),
    namespace: undefined,
    state: State.Created,
    sharedContainers: [],
    hostAttached: false,
  };
  node.endpoints.set(id, endpoint);
  return endpoint;
}

/** Rules cannot be put on an endpoint of another node. */
function checkRemote(settings: Doc, policies: readonly Policy[]): void {
  if (isRemote(settings) && policies.some(({ Type }) => Type === 'ACL')) refuse(Code.RemoteEndpoint);
}

/** The network's DNS, unless the endpoint names anything of its own. */
function dnsFor(network: Network, settings: Doc): Doc {
  const own = doc(settings, 'Dns') ?? {};
  return Object.keys(own).length > 0 ? own : network.dns;
}

/** The routes that name a next hop; when none does, those of the subnets that the addresses lie in. */
function routesFor(network: Network, settings: Doc, addresses: readonly Address[]): readonly Route[] {
  const named = (docs(settings, 'Routes') ?? []).map(routeOf).filter(({ NextHop }) => NextHop !== '');
  if (named.length > 0) return named;
  return addresses.flatMap(({ ip }) => subnetOf(network, ip)?.routes ?? []);
}

function withDriver(node: Node, network: Network, policies: readonly Policy[]): readonly Policy[] {
  const driven = node.switches.addL2Driver && WITH_DRIVER.includes(network.type);
  return driven && policies.every(({ Type }) => Type !== 'L2Driver') ? [...policies, { Type: 'L2Driver' }] : policies;
}

/** Applies a modify document; the resource Port (virtual machines) is not modelled. */
export function modifyEndpoint(node: Node, endpoint: Endpoint, request: Doc): void {
  if (text(request, 'ResourceType') !== 'Policy') refuse(Code.NotImplemented);
  const wanted = endpointPolicies(node, endpoint.network, doc(request, 'Settings') ?? {});
  if ((endpoint.flags & REMOTE) !== 0) refuse(Code.RemoteEndpoint);
  const policies = changed(node, text(request, 'RequestType') ?? '', { old: endpoint.policies, wanted });
  checkOnce(policies);
  endpoint.policies = withPorts(node, policies, endpoint);
}

/** The statistics of the endpoint; HNS has none of another node's. */
export const statistics = (endpoint: Endpoint): Doc =>
  (endpoint.flags & REMOTE) === 0 ? statsView(endpoint) : refuse(Code.RemoteEndpoint);

/** Deletes the endpoint, out of its namespace, its containers and policy lists too. */
export function removeEndpoint(node: Node, endpoint: Endpoint): void {
  if (endpoint.namespace !== undefined) detach(node, endpoint.namespace, endpoint);
  forgetEndpoint(node, endpoint.id);
  for (const list of node.policyLists.values()) {
    list.references = list.references.filter((id) => id !== endpoint.id);
  }
  node.endpoints.delete(endpoint.id);
  placeOnHost(node, endpoint);
}
