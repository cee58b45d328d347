/** What a new network must satisfy beside those that are there, and the adapter it is given. */
import { Code, refuse } from './errors.ts';
import type { HostAdapter } from './host.ts';
import { addressesBy, connectedNics } from './host-switches.ts';
import { type Doc, text } from './json.ts';
import { EXTERNAL, type Network, type NetworkType, type Node, type Policy } from './node.ts';
import { checkSubnets } from './subnets.ts';

export function admit(node: Node, { type, name, subnets }: Pick<Network, 'type' | 'name' | 'subnets'>): void {
  const others = [...node.networks.values()];
  if (name !== '' && others.some((other) => isNamed(node, other, name))) refuse(node.switches.duplicateNetworkName);
  // WinNAT has one internal prefix, so the node has one NAT network.
  if (type === 'NAT' && others.some((other) => other.type === 'NAT')) refuse(Code.AlreadyExists);
  checkSubnets(node, type, subnets);
}

function isNamed({ switches }: Node, network: Network, name: string): boolean {
  if (!switches.networkNamesIgnoreCase) return network.name === name;
  return network.name.toLowerCase() === name.toLowerCase();
}

/**
 * The alias of the adapter for a new network: the one its policies name, by alias or by address, else the first that
 * takes it. An adapter has one switch, and that is of one type. Undefined for types that need none.
 */
export function adapterFor(node: Node, type: NetworkType, policies: readonly Policy[]): string | undefined {
  if (!EXTERNAL.includes(type)) return undefined;
  const alias = namedBy(policies, 'NetAdapterName', 'NetworkAdapterName');
  const address = namedBy(policies, 'ProviderAddress', 'ProviderAddress');
  const isWanted = (nic: HostAdapter): boolean =>
    (alias === undefined || nic.alias === alias) &&
    (address === undefined || addressesBy(nic).some(({ cidr }) => cidr.ip.text === address));
  const wanted = connectedNics(node.host).filter(isWanted);
  const free = wanted.find((adapter) => networksOn(node, adapter.alias).every((other) => other.type === type));
  if (free !== undefined) return free.alias;
  const [first] = wanted;
  if (first === undefined) return refuse(Code.AdapterNotFound);
  const isNamedOne = alias !== undefined || address !== undefined;
  const answer = isNamedOne ? node.switches.adapterOfOtherType : Code.AdapterNotFound;
  return answer === Code.Ok ? first.alias : refuse(answer);
}

/** The networks on an adapter; those of one type share its switch. */
export const networksOn = (node: Node, alias: string): readonly Network[] =>
  [...node.networks.values()].filter(({ adapter }) => adapter === alias);

/** A setting of the first policy of a type. */
export const namedBy = (policies: readonly Policy[], type: string, key: string): string | undefined =>
  text(settingsOf(policies, type), key);

const settingsOf = (policies: readonly Policy[], type: string): Doc =>
  policies.find(({ Type }) => Type === type)?.Settings ?? {};
