/** What survives a restart of the HNS service and a reboot of the node. */
import { createNamespace } from './namespaces.ts';
import { removeNetwork } from './networks.ts';
import { EXTERNAL, type Network, NON_PERSISTENT, type Node, State } from './node.ts';

/** The service starts anew: namespaces go with it, endpoints and non-persistent networks as the switches say. */
export function restart(node: Node): void {
  const { restartKeepsEndpoints, restartKeepsNonPersistent } = node.switches;
  if (!restartKeepsEndpoints) node.endpoints.clear();
  loseNamespaces(node);
  loseNetworks(node, (network) => restartKeepsNonPersistent || !isNonPersistent(network));
}

/** The node boots: only external networks that are persistent are still there, and the boot has another identity. */
export function boot(node: Node): void {
  node.endpoints.clear();
  node.hostPorts.clear();
  loseNamespaces(node);
  const { rebootKeepsExternal } = node.switches;
  loseNetworks(node, (each) => rebootKeepsExternal && EXTERNAL.includes(each.type) && !isNonPersistent(each));
  node.bootId = node.newGuid();
}

const isNonPersistent = ({ flags }: Network): boolean => (flags & NON_PERSISTENT) !== 0;

function loseNetworks(node: Node, keeps: (network: Network) => boolean): void {
  for (const network of [...node.networks.values()]) if (!keeps(network)) removeNetwork(node, network);
}

/** Compartments die; the host's own namespace is made again under its old id. */
function loseNamespaces(node: Node): void {
  const hosts = [...node.namespaces.values()].filter(({ type }) => type === 'HostDefault').map(({ id }) => id);
  node.namespaces.clear();
  node.nextCompartment = 2;
  for (const endpoint of node.endpoints.values()) {
    endpoint.namespace = undefined;
    endpoint.state = State.Detached;
  }
  for (const id of hosts) createNamespace(node, { Type: 'HostDefault' }, id);
}
