/** CHECK: prevResult, endpoint, namespace and lease must still say the same. */
import { endpointIds, findEndpoint, findNamespace } from '../hns/client.ts';
import type { Place } from '../hns/places.ts';
import type { Endpoint, Namespace } from '../hns/wire.ts';
import type { Lease } from '../ipam/lease.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import type { Target } from '../spec/command.ts';
import { readResult } from '../spec/convert.ts';
import { isRecord, member } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { netnsIn } from '../spec/netns.ts';
import type { Result, ResultIp } from '../spec/result.ts';
import { endpointName, holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { placeOf, sharedWith } from './place.ts';
import { policyTypesOf } from './policies.ts';
import { sharedEndpoint } from './share.ts';
import { together } from './together.ts';
import { mismatches } from './verify.ts';

/** Throws code 104 with every difference found, so that one CHECK tells the whole story. Four or five calls. */
export async function check(deps: Deps, target: Target): Promise<void> {
  const previous = await previousOf(deps, target);
  const place = placeOf(target.netns, target.containerId);
  const lease =
    sharedWith(target) === undefined ? await deps.leases.find(holderOf(target, deps.conf.name).key) : undefined;
  const [endpoint, namespace] = await together(
    endpointOf(deps, target, lease),
    place.kind === 'namespace' ? findNamespace(deps.session, place.id) : Promise.resolve(undefined),
  );
  deps.session.release();
  const wrong = [
    ...(endpoint === undefined
      ? [`endpoint "${endpointName(target, deps.conf.name)}" is missing from HNS`]
      : [...(await againstLease(deps, target, { lease, endpoint })), ...againstResult(endpoint, previous, deps)]),
    ...(place.kind === 'namespace' ? againstNamespace(place, namespace, endpoint) : []),
  ];
  if (wrong.length === 0) {
    deps.delegate?.run('CHECK');
    return;
  }
  const { containerId, ifname, args } = target;
  const pod = args.podName === undefined ? 'the pod' : `pod "${args.podNamespace ?? ''}/${args.podName}"`;
  throw new CniError(
    Code.CheckFailed,
    `Cannot confirm "${ifname}" of container "${containerId}": ${wrong.join('; ')}`,
    {
      details: `restart ${pod} to have its network made again`,
    },
  );
}

interface Previous {
  readonly mac: string | undefined;
  readonly addresses: readonly ResultIp[];
}

/**
 * What prevResult says of our interface; later plugins of a chain may have added to it (SPEC.md 1.1.0 section 2 "CHECK"). It is in
 * the version of the configuration, which is 0.4.0 at least: older ones have no CHECK.
 */
async function previousOf(deps: Deps, target: Target): Promise<Previous> {
  const { prevResult } = deps.conf;
  const result = readResult(prevResult, 'prevResult');
  const ours = result.interfaces.findLastIndex(
    (entry) => entry.name === target.ifname && isSandbox(entry.sandbox, target),
  );
  const index = ours === -1 ? await indexOfPeers(deps, target, result) : ours;
  const own = result.interfaces[index];
  if (own === undefined) {
    throw new CniError(
      Code.CheckFailed,
      `Cannot confirm "${target.ifname}": prevResult has no interface of that name in sandbox "${target.sandbox}"`,
      { details: 'JSON path prevResult.interfaces' },
    );
  }
  requireIndices(prevResult, result.interfaces.length, target);
  const ips = result.ips.filter((entry) => entry.interface === index);
  // Addresses without an index are ours only when none has ours: else they are those of an earlier plugin of the chain.
  const addresses = ips.length > 0 ? ips : result.ips.filter((entry) => entry.interface === undefined);
  // nat, sdnbridge and sdnoverlay print a MAC as bytes, of which JSON keeps some.
  const mac = ours === -1 && parseMac(own.mac ?? '') === undefined ? undefined : own.mac;
  return { mac, addresses };
}

/**
 * An attachment that we have no record of was made by another plugin, whose result names no sandbox: win-bridge and win-overlay
 * call the interface as the endpoint, nat, sdnbridge and sdnoverlay as CNI_IFNAME.
 */
async function indexOfPeers({ leases, conf }: Deps, target: Target, { interfaces }: Result): Promise<number> {
  if ((await leases.find(holderOf(target, conf.name).key)) !== undefined) return -1;
  const holder = { ...target, containerId: sharedWith(target) ?? target.containerId };
  const names = [target.ifname, endpointName(holder, conf.name)];
  return interfaces.findLastIndex(({ name, sandbox }) => sandbox === undefined && names.includes(name));
}

/** ADD never prints an index that points at nothing, and reading a result leaves such a one out: so this looks at it as it came. */
function requireIndices(prevResult: unknown, interfaces: number, { ifname }: Target): void {
  const ips = isRecord(prevResult) ? member(prevResult, 'ips') : undefined;
  for (const [position, entry] of (Array.isArray(ips) ? ips : []).entries()) {
    const index: unknown = isRecord(entry) ? member(entry, 'interface') : undefined;
    if (typeof index !== 'number' || index < interfaces) continue;
    const at = `prevResult.ips[${position}].interface`;
    throw new CniError(Code.CheckFailed, `Cannot confirm "${ifname}": ${at} points at no interface`, {
      details: `JSON path ${at}`,
    });
  }
}

/** By the namespace they name: a runtime may spell it otherwise than it did for ADD. */
const isSandbox = (value: string | undefined, { netns, containerId }: Target): boolean =>
  value !== undefined && netnsIn(value, containerId) === netns;

/** Known by its record; one that another plugin made is found by its name. */
async function endpointOf(deps: Deps, target: Target, lease: Lease | undefined): Promise<Endpoint | undefined> {
  if (sharedWith(target) !== undefined) return sharedEndpoint(deps, target);
  const { session, conf } = deps;
  if (lease !== undefined) return findEndpoint(session, lease.endpointId);
  const [id] = await endpointIds(session, endpointName(target, conf.name));
  return id === undefined ? undefined : findEndpoint(session, id);
}

async function againstLease(
  { leases, conf }: Deps,
  target: Target,
  { lease, endpoint }: { readonly lease: Lease | undefined; readonly endpoint: Endpoint },
): Promise<readonly string[]> {
  const place = placeOf(target.netns, target.containerId);
  if (sharedWith(target) !== undefined) return mismatches(endpoint, { lease: undefined, place, policyTypes: [] });
  const holder = holderOf(target, conf.name);
  const policyTypes = policyTypesOf(conf, endpoint);
  const againstRecord = (): readonly string[] => {
    if (lease === undefined) return [];
    // Of what a plugin or HNS gave, a record that was never made ready holds no addresses.
    return mismatches(endpoint, { lease: lease.addresses.length === 0 ? undefined : lease, place, policyTypes });
  };
  if (conf.ipam.source !== 'host-local') return againstRecord();
  const reserved = (await leases.addressesOf(holder)).map((ip) => ip.text);
  const unreserved = endpoint.addresses.map((address) => address.ip).filter((ip) => !reserved.includes(ip));
  return [
    ...unreserved.map((ip) => `${ip} is not reserved for this container in ${conf.ipam.dataDir}`),
    ...againstRecord(),
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
    ...(previous.mac === undefined || isSameMac(endpoint.mac, previous.mac)
      ? []
      : [`its MAC is ${endpoint.mac}, prevResult says ${previous.mac}`]),
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

function againstNamespace(
  { id }: Place,
  namespace: Namespace | undefined,
  endpoint: Endpoint | undefined,
): readonly string[] {
  if (namespace === undefined) return [`namespace ${id} is missing from HNS`];
  if (endpoint === undefined || namespace.endpointIds.includes(endpoint.id.toUpperCase())) return [];
  return [`namespace ${id} does not list endpoint ${endpoint.id}`];
}
