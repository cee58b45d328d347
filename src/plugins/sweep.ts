/** Looks at a few tombstones: a late endpoint is deleted, and what can no longer come back is freed. */
import { endpointExists } from '../hns/client.ts';
import type { Session } from '../hns/session.ts';
import type { Tombstone } from '../ipam/lease.ts';
import { giveBackBuried } from './addresses.ts';
import type { Deps } from './deps.ts';
import { removeEndpoint } from './remove.ts';

/** How many tombstones one command looks at, and for how long: a bounded price for whoever comes next. */
const LIMIT = 4;
const BUDGET_MS = 5000;

/** A session for looking at tombstones, beside the command's own. */
export const sweepSession = (deps: Deps): Session =>
  deps.aside(Math.min(BUDGET_MS, deps.session.deadline.remainingMs()));

/** Never fails the command it runs in: what could not be looked at now is there for the next one. */
export async function sweep(deps: Deps, limit = LIMIT): Promise<void> {
  const session = sweepSession(deps);
  for (const tombstone of await tombstonesIn(deps, limit)) {
    try {
      await settle(deps, session, tombstone);
    } catch (failure) {
      deps.note(failure);
      if (session.gaveUp() || session.uncertain()) return;
    }
  }
}

async function tombstonesIn({ leases, note }: Deps, limit: number): Promise<readonly Tombstone[]> {
  try {
    return await leases.tombstones(limit);
  } catch (failure) {
    note(failure);
    return [];
  }
}

/**
 * Whether the tombstone is gone now. Its late endpoint found and deleted means that the call HNS owed us is over;
 * not found, it goes when it is older than `tombstoneMs` or of another boot.
 */
export async function settle(deps: Deps, session: Session, tombstone: Tombstone): Promise<boolean> {
  const { leases, conf, delegate } = deps;
  const { key, endpointId, endpointName, ageMs } = tombstone;
  if (await endpointExists(session, endpointId)) {
    if (!(await leases.claim(key))) return false;
    await removeEndpoint(session, { id: endpointId, name: endpointName, place: undefined });
    // Where a deletion was given up, that one may still come: until then nobody may have an endpoint of this id.
    if (tombstone.inFlight) return false;
    await giveBackBuried(deps, tombstone);
    return true;
  }
  const isDue = ageMs === undefined || ageMs >= conf.tombstoneMs;
  if (delegate === undefined) return isDue && leases.expire(key, conf.tombstoneMs);
  // An IPAM plugin cannot be asked under our lock, so that a claim keeps other sweeps away meanwhile.
  if (!isDue || !(await leases.claim(key))) return false;
  await giveBackBuried(deps, tombstone);
  return true;
}
