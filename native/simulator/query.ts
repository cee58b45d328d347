/** Query documents and their filters, which match the v1 names of properties. */
import { Code, refuse } from './errors.ts';
import { canonical } from './guid.ts';
import { type Doc, doc, parseDoc, text } from './json.ts';
import type { Endpoint, Namespace, Network, Node } from './node.ts';

/** What an object can be filtered by. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

export const networkProperties = ({ id, name, type, flags }: Network): Properties => ({
  ID: id,
  Name: name,
  Type: type,
  Flags: flags,
  State: 1,
});

export const endpointProperties = (endpoint: Endpoint): Properties => ({
  ID: endpoint.id,
  Name: endpoint.name,
  VirtualNetwork: endpoint.network.id,
  VirtualNetworkName: endpoint.network.name,
  MacAddress: endpoint.mac,
  State: endpoint.state,
});

export const namespaceProperties = ({ id, compartment, type }: Namespace): Properties => ({
  ID: id,
  CompartmentId: compartment,
  IsDefault: type === 'HostDefault',
});

/** A document that must say its schema version; versions other than 2 are not modelled. */
export function versioned(node: Node, written: string): Doc {
  const document = parseDoc(written);
  const version = doc(document, 'SchemaVersion') ?? refuse(node.switches.missingSchemaVersion);
  if (version['Major'] !== 2) refuse(Code.NotSupported);
  return document;
}

/** The test that a query document puts to an object; the empty text asks for everything. */
export function filterOf(node: Node, query: string): (properties: Properties) => boolean {
  const written = query === '' ? '' : (text(versioned(node, query), 'Filter') ?? '');
  const wanted = Object.entries(written === '' ? {} : parseDoc(written));
  return (properties) => wanted.every(([key, value]) => matches(node, properties[key], value));
}

/** Ids are compared without case, all else exactly: a network name in another case is not found. */
function matches(node: Node, actual: string | number | boolean | undefined, wanted: unknown): boolean {
  if (actual === undefined) return node.switches.unknownFilterKeyMatches;
  if (typeof wanted === 'string' && typeof actual === 'string') {
    return actual === wanted || (canonical(actual) !== undefined && canonical(actual) === canonical(wanted));
  }
  return actual === wanted;
}
