/** HNS v1 through vmcompute's HNSCall: the version, what only v1 tells of a network, and endpoints for running containers. */
import { DEFAULT_ROUTE } from '../net/cidr.ts';
import { isRecord, type Json, member } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { documentOf } from './answers.ts';
import { type Created, notCreated } from './client.ts';
import { enumerate, removed } from './objects.ts';
import type { Outcome, Purpose, Session } from './session.ts';
import { statusOf } from './status.ts';
import { type EndpointRequest, type Network, recordsAt, textAt, type WirePolicy } from './wire.ts';

/** The version of HNS, as [major, minor]. One call. */
export async function hnsVersion(session: Session): Promise<readonly [number, number]> {
  const purpose = { call: 'HNSCall GET /globals/version', task: 'ask HNS for its version' };
  const output = await get(session, purpose, '/globals/version');
  const { Major: major, Minor: minor } = output;
  if (typeof major === 'number' && typeof minor === 'number') return [major, minor];
  throw new CniError(Code.Hns, `Cannot ${purpose.task}: HNS answered ${JSON.stringify(output)}`, {
    details: purpose.call,
  });
}

/** The node's own address on a network, which only v1 tells of most types; undefined until HNS knows it. One call. */
export async function managementAddress(session: Session, networkId: string): Promise<string | undefined> {
  const purpose = { call: 'HNSCall GET /networks/', task: `read the node's address on HNS network ${networkId}` };
  const address = member(await get(session, purpose, `/networks/${networkId}`), 'ManagementIP');
  return typeof address === 'string' && address !== '' ? address : undefined;
}

/** The network of that name as v1 shows it, with the node's own address; undefined when there is none. Two calls. */
export async function findNetworkV1(session: Session, name: string): Promise<Network | undefined> {
  const task = `look up the HNS network "${name}"`;
  for (const id of await enumerate(session, { kind: 'Network', task, filter: { Name: name } })) {
    const found = await getIfAny(session, { call: 'HNSCall GET /networks/', task }, `/networks/${id}`);
    if (found !== undefined) return readNetworkV1(found);
  }
  return undefined;
}

/** By hcsshim's HNSNetwork. */
const readNetworkV1 = (document: Json): Network => ({
  id: textAt(document, 'ID'),
  name: textAt(document, 'Name'),
  type: textAt(document, 'Type', 'NAT'),
  subnets: recordsAt(document, 'Subnets').map((subnet) => ({
    prefix: textAt(subnet, 'AddressPrefix'),
    gateway: textAt(subnet, 'GatewayAddress') || undefined,
  })),
  providerAddress: textAt(document, 'ManagementIP') || undefined,
});

/** `Policies` is in the flat form of v1; a list of DNS names is one text there. */
export interface EndpointRequestV1 {
  readonly ID: string;
  readonly Name: string;
  readonly VirtualNetwork: string;
  readonly Policies?: readonly Json[];
  readonly MacAddress?: string;
  readonly IPAddress?: string;
  readonly IPv6Address?: string;
  readonly DNSSuffix?: string;
  readonly DNSServerList?: string;
  readonly DNSDomain?: string;
  readonly GatewayAddress?: string;
  readonly GatewayAddressV6?: string;
}

const isV6 = (text: string): boolean => text.includes(':');
const DEFAULT_ROUTES: readonly string[] = Object.values(DEFAULT_ROUTE);

/** The v1 form of a request (hcsshim's HNSEndpoint); `encode` is that of a policy. Throws code 7 for what v1 cannot say. */
export function requestV1(
  id: string,
  request: EndpointRequest,
  encode: (policy: Required<WirePolicy>) => Json,
): EndpointRequestV1 {
  const addresses = (request.IpConfigurations ?? []).map(({ IpAddress }) => IpAddress);
  requireExpressible(request, addresses);
  const hops = (request.Routes ?? []).map(({ NextHop }) => NextHop);
  const { Search = [], ServerList = [], Domain } = request.Dns;
  const policies = (request.Policies ?? []).map(({ Type, Settings = {} }) => encode({ Type, Settings }));
  return without({
    ID: id,
    Name: request.Name,
    VirtualNetwork: request.HostComputeNetwork,
    Policies: policies.length === 0 ? undefined : policies,
    MacAddress: request.MacAddress,
    IPAddress: addresses.find((ip) => !isV6(ip)),
    IPv6Address: addresses.find(isV6),
    DNSSuffix: Search.length === 0 ? undefined : Search.join(','),
    DNSServerList: ServerList.length === 0 ? undefined : ServerList.join(','),
    DNSDomain: Domain,
    GatewayAddress: hops.find((ip) => !isV6(ip)),
    GatewayAddressV6: hops.find(isV6),
  });
}

