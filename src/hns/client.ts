/** HNS in this plugin's words: networks, endpoints, namespaces. An expected "is not there" is a value, not an error. */
import { CniError, Code } from '../spec/error.ts';
import { documentOf } from './answers.ts';
import type { Handle } from './native.ts';
import type { NetworkRequest } from './network-request.ts';
import { enumerate, kept, open, openAndQuery, QUERY, removed } from './objects.ts';
import type { Outcome, Purpose, Session } from './session.ts';
import { statusOf } from './status.ts';
import {
  type Endpoint,
  type EndpointRequest,
  type Namespace,
  type Network,
  readEndpoint,
  readNamespace,
  readNetwork,
  readPolicies,
  type WirePolicy,
} from './wire.ts';

export interface OpenNetwork {
  readonly network: Network;
  readonly handle: Handle<'Network'>;
  readonly policies: readonly WirePolicy[];
}

/** The network of that name, or undefined. Three calls. */
export async function findNetwork(session: Session, name: string): Promise<OpenNetwork | undefined> {
  const task = `look up the HNS network "${name}"`;
  for (const id of await enumerate(session, { kind: 'Network', task, filter: { Name: name } })) {
    const found = await openAndQuery(session, { kind: 'Network', id, task });
    if (found === undefined) continue;
    const { document, handle } = found;
    return { network: readNetwork(document), handle, policies: readPolicies(document) };
  }
  return undefined;
}

/**
 * Makes a network with the id given, for when there is none of its name. One call. When HNS says that it exists, another command
 * was quicker, and what there is then is to be looked up; the failure that it answers is for when there is none even so.
 */
export async function createNetwork(
  session: Session,
  { id, request }: { readonly id: string; readonly request: NetworkRequest },
): Promise<CniError | undefined> {
  const purpose = { call: 'HcnCreateNetwork', task: `make the HNS network "${request.Name}" of type ${request.Type}` };
  const opened = await session.run(purpose, (native) => native.createNetwork(id, JSON.stringify(request)));
  if (kept(session, opened) !== undefined) return undefined;
  const failure = session.failure(purpose, opened);
  if (statusOf(opened.hr).outcome === 'exists') return failure;
  throw failure;
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
  /** HNS v1 gives no handle. */
  | { readonly kind: 'created'; readonly handle: Handle<'Endpoint'> | undefined }
  /** HNS refused the address or the id; `error` is what to report if nothing better can be done. */
  | { readonly kind: 'exists' | 'reserved'; readonly error: CniError };

/** Creates an endpoint with the id given. One call. */
export async function createEndpoint(
  session: Session,
  network: Handle<'Network'>,
  { id, request }: { readonly id: string; readonly request: EndpointRequest },
): Promise<Created> {
  const addresses = request.IpConfigurations?.map((entry) => entry.IpAddress).join(', ') ?? 'an address of its choice';
  const task = `create endpoint "${request.Name}" with ${addresses}`;
  const purpose = { call: 'HcnCreateEndpoint', task };
  const opened = await session.run(purpose, (native) => native.createEndpoint(network, id, JSON.stringify(request)));
  const handle = kept(session, opened);
  if (handle !== undefined) return { kind: 'created', handle };
  return notCreated(session, purpose, opened);
}

/** Why an endpoint was not made: its address or id is taken, which is an answer; anything else is thrown. */
export function notCreated(session: Session, purpose: Purpose, answer: Outcome): Exclude<Created, { kind: 'created' }> {
  const { outcome } = statusOf(answer.hr);
  const error = session.failure(purpose, answer);
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

/** Adds policies to an endpoint that is there. Two calls. */
export async function addPolicies(session: Session, id: string, policies: readonly WirePolicy[]): Promise<void> {
  const task = `add policies to endpoint ${id}`;
  const handle = await open(session, { kind: 'Endpoint', id, task });
  if (handle === undefined) throw new CniError(Code.TryAgainLater, `Cannot ${task}: HNS does not have it any more`);
  const purpose = { call: 'HcnModifyEndpoint', task };
  const settings = { ResourceType: 'Policy', RequestType: 'Add', Settings: { Policies: policies } };
  const answer = await session.run(purpose, (native) => native.modify(handle, JSON.stringify(settings)));
  if (answer.hr < 0) throw session.failure(purpose, answer);
}

/** Adds policies to a network, or removes some that are as they were read. One call. */
export async function changeNetworkPolicies(
  session: Session,
  network: Handle<'Network'>,
  { request, policies }: { readonly request: 'Add' | 'Remove'; readonly policies: readonly WirePolicy[] },
): Promise<void> {
  const task = request === 'Add' ? 'add policies to the HNS network' : 'remove policies of the HNS network';
  const purpose = { call: 'HcnModifyNetwork', task };
  const settings = { ResourceType: 'Policy', RequestType: request, Settings: { Policies: policies } };
  const answer = await session.run(purpose, (native) => native.modify(network, JSON.stringify(settings)));
  if (answer.hr < 0) throw session.failure(purpose, answer);
}

/** Deletes a network with every endpoint on it; false when it was not there. One call. */
export async function deleteNetwork(session: Session, { id, name }: Pick<Network, 'id' | 'name'>): Promise<boolean> {
  const purpose = { call: 'HcnDeleteNetwork', task: `delete the HNS network "${name}"` };
  return removed(session, purpose, await session.run(purpose, (native) => native.delete('Network', id)));
}

/** Deletes an endpoint; false when it was not there. One call. */
export async function deleteEndpoint(session: Session, id: string): Promise<boolean> {
  const purpose = { call: 'HcnDeleteEndpoint', task: `delete endpoint ${id}` };
  return removed(session, purpose, await session.run(purpose, (native) => native.delete('Endpoint', id)));
}
