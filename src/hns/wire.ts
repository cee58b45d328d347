/** HNS documents as this plugin writes and reads them (schema 2.0); reading is lenient, as HNS leaves defaults out. */
import { DEFAULT_ROUTE } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { isRecord, type Json, member } from '../spec/decode.ts';

export const SCHEMA = { Major: 2, Minor: 0 } as const;
const NO_NAMESPACE = '00000000-0000-0000-0000-000000000000';
/** `State` of an endpoint (hcsshim's hcn package, EndpointState). */
const DEGRADED = 5;

export interface WirePolicy {
  readonly Type: string;
  readonly Settings?: Json;
}

export interface WireRoute {
  readonly NextHop: string;
  readonly DestinationPrefix: string;
}

export interface WireDns {
  readonly Domain?: string;
  readonly Search?: readonly string[];
  readonly ServerList?: readonly string[];
  readonly Options?: readonly string[];
}

/** What HcnCreateEndpoint is given; key by key what hcsshim sends, so that HNS sees what it knows. */
export interface EndpointRequest {
  readonly Name: string;
  readonly HostComputeNetwork: string;
  readonly Policies?: readonly WirePolicy[];
  /** Absent: HNS chooses the addresses. */
  readonly IpConfigurations?: readonly { readonly IpAddress: string }[];
  readonly Dns: WireDns;
  /** Absent: HNS takes those of the subnet. */
  readonly Routes?: readonly WireRoute[];
  /** Absent: HNS takes one from the network's pool. */
  readonly MacAddress?: string;
  readonly SchemaVersion: typeof SCHEMA;
}

export interface WireSubnet {
  /** CIDR. */
  readonly prefix: string;
  /** The next hop of its default route; undefined when HNS names none. */
  readonly gateway: string | undefined;
  /** The VSID of an overlay network's subnet, or a VLAN's number. */
  readonly isolationId?: number;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  /** "NAT" when HNS leaves it out. */
  readonly type: string;
  readonly subnets: readonly WireSubnet[];
  /** The node's own address on an overlay network; HNS adds it some time after the network was made. */
  readonly providerAddress: string | undefined;
}

export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  /** The namespace's GUID in lower case; undefined while it is attached to none. */
  readonly namespaceId: string | undefined;
  readonly mac: string;
  /** `ip` in its canonical text, whatever HNS wrote; the prefix is undefined when HNS leaves it to the subnet. */
  readonly addresses: readonly { readonly ip: string; readonly prefix: number | undefined }[];
  readonly routes: readonly WireRoute[];
  readonly dns: WireDns;
  readonly policies: readonly WirePolicy[];
  /** Stands for an address on another node, as kube-proxy makes them: nothing of this node is behind it. */
  readonly isRemote: boolean;
  /** HNS could not make it as it is described, and refuses what is asked of it later. */
  readonly isDegraded: boolean;
  /** Ids of the running containers it is attached to, as HNS v1 attaches. */
  readonly containers: readonly string[];
}

export interface Namespace {
  readonly id: string;
  /** Ids of its endpoints, upper case. */
  readonly endpointIds: readonly string[];
}

export function readNetwork(document: Json): Network {
  const provider = readPolicies(document).find(({ Type }) => Type === 'ProviderAddress');
  const address = textAt(provider?.Settings ?? {}, 'ProviderAddress');
  return {
    id: textAt(document, 'ID'),
    name: textAt(document, 'Name'),
    type: textAt(document, 'Type', 'NAT'),
    subnets: recordsAt(document, 'Ipams').flatMap((ipam) => recordsAt(ipam, 'Subnets').map(readSubnet)),
    providerAddress: address === '' ? undefined : address,
  };
}

const DEFAULT_ROUTES: readonly string[] = Object.values(DEFAULT_ROUTE);

