/** HNS in this plugin's words: networks, endpoints, namespaces. An expected "is not there" is a value, not an error. */
import { isRecord, type Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { documentOf, idsOf } from './answers.ts';
import type { Answer, Handle, Kind, Opened } from './native.ts';
import type { Purpose, Session } from './session.ts';
import { statusOf } from './status.ts';
import {
  type Endpoint,
  type EndpointRequest,
  type Namespace,
  type Network,
  readEndpoint,
  readNamespace,
  readNetwork,
  SCHEMA,
} from './wire.ts';

const QUERY = JSON.stringify({ SchemaVersion: SCHEMA });

/** A filter is JSON inside a JSON string, with the property names of the v1 schema (hcsshim's hcn package). */
const filtered = (filter: Json): string => JSON.stringify({ SchemaVersion: SCHEMA, Filter: JSON.stringify(filter) });

export interface OpenNetwork {
  readonly network: Network;
  readonly handle: Handle<'Network'>;
}

/** The network of that name, or undefined. Three calls. */
export async function findNetwork(session: Session, name: string): Promise<OpenNetwork | undefined> {
  const task = `look up the HNS network "${name}"`;
  for (const id of await enumerate(session, { kind: 'Network', task, filter: { Name: name } })) {
    const found = await openAndQuery(session, { kind: 'Network', id, task });
    if (found !== undefined) return { network: readNetwork(found.document), handle: found.handle };
  }
  return undefined;
}

/** The ids of all endpoints of that name on this node, upper case; names are not unique in HNS. One call. */
export async function endpointIds(session: Session, name: string): Promise<readonly string[]> {
  const task = `look for endpoints named "${name}"`;
  const ids = await enumerate(session, { kind: 'Endpoint', task, filter: { Name: name } });
  return ids.map((id) => id.toUpperCase());
}

export interface NetworkEndpoints {
  readonly networkId: string;
  /** Upper case. */
  readonly ids: readonly string[];
}

/** All endpoints on the network of that name; undefined when there is no such network. Two calls. */
export async function endpointsOfNetwork(session: Session, name: string): Promise<NetworkEndpoints | undefined> {
  const task = `list the endpoints of the HNS network "${name}"`;
  const [networkId] = await enumerate(session, { kind: 'Network', task, filter: { Name: name } });
  if (networkId === undefined) return undefined;
  const ids = await enumerate(session, { kind: 'Endpoint', task, filter: { VirtualNetwork: networkId } });
  return { networkId, ids: ids.map((id) => id.toUpperCase()) };
}

/** The endpoint of that id, or undefined. Two calls. */
export async function findEndpoint(session: Session, id: string): Promise<Endpoint | undefined> {
  const found = await openAndQuery(session, { kind: 'Endpoint', id, task: `read endpoint ${id}` });
  return found === undefined ? undefined : readEndpoint(found.document);
}

/** Whether there is an endpoint of that id. One call. */
export async function endpointExists(session: Session, id: string): Promise<boolean> {
  return (await open(session, { kind: 'Endpoint', id, task: `look for endpoint ${id}` })) !== undefined;
}

/** The namespace of that id, or undefined. Two calls. */
export async function findNamespace(session: Session, id: string): Promise<Namespace | undefined> {
  const found = await openAndQuery(session, { kind: 'Namespace', id, task: `read namespace ${id}` });
  return found === undefined ? undefined : readNamespace(found.document);
}

export type Created =
  | { readonly kind: 'created'; readonly handle: Handle<'Endpoint'> }
  /** HNS refused the address or the id; `error` is what to report if nothing better can be done. */
  | { readonly kind: 'exists' | 'reserved'; readonly error: CniError };

/** Creates an endpoint with the id given. One call. */
export async function createEndpoint(
  session: Session,
  network: Handle<'Network'>,
  { id, request }: { readonly id: string; readonly request: EndpointRequest },
): Promise<Created> {
  const addresses = request.IpConfigurations.map((entry) => entry.IpAddress).join(', ');
  const task = `create endpoint "${request.Name}" with ${addresses}`;
  const purpose = { call: 'HcnCreateEndpoint', task };
  const opened = await session.run(purpose, (native) => native.createEndpoint(network, id, JSON.stringify(request)));
  const handle = kept(session, opened);
  if (handle !== undefined) return { kind: 'created', handle };
  const { outcome } = statusOf(opened.hr);
  const error = session.failure(purpose, opened);
  if (outcome === 'exists' || outcome === 'reserved') return { kind: outcome, error };
  throw error;
}

/** What HNS made of an endpoint. One call. */
export async function readBack(session: Session, handle: Handle<'Endpoint'>, name: string): Promise<Endpoint> {
  const purpose = { call: 'HcnQueryEndpointProperties', task: `read endpoint "${name}" back` };
  return readEndpoint(
    documentOf(session, purpose, await session.run(purpose, (native) => native.query(handle, QUERY))),
  );
}

/** Puts an endpoint into a namespace. Two calls. Throws code 4 when the namespace is not there. */
export async function attach(session: Session, namespaceId: string, endpointId: string): Promise<void> {
  const task = `attach endpoint ${endpointId} to namespace ${namespaceId}`;
  const handle = await open(session, { kind: 'Namespace', id: namespaceId, task });
  if (handle === undefined) {
    throw new CniError(Code.InvalidEnvironment, `Cannot ${task}: the namespace CNI_NETNS names does not exist`, {
      details: 'variable CNI_NETNS',
    });
  }
  const purpose = { call: 'HcnModifyNamespace', task };
  const answer = await session.run(purpose, (native) => native.modify(handle, membership('Add', endpointId)));
  if (answer.hr < 0) throw session.failure(purpose, answer);
}

/** Takes an endpoint out of a namespace; false when either is gone or they were not joined. Two calls at the most. */
export async function detach(session: Session, namespaceId: string, endpointId: string): Promise<boolean> {
  const task = `detach endpoint ${endpointId} from namespace ${namespaceId}`;
  const handle = await open(session, { kind: 'Namespace', id: namespaceId, task });
  if (handle === undefined) return false;
  const purpose = { call: 'HcnModifyNamespace', task };
  const answer = await session.run(purpose, (native) => native.modify(handle, membership('Remove', endpointId)));
  return removed(session, purpose, answer);
}

/** Deletes an endpoint; false when it was not there. One call. */
export async function deleteEndpoint(session: Session, id: string): Promise<boolean> {
  const purpose = { call: 'HcnDeleteEndpoint', task: `delete endpoint ${id}` };
  return removed(session, purpose, await session.run(purpose, (native) => native.delete('Endpoint', id)));
}

/** The version of HNS, as [major, minor] (GET /globals/version of vmcompute's HNSCall). One call. */
export async function hnsVersion(session: Session): Promise<readonly [number, number]> {
  const purpose = { call: 'HNSCall', task: 'ask HNS for its version' };
  const answer = await session.run(purpose, (native) => native.hnsCall('GET', '/globals/version', ''));
  const output = documentOf(session, purpose, answer)['Output'];
  const { Major: major, Minor: minor } = isRecord(output) ? output : {};
  if (typeof major === 'number' && typeof minor === 'number') return [major, minor];
  throw new CniError(Code.Hns, `Cannot ${purpose.task}: HNS answered ${answer.json}`, { details: purpose.call });
}

const membership = (request: 'Add' | 'Remove', endpointId: string): string =>
  JSON.stringify({ ResourceType: 'Endpoint', RequestType: request, Settings: { EndpointId: endpointId } });

interface Lookup<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  readonly task: string;
}

