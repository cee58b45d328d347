/** What the node held before a scenario, in the form of the peer traces' seeds, and the state of the node afterwards. */
import { restate } from './attachments.ts';
import { createSystem } from './compute-systems.ts';
import { createEndpoint } from './endpoints.ts';
import { Code, refuse } from './errors.ts';
import { guidOf, ZERO } from './guid.ts';
import { type HostDump, hostOf, hostView } from './host-seed.ts';
import { joinAll } from './host-switches.ts';
import { count, type Doc, doc, docs, isDoc, text } from './json.ts';
import { createNamespace } from './namespaces.ts';
import { createNetwork } from './networks.ts';
import type { Network, Node } from './node.ts';
import { key, type Reservation, reservations } from './ports.ts';
import { CHOICES, DEFAULTS, type Switches } from './switches.ts';
import { policyListView } from './v1/policy-lists.ts';
import { endpointView, namespaceView, networkView } from './views.ts';

/** The whole state of the node: v2 documents, with what a v2 answer does not tell. */
export interface Dump {
  readonly version: { readonly Major: number; readonly Minor: number };
  readonly bootId: string;
  /** With `Type`, `ManagementIP` and `Seeded`. */
  readonly networks: readonly Doc[];
  /** With `State`, `SharedContainers`, `HostAttached`. */
  readonly endpoints: readonly Doc[];
  readonly namespaces: readonly Doc[];
  /** `{Id, Owner, endpoints}`. */
  readonly computeSystems: readonly Doc[];
  /** v1 documents. */
  readonly policyLists: readonly Doc[];
  readonly ports: readonly Reservation[];
  readonly host: HostDump;
}

/**
 * Adds the objects of a seed: `version`, `networks`, `namespaces`, `endpoints` (v2 documents; an endpoint names its
 * `network` by name and may name its `namespace`), `computeSystems` ([{Id, Owner?, State?}]), `hostPorts`
 * ([{Protocol, Port}]), `adapters` (host-seed.ts; instead of those a node has), `config` (switches by name).
 */
export function plant(node: Node, seed: Doc): void {
  plantSettings(node, seed);
  for (const each of docs(seed, 'computeSystems') ?? []) createSystem(node, each);
  for (const each of docs(seed, 'namespaces') ?? []) createNamespace(node, each, idOf(node, each));
  for (const each of docs(seed, 'networks') ?? []) createNetwork(node, each, { id: idOf(node, each), seeded: true });
  for (const each of docs(seed, 'endpoints') ?? []) plantEndpoint(node, each);
}

function plantSettings(node: Node, seed: Doc): void {
  const config = doc(seed, 'config');
  if (config !== undefined) node.switches = { ...node.switches, ...switchesOf(config) };
  const version = doc(seed, 'version');
  if (version !== undefined)
    node.version = { Major: count(version, 'Major') ?? 0, Minor: count(version, 'Minor') ?? 0 };
  const adapters = docs(seed, 'adapters');
  if (adapters !== undefined) {
    node.host = hostOf(adapters);
    joinAll(node);
  }
  for (const each of docs(seed, 'hostPorts') ?? []) {
    node.hostPorts.add(key(count(each, 'Protocol') ?? 0, count(each, 'Port') ?? 0));
  }
}

/** Switches by name; a name that is none ends the call, because a misspelled guess would go unnoticed. */
export function switchesOf(config: Doc): Partial<Switches> {
  for (const [name, value] of Object.entries(config)) {
    const isOfType = typeof value === typeof DEFAULTS[name as keyof Switches];
    if (!isOfType || CHOICES[name]?.includes(value) === false) {
      throw new RangeError(`Cannot set the switch "${name}": ${JSON.stringify(value)} is none of its values`);
    }
  }
  return config;
}

/** A seed puts its object in the place of one that has its id. */
function idOf(node: Node, settings: Doc): string {
  const id = guidOf(text(settings, 'ID') ?? ZERO);
  return id === ZERO ? node.newGuid() : id;
}

function plantEndpoint(node: Node, settings: Doc): void {
  const name = text(settings, 'network') ?? '';
  const network = networkNamed(node, name);
  const endpoint = createEndpoint(node, network, { id: idOf(node, settings), settings });
  const where = text(settings, 'namespace');
  if (where === undefined) return;
  const namespace = node.namespaces.get(guidOf(where)) ?? refuse(Code.NotFound);
  namespace.resources = [...namespace.resources, { Type: 'Endpoint', id: endpoint.id }];
  endpoint.namespace = namespace;
  restate(node, endpoint);
}

const networkNamed = (node: Node, name: string): Network =>
  [...node.networks.values()].find((network) => network.name === name) ?? refuse(Code.NetworkNotFound);

/** The state of the node; a plain value that later changes do not touch. */
export function dumpOf(node: Node): Dump {
  const dump = {
    version: node.version,
    bootId: node.bootId,
    networks: [...node.networks.values()].map((each) => ({
      ...networkView(each),
      Type: each.type,
      ManagementIP: each.managementIp,
      Seeded: each.seeded,
    })),
    endpoints: [...node.endpoints.values()].map((each) => ({
      ...endpointView(each),
      State: each.state,
      SharedContainers: each.sharedContainers,
      HostAttached: each.hostAttached,
    })),
    namespaces: [...node.namespaces.values()].map(namespaceView),
    computeSystems: [...node.computeSystems.values()].map(({ id, owner, endpoints }) => ({
      Id: id,
      Owner: owner,
      endpoints,
    })),
    policyLists: [...node.policyLists.values()].map(policyListView),
    ports: reservations(node),
    host: hostView(node.host),
  };
  return structuredClone(dump);
}

/** A seed from its JSON text or value. */
export function seedOf(seed: unknown): Doc {
  const value: unknown = typeof seed === 'string' ? JSON.parse(seed) : seed;
  return isDoc(value) ? value : refuse(Code.InvalidJson);
}