function readSubnet(document: Json): WireSubnet {
  const routes = readRoutes(document).filter(({ DestinationPrefix }) => DEFAULT_ROUTES.includes(DestinationPrefix));
  const isolationId = readPolicies(document).flatMap(({ Settings = {} }) => numberAt(Settings, 'IsolationId') ?? [])[0];
  return {
    prefix: textAt(document, 'IpAddressPrefix'),
    gateway: routes[0]?.NextHop,
    ...(isolationId === undefined ? {} : { isolationId }),
  };
}

const readRoutes = (document: Json): readonly WireRoute[] =>
  recordsAt(document, 'Routes').map((route) => ({
    NextHop: textAt(route, 'NextHop'),
    DestinationPrefix: textAt(route, 'DestinationPrefix'),
  }));

/** EndpointFlagsRemoteEndpoint of hcsshim's hcnendpoint.go. */
const REMOTE_ENDPOINT = 1;

export function readEndpoint(document: Json): Endpoint {
  const namespaceId = textAt(document, 'HostComputeNamespace', NO_NAMESPACE).toLowerCase();
  const dns = member(document, 'Dns');
  return {
    id: textAt(document, 'ID'),
    name: textAt(document, 'Name'),
    networkId: textAt(document, 'HostComputeNetwork'),
    namespaceId: namespaceId === NO_NAMESPACE ? undefined : namespaceId,
    mac: textAt(document, 'MacAddress'),
    addresses: recordsAt(document, 'IpConfigurations').map((entry) => ({
      ip: canonical(textAt(entry, 'IpAddress')),
      prefix: numberAt(entry, 'PrefixLength'),
    })),
    routes: readRoutes(document),
    dns: readDns(isRecord(dns) ? dns : {}),
    policies: readPolicies(document),
    isRemote: ((numberAt(document, 'Flags') ?? 0) & REMOTE_ENDPOINT) !== 0,
    isDegraded: numberAt(document, 'State') === DEGRADED,
    containers: textsAt(recordAt(recordAt(document, 'Health'), 'Extra'), 'SharedContainers'),
  };
}

/** One address has many spellings in IPv6, and only this one is compared. */
const canonical = (text: string): string => parseIp(text)?.text ?? text;

export function readNamespace(document: Json): Namespace {
  const resources = recordsAt(document, 'Resources').filter((entry) => textAt(entry, 'Type') === 'Endpoint');
  return {
    id: textAt(document, 'ID'),
    endpointIds: resources.map((entry) => {
      const data = member(entry, 'Data');
      return isRecord(data) ? textAt(data, 'Id').toUpperCase() : '';
    }),
  };
}

/** The policies of a network or an endpoint. */
export const readPolicies = (document: Json): readonly WirePolicy[] => recordsAt(document, 'Policies').map(readPolicy);

function readPolicy(entry: Json): WirePolicy {
  const settings = member(entry, 'Settings');
  return { Type: textAt(entry, 'Type'), ...(isRecord(settings) ? { Settings: settings } : {}) };
}

function readDns(dns: Json): WireDns {
  const domain = textAt(dns, 'Domain');
  const lists = (['Search', 'ServerList', 'Options'] as const).map((key) => [key, textsAt(dns, key)] as const);
  return {
    ...(domain === '' ? {} : { Domain: domain }),
    ...Object.fromEntries(lists.filter(([, values]) => values.length > 0)),
  };
}

export function textAt(object: Json, key: string, absent = ''): string {
  const value = member(object, key);
  return typeof value === 'string' ? value : absent;
}

function numberAt(object: Json, key: string): number | undefined {
  const value = member(object, key);
  return typeof value === 'number' ? value : undefined;
}

function recordAt(object: Json, key: string): Json {
  const value = member(object, key);
  return isRecord(value) ? value : {};
}

export function recordsAt(object: Json, key: string): readonly Json[] {
  const value = member(object, key);
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textsAt(object: Json, key: string): readonly string[] {
  const value = member(object, key);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
