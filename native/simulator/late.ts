/** What appears by itself some time after a network was made: the host's link, the address of the node, what follows from it. */
import { addressesBy, bringUp, nicNamed } from './host-switches.ts';
import { EXTERNAL, type Network, type Node, type Policy } from './node.ts';

/** Lets everything appear whose time has come. */
export function appear(node: Node): void {
  bringUp(node);
  const { lateAddressMs } = node.switches;
  if (lateAddressMs < 0) return;
  for (const network of node.networks.values()) {
    if (EXTERNAL.includes(network.type) && node.now() - network.updated >= lateAddressMs) settle(node, network);
  }
}

function settle(node: Node, network: Network): void {
  if (network.managementIp === '') {
    const address = addressesBy(nicNamed(node.host, network.adapter)).find(({ cidr }) => cidr.ip.family === 4);
    network.managementIp = address?.cidr.ip.text ?? '';
  }
  if (network.type !== 'Overlay' || network.managementIp === '') return;
  const found: readonly Policy[] = [
    { Type: 'ProviderAddress', Settings: { ProviderAddress: network.managementIp } },
    { Type: 'DrMacAddress', Settings: { Address: routerMac(network) } },
  ];
  const missing = found.filter(({ Type }) => network.policies.every((policy) => policy.Type !== Type));
  if (missing.length > 0) network.policies = [...network.policies, ...missing];
}

/** A MAC for the router of an overlay network, always the same for one network. */
const routerMac = ({ id }: Network): string => ['00-15-5D', ...(id.slice(-6).match(/../g) ?? [])].join('-');
