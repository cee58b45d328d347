/** CHECK: prevResult, endpoint, namespace and lease must still say the same. */
import { endpointIds, findEndpoint, findNamespace } from '../hns/client.ts';
import type { Endpoint, Namespace } from '../hns/wire.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import type { Target } from '../spec/command.ts';
import { type Json, list, member, optional, record, required, text } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { netnsIn } from '../spec/netns.ts';
import { endpointName, holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { policiesOf } from './policies.ts';
import { mismatches } from './verify.ts';

/** Throws code 104 with every difference found, so that one CHECK tells the whole story. Four or five calls. */
export async function check(deps: Deps, target: Target): Promise<void> {
  const previous = previousOf(deps, target);
  const endpoint = await endpointOf(deps, target);
  const namespace = await findNamespace(deps.session, target.netns);
  const wrong = [
    ...(endpoint === undefined
      ? [`endpoint "${endpointName(target, deps.conf.name)}" is missing from HNS`]
      : [...(await againstLease(deps, target, endpoint)), ...againstResult(endpoint, previous, deps)]),
    ...inNamespace(namespace, target, endpoint),
  ];
  if (wrong.length === 0) return;
  const { containerId, ifname } = target;
  throw new CniError(
    Code.CheckFailed,
    `Cannot confirm "${ifname}" of container "${containerId}": ${wrong.join('; ')}`,
    {
      details: 'restart the pod to have its network made again',
    },
  );
}

interface Previous {
  readonly mac: string;
  readonly addresses: readonly { readonly address: string; readonly gateway: string | undefined }[];
}

/** What prevResult says of our interface; later plugins of a chain may have added to it (SPEC.md 1.1.0 section 2). */
function previousOf({ conf }: Deps, target: Target): Previous {
  const result = record(conf.prevResult, 'prevResult');
  const at = { path: 'prevResult' };
  const interfaces = required(result, 'interfaces', { ...at, as: list(record) });
  const index = interfaces.findIndex(
    (entry) => member(entry, 'name') === target.ifname && isSandbox(member(entry, 'sandbox'), target),
  );
  const own = interfaces[index];
  if (own === undefined) {
    throw new CniError(
      Code.CheckFailed,
      `Cannot confirm "${target.ifname}": prevResult has no interface of that name in sandbox "${target.sandbox}"`,
      { details: 'JSON path prevResult.interfaces' },
    );
  }
  const ips = required(result, 'ips', { ...at, as: list(record) });
  return {
    mac: text(member(own, 'mac'), `prevResult.interfaces[${index}].mac`),
    addresses: ips.flatMap((entry, n) => (pointsAt(entry, index) ? [addressIn(entry, `prevResult.ips[${n}]`)] : [])),
  };
}

/** By the namespace they name: a runtime may spell it otherwise than it did for ADD. */
const isSandbox = (value: unknown, { netns }: Target): boolean => typeof value === 'string' && netnsIn(value) === netns;

const addressIn = (entry: Json, path: string): Previous['addresses'][number] => ({
  address: required(entry, 'address', { path, as: text }),
  gateway: optional(entry, 'gateway', { path, as: text }),
});

const pointsAt = (entry: Json, index: number): boolean => (member(entry, 'interface') ?? index) === index;

/** Known by its record; one that another plugin made is found by its name. */
async function endpointOf({ session, leases, conf }: Deps, target: Target): Promise<Endpoint | undefined> {
  const lease = await leases.find(holderOf(target, conf.name).key);
  if (lease !== undefined) return findEndpoint(session, lease.endpointId);
  const [id] = await endpointIds(session, endpointName(target, conf.name));
  return id === undefined ? undefined : findEndpoint(session, id);
}

async function againstLease({ leases, conf }: Deps, target: Target, endpoint: Endpoint): Promise<readonly string[]> {
  const holder = holderOf(target, conf.name);
  const reserved = (await leases.addressesOf(holder)).map((ip) => ip.text);
  const lease = await leases.find(holder.key);
  const unreserved = endpoint.addresses.map((address) => address.ip).filter((ip) => !reserved.includes(ip));
  return [
    ...unreserved.map((ip) => `${ip} is not reserved for this container in ${conf.ipam.dataDir}`),
    ...(lease === undefined
      ? []
      : mismatches(endpoint, { lease, netns: target.netns, policies: policiesOf(conf, lease.addresses) })),
  ];
}

function againstResult(endpoint: Endpoint, previous: Previous, { conf }: Deps): readonly string[] {
  const missing = endpoint.addresses.filter((has) => !previous.addresses.some((one) => isSame(has, one.address)));
  const gone = previous.addresses.filter((one) => !endpoint.addresses.some((has) => isSame(has, one.address)));
  const hops = endpoint.routes.map((route) => parseIp(route.NextHop)?.text);
  const unrouted = previous.addresses.filter(
    ({ gateway }) => gateway !== undefined && !hops.includes(parseIp(gateway)?.text),
  );
  return [
    ...(isSameMac(endpoint.mac, previous.mac) ? [] : [`its MAC is ${endpoint.mac}, prevResult says ${previous.mac}`]),
    ...missing.map(({ ip, prefix }) => `prevResult lacks its address ${prefix === undefined ? ip : `${ip}/${prefix}`}`),
    ...gone.map(({ address }) => `it lacks ${address} of prevResult`),
    ...unrouted.map(({ gateway }) => `it has no route by ${gateway}, the gateway of prevResult on "${conf.name}"`),
  ];
}

/** Runtimes decode and encode prevResult: an IPv6 address may come back in another spelling. */
function isSame({ ip, prefix }: Endpoint['addresses'][number], stated: string): boolean {
  const cidr = parseCidr(stated);
  return cidr?.ip.text === ip && (prefix ?? cidr.prefix) === cidr.prefix;
}

const isSameMac = (a: string, b: string): boolean => a === b || (parseMac(a)?.digits ?? a) === parseMac(b)?.digits;

function inNamespace(
  namespace: Namespace | undefined,
  target: Target,
  endpoint: Endpoint | undefined,
): readonly string[] {
  if (namespace === undefined) return [`namespace ${target.netns} is missing from HNS`];
  if (endpoint === undefined || namespace.endpointIds.includes(endpoint.id.toUpperCase())) return [];
  return [`namespace ${target.netns} does not list endpoint ${endpoint.id}`];
}
