/** Virtual switches on the host: the adapter that takes over from a NIC, those of endpoints and of internal networks. */
import { type Address, Origin, PREFERRED } from '../../src/ip-helper/ip-helper.ts';
import type { Cidr } from '../../src/net/cidr.ts';
import { parseIp } from '../../src/net/ip.ts';
import { addAdapter, type Host, type HostAdapter, interfaceRows, type Moved } from './host.ts';
import { addAddress, dropAdapter, give, take } from './host-settings.ts';
import type { Endpoint, Network, Node } from './node.ts';
import { EXTERNAL, HOST_COMPARTMENT } from './node.ts';
import type { Switches } from './switches.ts';

const virtualAlias = (name: string): string => `vEthernet (${name})`;

const DESCRIPTION = 'Hyper-V Virtual Ethernet Adapter';

const nics = (host: Host): readonly HostAdapter[] => [...host.adapters.values()].filter(({ kind }) => kind === 'nic');

/** The NIC of an alias. */
export const nicNamed = (host: Host, alias: string | undefined): HostAdapter | undefined =>
  nics(host).find((adapter) => adapter.alias === alias);

/** NICs that a network can come onto; one whose link is about to come up is among them. */
export const connectedNics = (host: Host): readonly HostAdapter[] =>
  nics(host).filter(({ luid, up }) => up || host.waiting.has(luid));

/** The addresses that the host has by a NIC, on itself or on the adapter that took over. */
export const addressesBy = (nic: HostAdapter | undefined): readonly Address[] =>
  (nic?.replacedBy ?? nic)?.settings.addresses ?? [];

/** What a network that has come makes of the host. */
export function joinHost(node: Node, network: Network): void {
  if (EXTERNAL.includes(network.type)) makeSwitch(node, network);
  else if (network.type !== 'Private') makeGateway(node.host, network);
}

/** What is left of the host when a network has gone. */
export function leaveHost(node: Node, { id, adapter }: Network): void {
  dropVirtual(node.host, id);
  if ([...node.networks.values()].every((other) => other.adapter !== adapter)) removeSwitch(node, adapter);
}

/** Puts all that HNS has onto a host that has nothing of it yet. */
export function joinAll(node: Node): void {
  for (const network of node.networks.values()) joinHost(node, network);
  for (const endpoint of node.endpoints.values()) placeOnHost(node, endpoint);
}

/** The first external network comes onto a NIC: a virtual adapter takes over what is configured on it. */
function makeSwitch(node: Node, { adapter, seeded }: Network): void {
  const nic = nicNamed(node.host, adapter);
  if (nic === undefined || nic.replacedBy !== undefined) return;
  const { mac, mtu } = nic;
  const about = { alias: virtualAlias(nic.alias), kind: 'virtual', description: DESCRIPTION } as const;
  const port = addAdapter(node.host, { ...about, mac, mtu });
  const moved = take(node.host, nic);
  // A link that was still coming up after an earlier switch is there under this one.
  nic.up = true;
  nic.replacedBy = port;
  if (seeded) give(node.host, port, moved);
  else hand(node, port, afterLosses(node.switches, moved));
}

/** The last network left the NIC: it has its settings back. */
function removeSwitch(node: Node, alias: string | undefined): void {
  const nic = nicNamed(node.host, alias);
  if (nic?.replacedBy === undefined) return;
  const moved = take(node.host, nic.replacedBy);
  dropAdapter(node.host, nic.replacedBy);
  nic.replacedBy = undefined;
  hand(node, nic, moved);
}

/** Settings arrive when the link comes up again. */
function hand(node: Node, adapter: HostAdapter, moved: Moved): void {
  const { vSwitchDownMs } = node.switches;
  adapter.up = vSwitchDownMs === 0;
  if (adapter.up) give(node.host, adapter, moved);
  else node.host.waiting.set(adapter.luid, { dueMs: node.now() + vSwitchDownMs, moved });
}

