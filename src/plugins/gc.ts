/** GC: what no attachment needs any more goes; errors are collected, so that one of them does not keep the rest. */
import {
  deleteEndpoint,
  endpointExists,
  endpointsOfNetwork,
  findEndpoint,
  type NetworkEndpoints,
} from '../hns/client.ts';
import type { Inventory, Lease } from '../ipam/lease.ts';
import { NO_ARGUMENTS } from '../spec/arguments.ts';
import { validAttachments } from '../spec/attachments.ts';
import type { Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { isNameBased } from '../spec/uuid.ts';
import { giveBack } from './addresses.ts';
import { type AttachmentName, endpointId, endpointName, holderOf } from './attachment.ts';
import { detachAndFree } from './del.ts';
import type { Deps } from './deps.ts';
import { settle } from './sweep.ts';

/** Runs a step with a session of its own, so that what HNS left open in one is no doubt in the next; keeps what it throws. */
type Attempt = (work: (deps: Deps) => Promise<unknown>) => Promise<void>;

/** What the runtime, HNS and the disk say, in the order of asking. */
interface Found {
  readonly valid: readonly AttachmentName[] | undefined;
  /** Undefined when HNS has no such network, or did not tell. */
  readonly endpoints: NetworkEndpoints | undefined;
  readonly inventory: Inventory;
}

/**
 * With the runtime's list, everything of this network outside it goes. Without one (cnitool sends none) only what is provably
 * dead does: a lease of an earlier boot that HNS has no endpoint for. Both ways, tombstones that are due go, and endpoints of
 * ours that nothing explains (SPEC.md 1.1.0 section 2 "GC"). Throws what failed, all of it, at the end.
 */
export async function gc(deps: Deps, config: Json): Promise<void> {
  const valid = validAttachments(config);
  const failures: CniError[] = [];
  const attempt = attempts(deps, failures);
  // Endpoints are listed before leases: one that an ADD makes meanwhile is not among them, and one seen has its record.
  let endpoints: NetworkEndpoints | undefined;
  await attempt(async ({ session, conf }) => {
    endpoints = await endpointsOfNetwork(session, conf.name);
  });
  let inventory: Inventory = { leases: [], tombstones: [], others: [] };
  await attempt(async ({ leases }) => {
    inventory = await leases.inventory();
    const found = { valid, endpoints, inventory };
    await (valid === undefined ? freeDead(found, attempt) : freeOthers({ ...found, valid }, attempt));
    for (const tombstone of inventory.tombstones) await attempt((one) => settle(one, one.session, tombstone));
    for (const id of unexplained(found)) await attempt((one) => removeOrphan(one, id));
  });
  await attempt(({ delegate }) => Promise.resolve(delegate?.run('GC')));
  if (failures.length > 0) throw together(failures);
}

function attempts(deps: Deps, failures: CniError[]): Attempt {
  let gaveUp = false;
  return async (work) => {
    if (gaveUp) return;
    const session = deps.aside(deps.session.deadline.remainingMs());
    try {
      await work({ ...deps, session });
    } catch (failure) {
      failures.push(CniError.from(failure));
    }
    gaveUp ||= session.gaveUp();
  };
}

/** A runtime knows what it runs: who is not on its list is gone, whoever wrote the lease. */
async function freeOthers(
  { inventory, valid }: Found & { readonly valid: readonly AttachmentName[] },
  attempt: Attempt,
): Promise<void> {
  const isValid = (one: AttachmentName): boolean =>
    valid.some(({ containerId, ifname }) => containerId === one.containerId && ifname === one.ifname);
  const holders = [...inventory.leases.map(({ lease }) => lease), ...inventory.others];
  for (const { containerId, ifname } of holders.filter((holder) => !isValid(holder))) {
    await attempt((deps) => detachAndFree(deps, { containerId, ifname, netns: undefined, args: NO_ARGUMENTS }));
  }
}

/** HNS may have been restarted under living pods, so within one boot a missing endpoint proves nothing. */
async function freeDead({ inventory, endpoints }: Found, attempt: Attempt): Promise<void> {
  for (const { lease, ofThisBoot } of inventory.leases) {
    if (ofThisBoot || endpoints?.ids.includes(idOf(lease)) === true) continue;
    await attempt(async (deps) => {
      // Also where the list has none: it may be of a network that had this name before.
      if (!(await endpointExists(deps.session, lease.endpointId))) await giveBack(deps, lease);
    });
  }
}

const idOf = (lease: Lease): string => lease.endpointId.toUpperCase();

/** Endpoints with a derived id that no record, no host-local file and no entry of the runtime's list accounts for. */
function unexplained({ valid = [], endpoints, inventory }: Found): readonly string[] {
  if (endpoints === undefined) return [];
  const { networkId, ids } = endpoints;
  const recorded = [...inventory.leases.map(({ lease }) => lease), ...inventory.tombstones].map(idOf);
  const named = [...valid, ...inventory.others].map((one) => endpointId(one, networkId));
  const explained = new Set([...recorded, ...named]);
  return ids.filter((id) => isNameBased(id) && !explained.has(id));
}

/**
 * An endpoint with a derived id is ours when its own name gives that id; other networks' and other plugins' are left. Asked
 * again is the disk: a record that has come meanwhile keeps it, and one that cannot be read is an error, never absence.
 */
async function removeOrphan({ session, leases, conf }: Deps, id: string): Promise<void> {
  const endpoint = await findEndpoint(session, id);
  if (endpoint === undefined) return;
  const owner = namesOf(endpoint.name, conf.name).find((one) => endpointId(one, endpoint.networkId) === id);
  if (owner === undefined) return;
  const { key } = holderOf(owner, conf.name);
  if ((await leases.find(key)) === undefined && (await leases.buried(key)) === undefined) {
    await deleteEndpoint(session, id);
  }
}

/** Who an endpoint of that name may belong to: the container's first interface, or a further one. */
function namesOf(name: string, network: string): readonly AttachmentName[] {
  const cut = name.lastIndexOf('_');
  const candidates = [
    { containerId: name.slice(0, -network.length - 1), ifname: 'eth0' },
    { containerId: name.slice(0, Math.max(0, cut - network.length - 1)), ifname: name.slice(cut + 1) },
  ];
  return candidates.filter((one) => one.containerId !== '' && endpointName(one, network) === name);
}

function together(failures: readonly CniError[]): CniError {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const details = [...new Set(failures.flatMap((failure) => failure.details ?? []))].join('; ');
  return new CniError(
    first?.code ?? Code.Internal,
    `Cannot collect everything: ${failures.map(({ message }) => message).join('; ')}`,
    { cause: first, ...(details === '' ? {} : { details }) },
  );
}
