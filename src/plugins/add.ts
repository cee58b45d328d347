/** ADD: find the network, reserve an address, make the endpoint, attach it, read back what HNS made of it. */
import { attach, findEndpoint, hnsVersion, readBack } from '../hns/client.ts';
import type { Endpoint } from '../hns/wire.ts';
import { isAskedFor } from '../ipam/pick.ts';
import { hasFeature } from '../policy/features.ts';
import type { Target } from '../spec/command.ts';
import { CniError, Code } from '../spec/error.ts';
import { giveBack } from './addresses.ts';
import { endpointName, holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { type Made, makeEndpoint } from './make-endpoint.ts';
import { requireNetwork } from './network.ts';
import { policiesOf } from './policies.ts';
import { refuseExisting } from './refuse-existing.ts';
import { removeEndpoint } from './remove.ts';
import { isAsRequested, requestOf } from './request.ts';
import { sweep } from './sweep.ts';
import { type Attached, mismatches } from './verify.ts';

/** What clean-up after a failure may take, beyond the command's own time. */
const UNDO_MS = 10_000;

/** Attaches a container's interface. Any failure undoes what was done, and the first error is the one reported. */
export async function add(deps: Deps, target: Target): Promise<Attached> {
  const network = await requireNetwork(deps);
  await requireFeatures(deps);
  await sweep(deps);
  const existing = await reusable(deps, target);
  if (existing !== undefined) return existing;
  await refuseExisting(deps, target, network.network.id);
  let made: Made | undefined;
  try {
    made = await makeEndpoint(deps, target, network);
    const { lease, conf, handle } = made;
    await attach(deps.session, target.netns, lease.endpointId);
    const endpoint = await readBack(deps.session, handle, lease.endpointName);
    requireAsAsked(endpoint, { lease, target, deps });
    return { lease, endpoint, conf };
  } catch (failure) {
    throw await undo(deps, target, { failure: CniError.from(failure), made });
  }
}

/**
 * With `"repeatedAdd": "reuse"`, the attachment as it is when it matches in full; else ADD of what exists is an error.
 * Two calls, and only when there is a lease.
 */
async function reusable(deps: Deps, target: Target): Promise<Attached | undefined> {
  const { session, leases, conf } = deps;
  if (!conf.reuse) return undefined;
  const lease = await leases.find(holderOf(target, conf.name).key);
  const endpoint = lease === undefined ? undefined : await findEndpoint(session, lease.endpointId);
  // While HNS may still carry out a call of an earlier command, the endpoint may go again.
  if (lease === undefined || endpoint === undefined || lease.inFlight) return undefined;
  if (!isAskedFor(conf.ipam, lease.addresses)) return undefined;
  const expected = { lease, netns: target.netns, policies: conf.policies };
  const matches = mismatches(endpoint, expected).length === 0 && isAsRequested(endpoint, requestOf(conf, lease));
  return matches ? { lease, endpoint, conf } : undefined;
}

/** Asked only when the configuration needs it: one call. */
async function requireFeatures({ session, conf }: Deps): Promise<void> {
  if (!conf.loopbackDsr) return;
  const version = await hnsVersion(session);
  if (hasFeature(version, 'direct server return')) return;
  throw new CniError(
    Code.InvalidConfig,
    `Cannot use loopbackDSR: HNS is version ${version.join('.')}, expected 9.3 or later of 9, or 10.2 or later`,
    { details: 'JSON path loopbackDSR' },
  );
}

function requireAsAsked(
  endpoint: Endpoint,
  { lease, target, deps }: { readonly lease: Attached['lease']; readonly target: Target; readonly deps: Deps },
): void {
  const policies = policiesOf(deps.conf, lease.addresses);
  const wrong = mismatches(endpoint, { lease, netns: target.netns, policies });
  if (wrong.length === 0) return;
  throw new CniError(Code.Hns, `Cannot use endpoint "${endpoint.name}" as HNS made it: ${wrong.join('; ')}`);
}

/**
 * Undoes a failed ADD, last first, and answers the failure with what could not be undone added to its details.
 * After a call whose outcome is not known the lease stays pending: DEL or a later command deals with it.
 */
async function undo(
  deps: Deps,
  target: Target,
  { failure, made }: { readonly failure: CniError; readonly made: Made | undefined },
): Promise<CniError> {
  const { session, leases, conf } = deps;
  const holder = holderOf(target, conf.name);
  if (failure.code === Code.AttachmentExists) return failure;
  const gaveUp = session.gaveUp();
  if (gaveUp) return failure;
  session.deadline.extend(UNDO_MS);
  try {
    // What was made goes also when another program has taken the lease away meanwhile.
    const lease = (await leases.find(holder.key)) ?? made?.lease;
    if (lease === undefined) return failure;
    const name = endpointName(target, conf.name);
    await removeEndpoint(session, { id: lease.endpointId, name, netns: target.netns });
    if (!session.uncertain()) await giveBack(deps, holder);
    return failure;
  } catch (second) {
    return failure.withDetail(`not undone: ${CniError.from(second).message}`);
  }
}
