/** Frees what earlier boots left: a lease that HNS has no endpoint for was a pod of a node that has been restarted since. */
import { endpointExists } from '../hns/client.ts';
import { holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { sweep, sweepSession } from './sweep.ts';

/** So many leases does an ADD look at when addresses are left: one call of HNS for each. */
export const IN_PASSING = 2;
/** And when none is left. */
const WHEN_FULL = 16;

/** Never fails the ADD that it runs in. The usual node, where no lease is older than its boot, is asked nothing. */
export async function reclaim(deps: Deps, limit: number): Promise<void> {
  const { leases, conf, note } = deps;
  const session = sweepSession(deps);
  try {
    const suspects = await leases.suspects({ limit, keyOf: (holder) => holderOf(holder, conf.name).key });
    for (const { key, endpointId } of suspects) {
      await ((await endpointExists(session, endpointId)) ? leases.spare(key) : leases.reclaim(key));
    }
  } catch (failure) {
    note(failure);
  }
}

/** Everything that can be freed by somebody who needs an address, the endpoint always first. */
export async function reclaimAll(deps: Deps): Promise<void> {
  await sweep(deps, WHEN_FULL);
  await reclaim(deps, WHEN_FULL);
}
