/** Namespaces as v1 documents, and the paths under /namespaces/. */
import { Code, refuse } from '../errors.ts';
import { idFor } from '../guid.ts';
import { type Doc, doc, flag, oneOf, text } from '../json.ts';
import { createNamespace, modifyNamespace, removeNamespace } from '../namespaces.ts';
import type { Namespace, Node } from '../node.ts';
import { versionOf } from './fields.ts';
import type { Routes, V1Request } from './route.ts';

export const NAMESPACE_ROUTES: Routes = {
  'GET /namespaces/': ({ node }) => [...node.namespaces.values()].map((namespace) => viewOf(node, namespace)),
  'POST /namespaces/': create,
  'GET /namespaces/{id}': (request) => viewOf(request.node, named(request)),
  'DELETE /namespaces/{id}': (request) => {
    removeNamespace(request.node, named(request));
  },
  'POST /namespaces/{id}/addresource': (request) => change(request, 'Add'),
  'POST /namespaces/{id}/removeresource': (request) => change(request, 'Remove'),
};

const named = ({ node, id }: V1Request): Namespace => node.namespaces.get(id) ?? refuse(Code.NotFound);

function create({ node, body }: V1Request): Doc {
  const document = body();
  const type = flag(document, 'IsDefault') === true ? 'HostDefault' : 'Host';
  const id = idFor(node, node.namespaces, text(document, 'ID'));
  return viewOf(node, createNamespace(node, { Type: type }, id));
}

/** `{"Type":"Endpoint","Data":{"Id":"<guid>"}}`, and the same for a container. */
function change(request: V1Request, verb: 'Add' | 'Remove'): Doc {
  const { node, body } = request;
  const namespace = named(request);
  const resource = body();
  const type = oneOf(['Endpoint', 'Container'] as const, text(resource, 'Type')) ?? refuse(Code.InvalidParameter);
  const id = text(doc(resource, 'Data') ?? {}, 'Id') ?? refuse(Code.InvalidParameter);
  modifyNamespace(node, namespace, { ResourceType: type, RequestType: verb, Settings: { [`${type}Id`]: id } });
  return viewOf(node, namespace);
}

/** The namespace as v1 shows it (schema HNSNamespace). */
const viewOf = (node: Node, { id, type, compartment, resources }: Namespace): Doc => ({
  ID: id,
  IsDefault: type === 'HostDefault' || type === 'GuestDefault',
  CompartmentId: compartment,
  CompartmentGuid: id,
  ResourceList: resources.map((each) => ({ Type: each.Type, Data: { Id: each.id } })),
  Containers: resources.filter(({ Type }) => Type === 'Container').map((each) => each.id),
  Policies: [],
  State: 1,
  Version: versionOf(node),
});
