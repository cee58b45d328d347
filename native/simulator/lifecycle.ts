/** What survives a restart of the HNS service and a reboot of the node. */
import { restate } from './attachments.ts';
import { removeEndpoint } from './endpoints.ts';
import { rebootHost } from './host-switches.ts';
import { createNamespace } from './namespaces.ts';
import { removeNetwork } from './networks.ts';
import { EXTERNAL, type Network, NON_PERSISTENT, type Node } from './node.ts';

/** The service starts anew: namespaces go with it, endpoints and non-persistent networks as the switches say. */
export function restart(node: Node): void {
  const { restartKeepsEndpoints, restartKeepsNonPersistent } = node.switches;
  if (!restartKeepsEndpoints) loseEndpoints(node);
  node.policyLists.clear();
  loseNamespaces(node);
  loseNetworks(node, (network) => restartKeepsNonPersistent || !isNonPersistent(network));
}

/** The node boots: only external networks that are persistent are still there, and the boot has another identity. */
export function boot(node: Node): void {
  node.computeSystems.clear();
  node.policyLists.clear();
  loseEndpoints(node);
  node.hostPorts.clear();
  loseNamespaces(node);
  const { rebootKeepsExternal } = node.switches;
  loseNetworks(node, (each) => rebootKeepsExternal && EXTERNAL.includes(each.type) && !isNonPersistent(each));
  rebootHost(node);
  node.bootId = node.newGuid();
}

function loseEndpoints(node: Node): void {
  for (const endpoint of [...node.endpoints.values()]) removeEndpoint(node, endpoint);
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
    restate(node, endpoint);
  }
  for (const id of hosts) createNamespace(node, { Type: 'HostDefault' }, id);
}
