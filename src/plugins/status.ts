/** STATUS: can an ADD be served now? Called every five seconds on a node, so it asks HNS for one thing only. */
import { CniError, Code } from '../spec/error.ts';
import type { Deps } from './deps.ts';
import { requireNetwork } from './network.ts';

/**
 * Throws code 50 when ADD cannot be served, 51 when pods that run suffer as well (SPEC.md 1.1.0 section 2 "STATUS"): that is
 * when the network is gone under living leases. Three calls.
 */
export async function status(deps: Deps): Promise<void> {
  try {
    await requireNetwork(deps);
  } catch (failure) {
    throw await asStatus(deps, CniError.from(failure));
  }
  deps.delegate?.run('STATUS');
  if (deps.delegate === undefined) await requireFreeAddress(deps);
}

async function asStatus({ leases, conf }: Deps, failure: CniError): Promise<CniError> {
  const isGone = failure.code === Code.NetworkMissing || failure.code === Code.InvalidConfig;
  const suffering = isGone ? (await leases.usage()).used : 0;
  const { message, details } = failure;
  const options = { cause: failure, ...(details === undefined ? {} : { details }) };
  if (suffering === 0) return new CniError(Code.NotAvailable, message, options);
  const also = `${suffering} pods of "${conf.name}" have lost their network; restart them when it is back`;
  return new CniError(Code.LimitedConnectivity, `${message}; ${also}`, options);
}

async function requireFreeAddress({ leases, conf }: Deps): Promise<void> {
  const { used, total, canReclaim } = await leases.usage();
  if (BigInt(used) < total || canReclaim) return;
  throw new CniError(
    Code.NotAvailable,
    `Cannot give a pod an address on "${conf.name}": ${used} of ${total} are used, none is free`,
    { details: `folder ${conf.ipam.dataDir}; a larger range (JSON path ipam.ranges) or GC helps` },
  );
}
