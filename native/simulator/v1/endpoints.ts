/** Endpoints as v1 documents: what a request means in v2, what an answer shows, and the paths under /endpoints/. */
import { attachContainer, attachHost, detachContainer, detachHost } from '../attachments.ts';
import { createEndpoint, modifyEndpoint, removeEndpoint, statistics } from '../endpoints.ts';
import { Code, refuse } from '../errors.ts';
import { canonical, idFor } from '../guid.ts';
import { type Doc, docs, flag, oneOf, text } from '../json.ts';
import type { Endpoint, Node } from '../node.ts';
import { filetime } from '../views.ts';
import { dnsFields, dnsOf, filled, gatewayOf, given, routesOver, versionOf } from './fields.ts';
import { toV1, toV2 } from './policies.ts';
import type { Routes, V1Request } from './route.ts';

export const ENDPOINT_ROUTES: Routes = {
  'GET /endpoints/': ({ node }) => [...node.endpoints.values()].map((endpoint) => viewOf(node, endpoint)),
  'POST /endpoints/': create,
  'GET /endpoints/{id}': (request) => viewOf(request.node, named(request)),
  'POST /endpoints/{id}': update,
  'DELETE /endpoints/{id}': (request) => {
    const endpoint = named(request);
    removeEndpoint(request.node, endpoint);
    return viewOf(request.node, endpoint);
  },
  'POST /endpoints/{id}/attach': (request) => {
    move(request, { container: attachContainer, host: attachHost });
  },
  'POST /endpoints/{id}/detach': (request) => {
    move(request, { container: detachContainer, host: detachHost });
  },
  'GET /endpointstats/{id}': (request) => statistics(named(request)),
};

const named = ({ node, id }: V1Request): Endpoint => node.endpoints.get(id) ?? refuse(Code.EndpointNotFound);

function create({ node, body }: V1Request): Doc {
  const document = body();
  const network = node.networks.get(canonical(text(document, 'VirtualNetwork') ?? '') ?? refuse(Code.GuidConversion));
  if (network === undefined) return refuse(Code.NetworkNotFound);
  const id = idFor(node, node.endpoints, text(document, 'ID'));
  return viewOf(node, createEndpoint(node, network, { id, settings: settingsOf(node, document) }));
}

/** The policies that the document names take the place of those of their types, ACLs always. */
function update(request: V1Request): Doc {
  const { node, body } = request;
  const endpoint = named(request);
  const policies = policiesOf(node, body());
  modifyEndpoint(node, endpoint, { ResourceType: 'Policy', RequestType: 'Update', Settings: { Policies: policies } });
  return viewOf(node, endpoint);
}

interface Moves {
  readonly container: (node: Node, endpoint: Endpoint, container: string) => void;
  readonly host: (node: Node, endpoint: Endpoint) => void;
}

const SYSTEMS = ['Container', 'Host', 'VirtualMachine'] as const;

/** Virtual machines are not modelled. */
function move(request: V1Request, { container, host }: Moves): void {
  const { node } = request;
  const endpoint = named(request);
  const body = request.body();
  const system = oneOf(SYSTEMS, text(body, 'SystemType')) ?? refuse(Code.InvalidParameter);
  if (system === 'VirtualMachine') refuse(Code.NotImplemented);
  if (system === 'Host') host(node, endpoint);
  else container(node, endpoint, text(body, 'ContainerId') ?? refuse(Code.InvalidParameter));
}

/** The v2 document that says the same. */
function settingsOf(node: Node, document: Doc): Doc {
  return given({
    Name: filled(document, 'Name'),
    MacAddress: filled(document, 'MacAddress'),
    Flags: FLAGS.reduce((flags, [key, value]) => flags | (flag(document, key) === true ? value : 0), 0),
    IpConfigurations: [
      ...addressAt(document, 'IPAddress', 'PrefixLength'),
      ...addressAt(document, 'IPv6Address', 'IPv6PrefixLength'),
    ],
    Routes: routesOver({ 4: filled(document, 'GatewayAddress'), 6: filled(document, 'GatewayAddressV6') }),
    Dns: dnsOf(document),
    Policies: policiesOf(node, document),
  });
}

/** v1 fields and the endpoint flags of v2 (schema HostComputeEndpoint, EndpointFlags). */
const FLAGS = [
  ['IsRemoteEndpoint', 1],
  ['DisableICC', 2],
  ['EnableLowMetric', 8],
  ['EnableInternalDNS', 16],
] as const;

function addressAt(document: Doc, address: string, prefix: string): readonly Doc[] {
  const ip = filled(document, address);
  return ip === undefined ? [] : [given({ IpAddress: ip, PrefixLength: document[prefix] })];
}

/** The overhead of an encapsulation is a field in v1 and a policy in v2. */
function policiesOf(node: Node, document: Doc): readonly Doc[] {
  const overhead = document['EncapOverhead'];
  return [
    ...(docs(document, 'Policies') ?? []).map((each) => toV2(node, each)),
    ...(overhead === undefined ? [] : [{ Type: 'EncapOverhead', Settings: { Overhead: overhead } }]),
  ];
}

/** HNSEndpoint, key for key as the recorded traces have it. */
function viewOf(node: Node, endpoint: Endpoint): Doc {
  const { network, policies, flags } = endpoint;
  const encap = policies.find(({ Type }) => Type === 'EncapOverhead')?.Settings;
  return {
    ActivityId: endpoint.activityId,
    AdditionalParams: {},
    CreateProcessingStartTime: filetime(endpoint.updated),
    Health: { LastErrorCode: 0, LastUpdateTime: filetime(endpoint.updated) },
    ID: endpoint.id,
    MacAddress: endpoint.mac,
    Name: endpoint.name,
    Policies: policies.filter(({ Type }) => Type !== 'EncapOverhead').map(toV1),
    SharedContainers: endpoint.sharedContainers,
    StartTime: filetime(endpoint.updated),
    State: endpoint.state,
    Type: network.type,
    Version: versionOf(node),
    VirtualNetwork: network.id,
    VirtualNetworkName: network.name,
    ...given({
      Namespace: endpoint.namespace === undefined ? undefined : { ID: endpoint.namespace.id },
      EncapOverhead: encap?.['Overhead'],
      ...Object.fromEntries(FLAGS.map(([key, value]) => [key, (flags & value) !== 0])),
    }),
    ...addressFields(endpoint),
    ...dnsFields(endpoint.dns),
  };
}

function addressFields({ addresses, routes }: Endpoint): Doc {
  const v4 = addresses.find(({ ip }) => ip.family === 4);
  const v6 = addresses.find(({ ip }) => ip.family === 6);
  return given({
    IPAddress: v4?.ip.text,
    PrefixLength: v4?.prefix,
    GatewayAddress: gatewayOf(routes, 4),
    IPv6Address: v6?.ip.text,
    IPv6PrefixLength: v6?.prefix,
    GatewayAddressV6: gatewayOf(routes, 6),
  });
}