function requireExpressible({ Routes = [], Dns }: EndpointRequest, addresses: readonly string[]): void {
  const further = Routes.find(({ DestinationPrefix }) => !DEFAULT_ROUTES.includes(DestinationPrefix));
  if (further !== undefined) cannot(`route ${further.DestinationPrefix}`, 'default routes only', 'ipam.routes');
  if ((Dns.Options ?? []).length > 0) cannot('set DNS options', 'servers, domain and suffixes only', 'dns.options');
  const families = addresses.map(isV6);
  if (new Set(families).size < families.length) cannot('give two addresses of a family', 'one of each', 'ipam');
}

function cannot(what: string, has: string, path: string): never {
  throw new CniError(Code.InvalidConfig, `Cannot ${what}: HNS v1 has ${has}`, {
    details: `JSON path ${path}; CNI_NETNS names a container, which needs HNS v1`,
  });
}

/** Absent keys are absent, not undefined. */
const without = (request: { readonly [K in keyof EndpointRequestV1]: EndpointRequestV1[K] | undefined }) =>
  Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as EndpointRequestV1;

/** Creates an endpoint through v1. One call. */
export async function createEndpointV1(session: Session, request: EndpointRequestV1): Promise<Created> {
  const address = request.IPAddress ?? request.IPv6Address ?? 'an address of its choice';
  const purpose = { call: 'HNSCall POST /endpoints/', task: `create endpoint "${request.Name}" with ${address}` };
  const answer = await session.run(purpose, (native) => native.hnsCall('POST', '/endpoints/', JSON.stringify(request)));
  const outcome = settledV1(answer);
  return outcome.hr < 0 ? notCreated(session, purpose, outcome) : { kind: 'created', handle: undefined };
}

/** Takes a container off an endpoint, whether it still runs or not; false when they were not joined. One call. */
export async function detachV1(session: Session, endpointId: string, containerId: string): Promise<boolean> {
  const task = `detach endpoint ${endpointId} from container ${containerId}`;
  const purpose = { call: 'HNSCall POST /endpoints/', task };
  const body = JSON.stringify({ ContainerId: containerId, SystemType: 'Container' });
  const path = `/endpoints/${endpointId}/detach`;
  const outcome = settledV1(await session.run(purpose, (native) => native.hnsCall('POST', path, body)));
  return removed(session, purpose, { ...outcome, json: '' });
}

async function get(session: Session, purpose: Purpose, path: string): Promise<Json> {
  const found = await getIfAny(session, purpose, path);
  if (found !== undefined) return found;
  throw new CniError(Code.Hns, `Cannot ${purpose.task}: HNS does not have it any more`, { details: purpose.call });
}

async function getIfAny(session: Session, purpose: Purpose, path: string): Promise<Json | undefined> {
  const answer = await session.run(purpose, (native) => native.hnsCall('GET', path, ''));
  const outcome = settledV1(answer);
  if (statusOf(outcome.hr).outcome === 'missing') return undefined;
  if (outcome.hr < 0) throw session.failure(purpose, outcome);
  const output = documentOf(session, purpose, answer)['Output'];
  return isRecord(output) ? output : {};
}

const E_FAIL = 0x80004005 | 0;

/** A failure is an HRESULT, or inside a document that came with S_OK: `{"Success":false,"ErrorCode":…}` (hcsshim's internal/hns). */
export function settledV1({ hr, json }: { readonly hr: number; readonly json: string }): Outcome {
  const document = hr < 0 ? undefined : parse(json);
  if (hr < 0 || document === undefined || document['Success'] !== false) return { hr, error: '' };
  const code = Number(document['ErrorCode'] ?? 0) | 0;
  return { hr: code < 0 ? code : E_FAIL, error: json };
}

function parse(json: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
