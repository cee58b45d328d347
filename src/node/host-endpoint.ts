/** The host's own endpoint on an L2Bridge, by which pods leave it, and forwarding between the adapters; by difference. */
import { deleteEndpoint, endpointIds, findEndpoint } from '../hns/client.ts';
import { createEndpointV1, type EndpointRequestV1 } from '../hns/v1.ts';
import { attachToHost } from '../hns/v1-host.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { Adapter } from '../ip-helper/ip-helper.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { CniError, Code } from '../spec/error.ts';
import { nameBasedGuid } from '../spec/uuid.ts';
import { holderOf, virtualAlias } from './adapter-choice.ts';
import { hostAddress } from './network-wanted.ts';
import type { Work } from './node-work.ts';

export const hostEndpointName = (network: string): string => `${network}_ep`;

export interface HostEndpoint {
  readonly network: string;
  /** Undefined while a plan would only make the network. */
  readonly networkId: string | undefined;
  readonly podCidrs: readonly Cidr[];
}

export async function ensureHostEndpoint(work: Work, wanted: HostEndpoint): Promise<void> {
  const name = hostEndpointName(wanted.network);
  const addresses = wanted.podCidrs.map(hostAddress);
  const what = `host endpoint "${name}"`;
  const fitting = await keepFitting(work, wanted);
  if (fitting === undefined) {
    await work.step({ what, done: 'made', more: ` with ${addresses.join(' and ')}` }, () => make(work, wanted));
  }
  const id = fitting?.id ?? endpointId(wanted.network);
  const isAttached = work.ports.ipHelper.adapters().some(({ alias }) => alias === virtualAlias(name));
  if (fitting !== undefined && isAttached) {
    work.note(`${what}: is there with ${addresses.join(' and ')}`);
    return;
  }
  await work.step({ what, done: 'attached', more: ' to the host' }, () => attachToHost(work.session, { id, name }));
}

const endpointId = (network: string): string => nameBasedGuid('host endpoint', network);

/** The endpoint that is as it should be; others of the name are of earlier networks or blocks, and go. */
async function keepFitting(work: Work, wanted: HostEndpoint): Promise<Endpoint | undefined> {
  const name = hostEndpointName(wanted.network);
  let kept: Endpoint | undefined;
  for (const endpoint of await endpointsNamed(work, name)) {
    if (kept === undefined && isFit(endpoint, wanted)) kept = endpoint;
    else {
      const more = `, it had ${endpoint.addresses.map(({ ip }) => ip).join(' ')}`;
      await work.step({ what: `host endpoint "${name}"`, done: 'deleted', more }, () =>
        deleteEndpoint(work.session, endpoint.id),
      );
    }
  }
  return kept;
}

async function endpointsNamed({ session }: Work, name: string): Promise<readonly Endpoint[]> {
  const found: Endpoint[] = [];
  for (const id of await endpointIds(session, name)) {
    const endpoint = await findEndpoint(session, id);
    if (endpoint !== undefined) found.push(endpoint);
  }
  return found;
}

function isFit({ networkId, addresses }: Endpoint, wanted: HostEndpoint): boolean {
  const has = addresses.map(({ ip }) => ip);
  const isSame = networkId.toUpperCase() === wanted.networkId?.toUpperCase();
  return (
    isSame && has.length === wanted.podCidrs.length && wanted.podCidrs.every((one) => has.includes(hostAddress(one)))
  );
}

/** Through HNS v1, as flanneld does: without a gateway, for the host has its own. */
async function make({ session }: Work, { network, networkId = '', podCidrs }: HostEndpoint): Promise<void> {
  const of = (family: Family): string | undefined => {
    const cidr = podCidrs.find(({ ip }) => ip.family === family);
    return cidr && hostAddress(cidr);
  };
  const [v4, v6] = [of(4), of(6)];
  const request: EndpointRequestV1 = {
    ID: endpointId(network),
    Name: hostEndpointName(network),
    VirtualNetwork: networkId,
    ...(v4 === undefined ? {} : { IPAddress: v4 }),
    ...(v6 === undefined ? {} : { IPv6Address: v6 }),
  };
  const created = await createEndpointV1(session, request);
  if (created.kind !== 'created') throw created.error;
}

/** Removes the host's own endpoint. */
export async function removeHostEndpoint(work: Work, network: string): Promise<void> {
  const name = hostEndpointName(network);
  for (const id of await endpointIds(work.session, name)) {
    await work.step({ what: `host endpoint "${name}"`, done: 'deleted' }, () => deleteEndpoint(work.session, id));
  }
}

/** How long the adapter of an endpoint may take to appear. */
const APPEARANCE_MS = 10_000;

/** Turns forwarding on where it is off: on what has the NIC's addresses, and on the endpoint's adapter where there is one. */
export async function ensureForwarding(
  work: Work,
  { nic, endpointOf, families }: { nic: string; endpointOf: string | undefined; families: readonly Family[] },
): Promise<void> {
  const { ipHelper } = work.ports;
  const holder = await work.poll(() => holderOf(ipHelper.adapters(), nic), APPEARANCE_MS);
  // A plan makes no switch, whose adapter it would be.
  if (work.plan && holder?.alias === nic) await announce(work, families, virtualAlias(nic));
  else await forwardBy(work, families, holder);
  if (endpointOf === undefined) return;
  const alias = virtualAlias(hostEndpointName(endpointOf));
  const find = (): Adapter | undefined => ipHelper.adapters().find((adapter) => adapter.alias === alias);
  const own = work.plan ? find() : await work.poll(find, APPEARANCE_MS);
  if (own !== undefined) return forwardBy(work, families, own);
  if (!work.plan)
    throw new CniError(Code.TryAgainLater, `Cannot find the adapter "${alias}": Windows does not show it`);
  return announce(work, families, alias);
}

/** For a plan, which takes no step. */
async function announce({ step }: Work, families: readonly Family[], alias: string): Promise<void> {
  for (const family of families) {
    await step({ what: `IPv${family} forwarding of "${alias}"`, done: 'turned on' }, () => undefined);
  }
}

async function forwardBy(
  { ports, step }: Work,
  families: readonly Family[],
  adapter: Adapter | undefined,
): Promise<void> {
  if (adapter === undefined) return;
  for (const family of families) {
    const key = { luid: adapter.luid, family };
    const row = ports.ipHelper.ipInterface(key);
    if (row === undefined || row.forwarding) continue;
    await step({ what: `IPv${family} forwarding of "${adapter.alias}"`, done: 'turned on' }, () =>
      ports.ipHelper.setIpInterface(key, { forwarding: true }),
    );
  }
}
