/** What an endpoint is attached to, and its state by that: containers and the host here, namespaces in namespaces.ts. */
import { Code, refuse, refuseBy } from './errors.ts';
import { placeOnHost } from './host-switches.ts';
import { type Endpoint, type Node, REMOTE, State } from './node.ts';

/** Puts the endpoint into a container; the second container shares it with the first. */
export function attachContainer(node: Node, endpoint: Endpoint, container: string): void {
  admit(node, endpoint, endpoint.sharedContainers.includes(container));
  endpoint.sharedContainers = [...new Set([...endpoint.sharedContainers, container])];
  restate(node, endpoint);
}

/** Takes the endpoint out of a container. */
export function detachContainer(node: Node, endpoint: Endpoint, container: string): void {
  dismiss(node, endpoint.sharedContainers.includes(container));
  endpoint.sharedContainers = endpoint.sharedContainers.filter((each) => each !== container);
  restate(node, endpoint);
}

/** Makes the endpoint an adapter of the host, in the host's compartment. */
export function attachHost(node: Node, endpoint: Endpoint): void {
  admit(node, endpoint, endpoint.hostAttached);
  endpoint.hostAttached = true;
  restate(node, endpoint);
}

export function detachHost(node: Node, endpoint: Endpoint): void {
  dismiss(node, endpoint.hostAttached);
  endpoint.hostAttached = false;
  restate(node, endpoint);
}

function admit(node: Node, { flags }: Endpoint, isThere: boolean): void {
  if ((flags & REMOTE) !== 0) refuse(Code.RemoteEndpoint);
  if (isThere) refuseBy(node.switches.attachTwice);
}

function dismiss(node: Node, isThere: boolean): void {
  if (!isThere) refuseBy(node.switches.detachMissing);
}

/** Gives the endpoint the state, and its place on the host, that follow from what it is attached to. */
export function restate(node: Node, endpoint: Endpoint): void {
  const { namespace, sharedContainers, hostAttached } = endpoint;
  const isAttached = namespace !== undefined || hostAttached || sharedContainers.length > 0;
  if (sharedContainers.length > 1) endpoint.state = State.AttachedSharing;
  else if (isAttached) endpoint.state = State.Attached;
  else if (endpoint.state !== State.Created) endpoint.state = State.Detached;
  placeOnHost(node, endpoint);
}
