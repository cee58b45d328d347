/** Namespaces: made, deleted, and what is attached to them. */
import { restate } from './attachments.ts';
import { Code, refuse } from './errors.ts';
import { guidOf } from './guid.ts';
import { type Doc, doc, oneOf, text } from './json.ts';
import { type Endpoint, HOST_COMPARTMENT, NAMESPACE_TYPES, type Namespace, type Node, REMOTE } from './node.ts';

/** Makes a namespace of a v2 document; compartments count up and are not used again. */
export function createNamespace(node: Node, settings: Doc, id: string): Namespace {
  const type = oneOf(NAMESPACE_TYPES, text(settings, 'Type') ?? 'Host') ?? refuse(Code.InvalidParameter);
  const isHost = type === 'HostDefault' && [...node.namespaces.values()].every(({ compartment }) => compartment !== 1);
  const compartment = isHost ? HOST_COMPARTMENT : node.nextCompartment;
  if (!isHost) node.nextCompartment += 1;
  const namespace: Namespace = { id, compartment, type, resources: [] };
  node.namespaces.set(id, namespace);
  return namespace;
}

/** Applies a modify document: adds or removes one endpoint or container. */
export function modifyNamespace(node: Node, namespace: Namespace, request: Doc): void {
  const settings = doc(request, 'Settings') ?? {};
  const type = oneOf(['Add', 'Remove'] as const, text(request, 'RequestType')) ?? refuse(Code.InvalidParameter);
  const add = type === 'Add';
  switch (text(request, 'ResourceType') ?? '') {
    case 'Endpoint': {
      const endpoint = node.endpoints.get(guidOf(text(settings, 'EndpointId') ?? '')) ?? refuse(Code.EndpointNotFound);
      if (add) addEndpoint(node, namespace, endpoint);
      else dropEndpoint(node, namespace, endpoint);
      return;
    }
    case 'Container': {
      const id = text(settings, 'ContainerId') ?? refuse(Code.InvalidParameter);
      if (add) addContainer(namespace, id);
      else dropContainer(node, namespace, id);
      return;
    }
    default:
      refuse(Code.InvalidParameter);
  }
}

function addEndpoint(node: Node, namespace: Namespace, endpoint: Endpoint): void {
  if ((endpoint.flags & REMOTE) !== 0) refuse(Code.RemoteEndpoint);
  if (endpoint.namespace !== undefined) {
    const answer =
      endpoint.namespace === namespace ? node.switches.reattachSameNamespace : node.switches.attachElsewhere;
    if (answer !== Code.Ok) refuse(answer);
    if (endpoint.namespace === namespace) return;
    detach(node, endpoint.namespace, endpoint);
  }
  namespace.resources = [...namespace.resources, { Type: 'Endpoint', id: endpoint.id }];
  endpoint.namespace = namespace;
  restate(node, endpoint);
}

function dropEndpoint(node: Node, namespace: Namespace, endpoint: Endpoint): void {
  if (endpoint.namespace === namespace) detach(node, namespace, endpoint);
  else if (node.switches.detachMissing !== Code.Ok) refuse(node.switches.detachMissing);
}

function addContainer(namespace: Namespace, id: string): void {
  if (holds(namespace, id)) return;
  namespace.resources = [...namespace.resources, { Type: 'Container', id }];
}

function dropContainer(node: Node, namespace: Namespace, id: string): void {
  if (!holds(namespace, id) && node.switches.detachMissing !== Code.Ok) refuse(node.switches.detachMissing);
  namespace.resources = namespace.resources.filter((each) => each.Type !== 'Container' || each.id !== id);
}

const holds = (namespace: Namespace, container: string): boolean =>
  namespace.resources.some(({ Type, id }) => Type === 'Container' && id === container);

/** Takes the endpoint out of its namespace; it stays on its network. */
export function detach(node: Node, namespace: Namespace, endpoint: Endpoint): void {
  namespace.resources = namespace.resources.filter(({ Type, id }) => Type !== 'Endpoint' || id !== endpoint.id);
  endpoint.namespace = undefined;
  restate(node, endpoint);
}

/** Deletes the namespace; its endpoints stay, detached, unless the node says otherwise. */
export function removeNamespace(node: Node, namespace: Namespace): void {
  if (namespace.compartment === HOST_COMPARTMENT && node.switches.deleteDefaultNamespace !== Code.Ok) {
    refuse(node.switches.deleteDefaultNamespace);
  }
  if (namespace.resources.some(({ Type }) => Type === 'Container')) refuse(Code.RequestUnsupported);
  const members = [...node.endpoints.values()].filter((endpoint) => endpoint.namespace === namespace);
  if (members.length > 0 && node.switches.deleteNamespaceWithEndpoints !== Code.Ok) {
    refuse(node.switches.deleteNamespaceWithEndpoints);
  }
  for (const endpoint of members) detach(node, namespace, endpoint);
  node.namespaces.delete(namespace.id);
}
