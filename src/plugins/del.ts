/** DEL: detach, delete the endpoint, and only then free the address. Missing pieces are fine, the rest still goes. */
import { endpointIds, findEndpoint } from '../hns/client.ts';
import type { Place } from '../hns/places.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { Lease } from '../ipam/lease.ts';
import type { DelTarget } from '../spec/command.ts';
import { CniError } from '../spec/error.ts';
import { isNameBased } from '../spec/uuid.ts';
import { giveBack, giveBackBuried } from './addresses.ts';
import { endpointId, endpointName, holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { placeIn, placeOf, sharedWith } from './place.ts';
import { type Removal, removeEndpoint } from './remove.ts';
import { unshare } from './share.ts';
import { sweep } from './sweep.ts';

export async function del(deps: Deps, target: DelTarget): Promise<void> {
  await (sharedWith(target) === undefined ? detachAndFree(deps, target, deps.session.release) : unshare(deps, target));
  await sweep(deps);
}

/**
 * DEL without the sweep: also how ADD clears what an earlier, killed ADD of the same attachment left.
 * Usually four calls: look for the name, open the namespace, detach, delete; then `whenRemoved`, and the disk is left.
 */
export async function detachAndFree(
  deps: Deps,
  target: DelTarget,
  whenRemoved: () => void = () => undefined,
): Promise<void> {
  const { session, leases, conf } = deps;
  const holder = holderOf(target, conf.name);
  const lease = await leases.find(holder.key);
  try {
    const found = await mine(deps, target, lease);
    for (const removal of found) await removeEndpoint(session, removal);
    whenRemoved();
    const hasCome = (id: string): boolean => found.some((removal) => removal.id === id.toUpperCase());
    if (lease === undefined && (await exhumed(deps, holder.key, hasCome))) return;
    // Without an endpoint HNS may still be making it for a killed ADD: address and id stay set aside for a while.
    const mayComeYet =
      lease !== undefined && (lease.inFlight || (lease.state === 'pending' && !hasCome(lease.endpointId)));
    await (mayComeYet ? leases.bury(holder.key) : giveBack(deps, holder));
  } catch (failure) {
    throw session.uncertain() && lease !== undefined ? await marked(deps, holder.key, CniError.from(failure)) : failure;
  }
}

/** How long the lock may be waited for when the time of the command is used up. */
const MARK_MS = 2000;

/** Notes in the lease that HNS may still carry a call out; answers the failure that led here, which is the one to report. */
async function marked({ session, leases }: Deps, key: string, failure: CniError): Promise<CniError> {
  session.deadline.extend(Math.max(MARK_MS, session.deadline.remainingMs()));
  try {
    await leases.markInFlight(key);
    return failure;
  } catch (second) {
    return failure.withDetail(`not noted: ${CniError.from(second).message}`);
  }
}

/**
 * A buried attachment whose late endpoint was found just now is over; without it, it keeps waiting. So it does while a sweep
 * has claimed it: that is about to delete the id, and an ADD must not make an endpoint of that id before.
 */
async function exhumed(deps: Deps, key: string, hasCome: (id: string) => boolean): Promise<boolean> {
  const tombstone = await deps.leases.buried(key);
  if (tombstone === undefined) return false;
  if (hasCome(tombstone.endpointId) && (await deps.leases.claim(key))) await giveBackBuried(deps, tombstone);
  return true;
}

/** The endpoints of this attachment: ours by its id, and those another plugin made under the same name. */
async function mine(deps: Deps, target: DelTarget, lease: Lease | undefined): Promise<readonly Removal[]> {
  const name = endpointName(target, deps.conf.name);
  const removals: Removal[] = [];
  for (const id of await endpointIds(deps.session, name)) {
    const known = id === lease?.endpointId.toUpperCase();
    if (known) removals.push({ id, name, place: placeIn(target) ?? placeOf(lease.netns, target.containerId) });
    else if (isNameBased(id)) removals.push(...(await oursWithoutRecord(deps, target, { id, name })));
    else removals.push({ id, name, place: placeIn(target) ?? namespaceOf(await findEndpoint(deps.session, id)) });
  }
  return removals;
}

/**
 * A name-based id belongs to one attachment alone, and two attachments may have one name ("a" on "n_eth1", and "eth1" of
 * "a" on "n"): without a record, the endpoint's network tells whose it is.
 */
async function oursWithoutRecord(
  { session }: Deps,
  target: DelTarget,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<readonly Removal[]> {
  const endpoint = await findEndpoint(session, id);
  if (endpoint === undefined || endpointId(target, endpoint.networkId) !== id) return [];
  return [{ id, name, place: placeIn(target) ?? namespaceOf(endpoint) }];
}

const namespaceOf = (endpoint: Endpoint | undefined): Place | undefined =>
  endpoint?.namespaceId === undefined ? undefined : { kind: 'namespace', id: endpoint.namespaceId };