async function enumerate(
  session: Session,
  { kind, task, filter }: { readonly kind: Kind; readonly task: string; readonly filter: Json },
): Promise<readonly string[]> {
  const purpose = { call: `HcnEnumerate${kind}s`, task };
  const answer = await session.run(purpose, (native) => native.enumerate(kind, filtered(filter)));
  return idsOf(session, purpose, answer);
}

/** The handle, or undefined when the object is not there. */
async function open<K extends Kind>(session: Session, { kind, id, task }: Lookup<K>): Promise<Handle<K> | undefined> {
  const purpose = { call: `HcnOpen${kind}`, task };
  const opened: Opened<K> = await session.run(purpose, (native) => native.open(kind, id));
  const handle = kept(session, opened);
  if (handle !== undefined) return handle;
  if (statusOf(opened.hr).outcome === 'missing') return undefined;
  throw session.failure(purpose, opened);
}

/** The handle of a call that succeeded. One that came along with an error record is of no use, but has to be closed. */
function kept<K extends Kind>(session: Session, { handle, hr }: Opened<K>): Handle<K> | undefined {
  if (handle !== undefined) session.keep(handle);
  return hr < 0 ? undefined : handle;
}

async function openAndQuery<K extends Kind>(
  session: Session,
  lookup: Lookup<K>,
): Promise<{ readonly handle: Handle<K>; readonly document: Json } | undefined> {
  const handle = await open(session, lookup);
  if (handle === undefined) return undefined;
  const purpose = { call: `HcnQuery${lookup.kind}Properties`, task: lookup.task };
  const answer = await session.run(purpose, (native) => native.query(handle, QUERY));
  // Another process may delete the object between the two calls.
  if (statusOf(answer.hr).outcome === 'missing') return undefined;
  return { handle, document: documentOf(session, purpose, answer) };
}

function removed(session: Session, purpose: Purpose, answer: Answer): boolean {
  if (answer.hr >= 0) return true;
  if (statusOf(answer.hr).outcome === 'missing') return false;
  throw session.failure(purpose, answer);
}
