/** The exports of computenetwork.dll, vmcompute.dll and iphlpapi.dll by name: seven verbs for each kind of object, and the rest. */
import { handleIn, written } from './arguments.ts';
import type { Context, Export } from './call.ts';
import { COMPUTE_EXPORTS } from './compute-systems.ts';
import { createEndpoint, modifyEndpoint, removeEndpoint, statistics } from './endpoints.ts';
import { Code, refuse } from './errors.ts';
import { guidOf, idFor, ZERO } from './guid.ts';
import { IP_HELPER_CALLS } from './host-calls.ts';
import { type Doc, parseDoc, text } from './json.ts';
import { createNamespace, modifyNamespace, removeNamespace } from './namespaces.ts';
import { createNetwork, modifyNetwork, removeNetwork } from './networks.ts';
import type { Endpoint, Namespace, Network, Node } from './node.ts';
import type { Kind } from './processes.ts';
import {
  endpointProperties,
  filterOf,
  namespaceProperties,
  networkProperties,
  type Properties,
  versioned,
} from './query.ts';
import { hnsCall } from './v1/call.ts';
import { endpointView, namespaceView, networkView } from './views.ts';

/** How one kind of object is reached; the verbs below are written once for all of them. */
interface Model<T extends { readonly id: string }> {
  readonly kind: Kind;
  readonly missing: number;
  readonly all: (node: Node) => Map<string, T>;
  readonly create: (context: Context, about: { readonly id: string; readonly settings: Doc }) => T;
  readonly modify: (node: Node, object: T, request: Doc) => void;
  readonly remove: (node: Node, object: T) => void;
  readonly properties: (object: T) => Properties;
  readonly view: (object: T) => Doc;
}

const network: Model<Network> = {
  kind: 'Network',
  missing: Code.NetworkNotFound,
  all: (node) => node.networks,
  create: ({ node }, { id, settings }) => createNetwork(node, settings, { id, seeded: false }),
  modify: modifyNetwork,
  remove: removeNetwork,
  properties: networkProperties,
  view: networkView,
};

const endpoint: Model<Endpoint> = {
  kind: 'Endpoint',
  missing: Code.EndpointNotFound,
  all: (node) => node.endpoints,
  create: (context, about) => createEndpoint(context.node, opened(context, network), about),
  modify: modifyEndpoint,
  remove: removeEndpoint,
  properties: endpointProperties,
  view: endpointView,
};

const namespace: Model<Namespace> = {
  kind: 'Namespace',
  missing: Code.NotFound,
  all: (node) => node.namespaces,
  create: ({ node }, { id, settings }) => createNamespace(node, settings, id),
  modify: modifyNamespace,
  remove: removeNamespace,
  properties: namespaceProperties,
  view: namespaceView,
};

/** Every export that is modelled; the service answers 0x80004001 for the others. */
export const EXPORTS: ReadonlyMap<string, Export> = new Map([
  ...verbs(network),
  ...verbs(endpoint),
  ...verbs(namespace),
  [
    'HcnQueryEndpointStats',
    (context: Context) => ({ response: JSON.stringify(statistics(opened(context, endpoint))) }),
  ],
  ['HNSCall', hnsCall],
  ...COMPUTE_EXPORTS,
  ...IP_HELPER_CALLS,
]);

function verbs<T extends { readonly id: string }>(model: Model<T>): readonly (readonly [string, Export])[] {
  const { kind } = model;
  return [
    [`HcnEnumerate${kind}s`, (context) => enumerate(model, context)],
    [`HcnCreate${kind}`, (context) => create(model, context)],
    [`HcnOpen${kind}`, (context) => ({ handle: open(model, context, byId(model, context)) })],
    [
      `HcnModify${kind}`,
      (context) => {
        const object = opened(context, model);
        model.modify(context.node, object, parseDoc(written(context.args, 'settings')));
        return {};
      },
    ],
    [
      `HcnQuery${kind}Properties`,
      (context) => {
        // The filter of a query on one object changes nothing, but an unreadable one is an error here too.
        filterOf(context.node, written(context.args, 'query'));
        return { response: JSON.stringify(model.view(opened(context, model))) };
      },
    ],
    [
      `HcnDelete${kind}`,
      (context) => {
        model.remove(context.node, byId(model, context));
        return {};
      },
    ],
    [
      `HcnClose${kind}`,
      ({ processes, process, args }) => {
        processes.close(process, handleIn(args, argumentOf(kind)), kind);
        return {};
      },
    ],
  ];
}

function enumerate<T extends { readonly id: string }>(model: Model<T>, context: Context): { response: string } {
  const matches = filterOf(context.node, written(context.args, 'query'));
  const objects = [...model.all(context.node).values()].filter((object) => matches(model.properties(object)));
  return { response: JSON.stringify(objects.map(({ id }) => id)) };
}

function create<T extends { readonly id: string }>(model: Model<T>, context: Context): { handle: number } {
  const { node } = context;
  const asked = guidOf(written(context.args, 'id'));
  const settings = versioned(node, written(context.args, 'settings'));
  const id = idFor(node, model.all(node), asked === ZERO ? text(settings, 'ID') : asked);
  const object = model.create(context, { id, settings });
  return { handle: open(model, context, object) };
}

/** What the handle argument of a kind is called. */
const argumentOf = (kind: Kind): string => kind.toLowerCase();

const open = ({ kind }: { readonly kind: Kind }, context: Context, object: object): number =>
  context.processes.open(context.process, { kind, object });

const byId = <T extends { readonly id: string }>(model: Model<T>, context: Context): T =>
  model.all(context.node).get(guidOf(written(context.args, 'id'))) ?? refuse(model.missing);

/** The object behind the handle argument; a handle outlives the deletion of its object but is of no use then. */
function opened<T extends { readonly id: string }>(context: Context, model: Model<T>): T {
  const { node, processes, process, args } = context;
  const about = { kind: model.kind, unknown: node.switches.unknownHandle };
  const object = processes.resolve(process, handleIn(args, argumentOf(model.kind)), about) as T;
  return model.all(node).get(object.id) === object ? object : refuse(node.switches.deletedObject);
}
