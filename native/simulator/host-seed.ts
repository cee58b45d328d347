/** The host's network as documents: adapters as seeds bring them, and all of it as dumps tell it. */
import { decodeInterfaceRow } from '../../src/ip-helper/interface-row.ts';
import { IfType, Origin, PREFERRED, type RouteRow } from '../../src/ip-helper/ip-helper.ts';
import { type Cidr, formatCidr, parseCidr } from '../../src/net/cidr.ts';
import { type Family, type Ip, ipFrom, parseIp } from '../../src/net/ip.ts';
import { Code, refuse } from './errors.ts';
import { addAdapter, type Host, type HostAdapter, newHost, type OwnRoute } from './host.ts';
import { give, route } from './host-settings.ts';
import { count, type Doc, docs, flag, oneOf, text, texts } from './json.ts';

/** The adapters of a node whose seeds name none; the addresses are those of the recorded traces. */
export const ADAPTERS: readonly Doc[] = [
  { Alias: 'Ethernet', Address: '10.240.0.30/24', Gateways: ['10.240.0.1'], DnsServers: ['168.63.129.16'] },
  { Alias: 'Ethernet 2', Address: '10.240.0.4/24' },
];

/** A host with loopback and these adapters. */
export function hostOf(adapters: readonly Doc[]): Host {
  const host = newHost();
  plantAdapter(host, LOOPBACK);
  for (const each of adapters) plantAdapter(host, each);
  return host;
}

const LOOPBACK: Doc = {
  Alias: 'Loopback Pseudo-Interface 1',
  Type: IfType.Loopback,
  Kind: 'other',
  MacAddress: '',
  Metric: 75,
  Addresses: ['127.0.0.1/8', '::1/128'],
};

const KINDS = ['nic', 'virtual', 'other'] as const;

/** `{Alias, Addresses, Gateways, …}`: see native/README.md. */
function plantAdapter(host: Host, seed: Doc): void {
  const adapter = addAdapter(host, {
    alias: text(seed, 'Alias') ?? '',
    kind: oneOf(KINDS, text(seed, 'Kind') ?? 'nic') ?? refuse(Code.InvalidParameter),
    ...given('description', text(seed, 'Description')),
    ...given('guid', text(seed, 'Guid')),
    ...given('mac', text(seed, 'MacAddress')),
    ...given('type', count(seed, 'Type')),
    ...given('mtu', count(seed, 'Mtu')),
    ...given('metric', count(seed, 'Metric')),
    ...given('up', flag(seed, 'Up')),
  });
  const dhcp = flag(seed, 'Dhcp') ?? false;
  const origin = dhcp ? Origin.Dhcp : Origin.Manual;
  const addresses = addressesOf(seed).map((cidr) => ({
    cidr,
    prefixOrigin: origin,
    suffixOrigin: origin,
    dadState: PREFERRED,
  }));
  const routes = routesOf(seed);
  give(host, adapter, {
    routes,
    settings: {
      dhcp,
      addresses,
      dnsServers: (texts(seed, 'DnsServers') ?? []).map(ipOf),
      dnsSuffix: text(seed, 'DnsSuffix') ?? '',
      persistent: { addresses, routes },
    },
  });
}

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });

/** `Address` is from the time when an adapter had one, without a length. */
function addressesOf(seed: Doc): readonly Cidr[] {
  const one = text(seed, 'Address') ?? '';
  const all = [...(one === '' ? [] : [one]), ...(texts(seed, 'Addresses') ?? [])];
  return all.map((each) => cidrOf(each.includes('/') ? each : `${each}/${each.includes(':') ? 64 : 24}`));
}

/** `Gateways` are the next hops of default routes, `Routes` any routes; all of them come back after a reboot. */
function routesOf(seed: Doc): readonly OwnRoute[] {
  const gateways = (texts(seed, 'Gateways') ?? []).map(ipOf);
  return [
    ...gateways.map((next) => route({ ip: ipFrom(next.family, 0n), prefix: 0 }, next)),
    ...(docs(seed, 'Routes') ?? []).map((each) => ({
      ...route(cidrOf(text(each, 'DestinationPrefix') ?? ''), ipOf(text(each, 'NextHop') ?? '')),
      ...given('metric', count(each, 'Metric')),
      ...given('protocol', count(each, 'Protocol')),
    })),
  ];
}

const ipOf = (written: string): Ip => parseIp(written) ?? refuse(Code.InvalidIp);
const cidrOf = (written: string): Cidr => parseCidr(written) ?? refuse(Code.InvalidPrefix);

export interface HostDump {
  /** As in a seed, with `Index`, `Luid` (hexadecimal), and by family `Forwarding` and `Metrics`. */
  readonly adapters: readonly Doc[];
  /** `{Interface, DestinationPrefix, NextHop, Metric, Protocol}`; `Interface` is an alias. */
  readonly routes: readonly Doc[];
}

export const hostView = (host: Host): HostDump => ({
  adapters: [...host.adapters.values()].map(adapterView),
  routes: [...host.routes.values()].map((row) => routeView(host, row)),
});

function adapterView(adapter: HostAdapter): Doc {
  const { settings, rows } = adapter;
  const byFamily = <T>(pick: (row: ReturnType<typeof decodeInterfaceRow>) => T): Readonly<Record<Family, T>> => ({
    4: pick(decodeInterfaceRow(rows[4])),
    6: pick(decodeInterfaceRow(rows[6])),
  });
  return {
    Alias: adapter.alias,
    Description: adapter.description,
    Kind: adapter.kind,
    Index: adapter.index,
    Luid: adapter.luid.toString(16),
    Guid: adapter.guid,
    MacAddress: adapter.mac,
    Type: adapter.type,
    Mtu: adapter.mtu,
    Up: adapter.up,
    Dhcp: settings.dhcp,
    Addresses: settings.addresses.map(({ cidr }) => formatCidr(cidr)),
    DnsServers: settings.dnsServers.map((ip) => ip.text),
    DnsSuffix: settings.dnsSuffix,
    Forwarding: byFamily(({ forwarding }) => forwarding),
    Metrics: byFamily(({ metric }) => metric),
    ...(adapter.replacedBy === undefined ? {} : { ReplacedBy: adapter.replacedBy.alias }),
  };
}

/** A row as dumps and traces tell it. */
export const routeView = (host: Host | undefined, row: RouteRow): Doc => ({
  Interface: host?.adapters.get(row.luid)?.alias ?? row.luid.toString(16),
  DestinationPrefix: formatCidr(row.destination),
  NextHop: row.nextHop.text,
  Metric: row.metric,
  Protocol: row.protocol,
});
