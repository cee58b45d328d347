/** STATUS: can an ADD be served now? Called every five seconds on a node, so it asks HNS for one thing only. */
import type { Network } from '../hns/wire.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Deps } from './deps.ts';
import { reservedAddresses } from './gateway.ts';
import { usedUp } from './make-endpoint.ts';
import { requireNetwork } from './network.ts';

/**
 * Throws why ADD cannot be served, with code 51 when pods that run suffer as well: when the network is gone under leases of
 * this boot. The code of everything else is `notAvailable`'s to give. Three calls.
 */
export async function status(deps: Deps): Promise<void> {
  const network = await networkFor(deps);
  if (deps.conf.ipam.source === 'host-local') await requireFreeAddress(deps, network);
  deps.delegate?.run('STATUS');
}

type NetworkShape = Pick<Network, 'type' | 'subnets'>;

/** A network that ADD would make need not be there. */
async function networkFor(deps: Deps): Promise<NetworkShape> {
  try {
    const { network } = await requireNetwork(deps);
    deps.session.release();
    return network;
  } catch (thrown) {
    const failure = CniError.from(thrown);
    if (failure.code === Code.NetworkMissing && deps.conf.newNetwork !== undefined) return deps.conf.newNetwork;
    throw await whoSuffers(deps, failure);
  }
}

/** Whatever keeps STATUS from its answer keeps ADD from its own: code 50, the text as it is (SPEC.md 1.1.0 section 2 "STATUS"). */
export const notAvailable = (failure: CniError): CniError =>
  failure.code === Code.NotAvailable || failure.code === Code.LimitedConnectivity
    ? failure
    : new CniError(Code.NotAvailable, failure.message, withDetails(failure));

const withDetails = (failure: CniError): { readonly details?: string; readonly cause: unknown } => ({
  cause: failure,
  ...(failure.details === undefined ? {} : { details: failure.details }),
});

/** After a restart of the node all leases are of an earlier boot until the agent has made the network: nobody suffers then. */
async function whoSuffers({ leases, conf }: Deps, failure: CniError): Promise<CniError> {
  if (failure.code !== Code.NetworkMissing && failure.code !== Code.InvalidConfig) return failure;
  const inventory = await leases.inventory();
  const living = inventory.leases.filter(({ lease, ofThisBoot }) => ofThisBoot && lease.state === 'ready').length;
  if (living === 0) return failure;
  const pods = living === 1 ? '1 pod has' : `${living} pods have`;
  const message = `${failure.message}; ${pods} lost the network "${conf.name}": restart what runs on it when it is back`;
  return new CniError(Code.LimitedConnectivity, message, withDetails(failure));
}

async function requireFreeAddress({ leases, conf }: Deps, network: NetworkShape): Promise<void> {
  const { tombstoneMs } = conf;
  const usage = await leases.usage({ tombstoneMs, reserved: reservedAddresses(conf, network) });
  if (BigInt(usage.used) < usage.total || usage.canReclaim) return;
  throw new CniError(Code.NotAvailable, `Cannot give a pod an address on "${conf.name}": ${usedUp(usage)}`, {
    details: `folder ${conf.ipam.dataDir}; a larger range (JSON path ipam.ranges) or GC helps`,
  });
}
