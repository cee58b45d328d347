/** GC: what no attachment needs any more goes; errors are collected, so that one of them does not keep the rest. */
import { deleteEndpoint, endpointExists, endpointsOfNetwork, findEndpoint } from '../hns/client.ts';
import type { Inventory, Lease } from '../ipam/lease.ts';
import { isRecord, type Json, join, list, member, text } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { isNameBased } from '../spec/uuid.ts';
import { giveBack } from './addresses.ts';
import { type AttachmentName, endpointId, endpointName } from './attachment.ts';
import { detachAndFree } from './del.ts';
import type { Deps } from './deps.ts';
import { settle } from './sweep.ts';

/** Runs a step; what it throws is kept for the end. */
type Attempt = (work: () => Promise<unknown>) => Promise<void>;

/**
 * With the runtime's list, everything of this network outside it goes. Without one (cnitool sends none) only what is provably
 * dead does: a lease of an earlier boot that HNS has no endpoint for. Both ways, tombstones that are due go, and endpoints of
 * ours that nothing on disk explains (SPEC.md 1.1.0 section 2 "GC"). Throws what failed, all of it, at the end.
 */
export async function gc(deps: Deps, config: Json): Promise<void> {
  const valid = validAttachments(config);
  const failures: CniError[] = [];
  const attempt: Attempt = async (work) => {
    if (deps.session.gaveUp()) return;
    try {
      await work();
    } catch (failure) {
      failures.push(CniError.from(failure));
    }
  };
  // Endpoints are listed before leases: one that an ADD makes meanwhile is not among them, and one seen has its record.
  let endpoints: readonly string[] = [];
  await attempt(async () => {
    endpoints = await endpointsOfNetwork(deps.session, deps.conf.name);
  });
  const inventory = await deps.leases.inventory();
  await (valid === undefined ? freeDead(deps, inventory, attempt) : freeOthers(deps, { inventory, valid }, attempt));
  for (const tombstone of inventory.tombstones) await attempt(() => settle(deps, deps.session, tombstone));
  const known = new Set([...inventory.leases.map(({ lease }) => lease), ...inventory.tombstones].map(idOf));
  for (const id of endpoints) if (isNameBased(id) && !known.has(id)) await attempt(() => removeOrphan(deps, id));
  await attempt(() => Promise.resolve(deps.delegate?.run('GC')));
  if (failures.length > 0) throw together(failures);
}

const idOf = (lease: Lease): string => lease.endpointId.toUpperCase();

/** `cni.dev/valid-attachments`, or the name libcni gave it first; undefined when a runtime sent neither. */
export function validAttachments(config: Json): readonly AttachmentName[] | undefined {
  for (const key of ['cni.dev/valid-attachments', 'cni.dev/attachments']) {
    const value = member(config, key);
    if (value !== undefined) return list(attachmentName)(value, key);
  }
  return undefined;
}

function attachmentName(value: unknown, path: string): AttachmentName {
  const object = isRecord(value) ? value : {};
  return {
    containerId: text(member(object, 'containerID'), join(path, 'containerID')),
    ifname: text(member(object, 'ifname'), join(path, 'ifname')),
  };
}

/** A runtime knows what it runs: who is not on its list is gone, whoever wrote the lease. */
async function freeOthers(
  deps: Deps,
  { inventory, valid }: { readonly inventory: Inventory; readonly valid: readonly AttachmentName[] },
  attempt: Attempt,
): Promise<void> {
  const isValid = (one: AttachmentName): boolean =>
    valid.some(({ containerId, ifname }) => containerId === one.containerId && ifname === one.ifname);
  const holders = [...inventory.leases.map(({ lease }) => lease), ...inventory.others];
  for (const { containerId, ifname } of holders.filter((holder) => !isValid(holder))) {
    const args = { podName: undefined, podNamespace: undefined };
    await attempt(() => detachAndFree(deps, { containerId, ifname, netns: undefined, args }));
  }
}

/** HNS may have been restarted under living pods, so within one boot a missing endpoint proves nothing. */
async function freeDead(deps: Deps, { leases }: Inventory, attempt: Attempt): Promise<void> {
  for (const { lease, ofThisBoot } of leases) {
    if (ofThisBoot) continue;
    await attempt(async () => {
      if (!(await endpointExists(deps.session, lease.endpointId))) await giveBack(deps, lease);
    });
  }
}

/** An endpoint with a derived id is ours when its own name gives that id; other networks' and other plugins' are left. */
async function removeOrphan(deps: Deps, id: string): Promise<void> {
  const endpoint = await findEndpoint(deps.session, id);
  if (
    endpoint === undefined ||
    !namesOf(endpoint.name, deps.conf.name).some((one) => endpointId(one, endpoint.networkId) === id)
  )
    return;
  await deleteEndpoint(deps.session, id);
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
  return new CniError(
    first?.code ?? Code.Internal,
    `Cannot collect everything: ${failures.map(({ message }) => message).join('; ')}`,
    { cause: first },
  );
}