/** Lets links come up whose time has come, or all of them. */
export function bringUp(node: Node, until = node.now()): void {
  for (const [luid, { dueMs, moved }] of [...node.host.waiting]) {
    const adapter = node.host.adapters.get(luid);
    if (adapter === undefined || dueMs > until) continue;
    node.host.waiting.delete(luid);
    adapter.up = true;
    give(node.host, adapter, moved);
  }
}

/** What Windows is known to lose on the way to the virtual adapter. */
function afterLosses(switches: Switches, { settings, routes }: Moved): Moved {
  const keeps = ({ prefixOrigin }: Address): boolean =>
    !switches.vSwitchLosesStaticAddress || prefixOrigin !== Origin.Manual;
  const addresses = settings.addresses.filter(keeps);
  const persistent = settings.persistent.addresses.filter(keeps);
  const isLost = switches.vSwitchLosesRoutes || addresses.length < settings.addresses.length;
  return {
    settings: {
      ...settings,
      addresses,
      ...(switches.vSwitchLosesDns ? { dnsServers: [], dnsSuffix: '' } : {}),
      persistent: { addresses: persistent, routes: isLost ? [] : settings.persistent.routes },
    },
    routes: isLost ? [] : routes,
  };
}

/** An address as HNS gives it to an adapter that it made. */
const made = (cidr: Cidr): Address => ({
  cidr,
  prefixOrigin: Origin.Manual,
  suffixOrigin: Origin.Manual,
  dadState: PREFERRED,
});

interface Wanted {
  /** Id of the endpoint or network that the adapter is for. */
  readonly owner: string;
  readonly name: string;
  readonly mac?: string;
  readonly addresses: readonly Cidr[];
}

function addVirtual(host: Host, { owner, name, mac, addresses }: Wanted): void {
  const about = { alias: virtualAlias(name), kind: 'virtual', description: DESCRIPTION, owner } as const;
  const adapter = addAdapter(host, { ...about, ...(mac === undefined ? {} : { mac }) });
  for (const cidr of addresses) addAddress(host, adapter, made(cidr));
}

const ownedBy = (host: Host, id: string): HostAdapter | undefined =>
  [...host.adapters.values()].find(({ owner }) => owner === id);

/** Removes the adapter that HNS made for an object, if there is one. */
function dropVirtual(host: Host, id: string): void {
  const adapter = ownedBy(host, id);
  if (adapter !== undefined) dropAdapter(host, adapter);
}

/** An endpoint is an adapter of the host for as long as it is in the host's compartment. */
export function placeOnHost({ host, endpoints }: Node, endpoint: Endpoint): void {
  const { id, name, mac, hostAttached, namespace } = endpoint;
  const belongs = endpoints.has(id) && (hostAttached || namespace?.compartment === HOST_COMPARTMENT);
  if (!belongs) dropVirtual(host, id);
  else if (ownedBy(host, id) === undefined) {
    const addresses = endpoint.addresses.map(({ ip, prefix }) => ({ ip, prefix }));
    addVirtual(host, { owner: id, name, mac, addresses });
  }
}

/** A network behind the host has its gateways on an adapter of the host. */
function makeGateway(host: Host, { id, name, subnets }: Network): void {
  const addresses = subnets.flatMap(({ prefix: { prefix }, routes }) =>
    routes.map(({ NextHop }) => parseIp(NextHop)).flatMap((ip) => (ip === undefined ? [] : [{ ip, prefix }])),
  );
  addVirtual(host, { owner: id, name, addresses });
}

/** The machine boots: links are up, and of what was configured only that is left which the registry has. */
export function rebootHost(node: Node): void {
  bringUp(node, Number.POSITIVE_INFINITY);
  for (const adapter of node.host.adapters.values()) {
    const { settings } = take(node.host, adapter);
    adapter.rows = interfaceRows(adapter);
    give(node.host, adapter, {
      settings: { ...settings, addresses: settings.persistent.addresses },
      routes: settings.persistent.routes,
    });
  }
}
