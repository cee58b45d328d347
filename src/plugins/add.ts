/** ADD: find network and namespace, reserve an address, make the endpoint, attach it, read back what HNS made of it. */
import { addPolicies, endpointIds, findEndpoint, readBack } from '../hns/client.ts';
import { type OpenPlace, openPlace, requirePlace } from '../hns/places.ts';
import type { Endpoint } from '../hns/wire.ts';
import { isAskedFor } from '../ipam/pick.ts';
import type { Target } from '../spec/command.ts';
import { CniError, Code } from '../spec/error.ts';
import { gatewaysOf, giveBack, withPrefixes } from './addresses.ts';
import { endpointName, holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { requireFeatures } from './features.ts';
import { type Made, makeEndpoint } from './make-endpoint.ts';
import { type Ground, networkForAdd, nodeAddressOn } from './network.ts';
import { placeOf, requireApi, sharedWith } from './place.ts';
import { loopbackPolicies, policiesOf, policyTypesOf } from './policies.ts';
import { IN_PASSING, reclaim } from './reclaim.ts';
import { refuseExisting } from './refuse-existing.ts';
import { removeEndpoint } from './remove.ts';
import { isAsRequested, requestOf } from './request.ts';
import { share } from './share.ts';
import { sweep } from './sweep.ts';
import { together } from './together.ts';
import { type Attached, mismatches } from './verify.ts';
import type { Wanted } from './wanted.ts';

/** What clean-up after a failure may take, beyond the command's own time. */
const UNDO_MS = 10_000;

/** Attaches a container's interface. Any failure undoes what was done, and the first error is the one reported. */
export async function add(deps: Deps, target: Target): Promise<Attached> {
  requireApi(deps.conf, target);
  if (sharedWith(target) !== undefined) return share(deps, target);
  // Before a network is made, which nobody would take away again.
  await requireFeatures(deps);
  const { session, leases, conf } = deps;
  const place = placeOf(target.netns, target.containerId);
  const { key } = holderOf(target, conf.name);
  // None depends on another. The lock of the leases is not taken beside calls of HNS.
  const [ground, open, ids, isKnown] = await together(
    networkForAdd(deps, place),
    openPlace(session, place),
    endpointIds(session, endpointName(target, conf.name)),
    leases.isKnown(key),
  );
  const around = { ground, nodeAddress: await nodeAddressOn(deps, ground) };
  await sweep(deps);
  const lease = isKnown ? await leases.find(key) : undefined;
  const existing = await reusable(deps, target, around);
  if (existing !== undefined) return existing;
  await refuseExisting(deps, target, { hnsNetworkId: ground.network.id, ids, lease });
  const done = await attemptTwice(deps, target, { ...around, open: requirePlace(place, open) });
  // Last, when the store of the leases has seen whether there is anything to reclaim.
  await reclaim(deps, IN_PASSING);
  return done;
}

/** What HNS made is not what it was asked for. */
class Unfit extends CniError {}

async function attemptTwice(deps: Deps, target: Target, around: Opened): Promise<Attached> {
  const first = await attempt(deps, target, around);
  if (!(first instanceof Unfit)) return first;
  deps.remark(first.message);
  const second = await attempt(deps, target, around);
  if (second instanceof Unfit) throw second.withDetail('so it was with the endpoint made before');
  return second;
}

/** Makes and attaches the endpoint. One that is unfit is answered when all of it could be undone. */
async function attempt(deps: Deps, target: Target, around: Opened): Promise<Attached | Unfit> {
  let made: Made | undefined;
  try {
    made = await makeEndpoint(deps, target, around);
    return await attached(deps, made, around.open);
  } catch (thrown) {
    const failure = CniError.from(thrown);
    const undone = await undo(deps, target, { failure, made });
    if (failure instanceof Unfit && undone === failure && !deps.session.uncertain()) return failure;
    throw undone;
  }
}

async function attached({ session }: Deps, { lease, wanted, handle }: Made, open: OpenPlace): Promise<Attached> {
  const { place } = wanted;
  const read = async (): Promise<Endpoint> =>
    handle === undefined
      ? orGone(await findEndpoint(session, lease.endpointId), lease)
      : readBack(session, handle, lease.endpointName);
  // The loopback of an address that HNS chose can only be told it now.
  const late = lease.addresses.length === 0 && wanted.conf.loopbackDsr ? loopbackPolicies(await read()) : [];
  if (late.length > 0) await addPolicies(session, lease.endpointId, late);
  await open.attach(lease.endpointId);
  const endpoint = withPrefixes(await read(), lease, wanted.ground.network);
  const policyTypes = [...policiesOf(wanted).policies, ...late].map(({ Type }) => Type);
  const wrong = mismatches(endpoint, { lease: lease.addresses.length === 0 ? undefined : lease, place, policyTypes });
  if (wrong.length === 0) return { lease, endpoint };
  throw new Unfit(Code.Hns, `Cannot use endpoint "${endpoint.name}" as HNS made it: ${wrong.join('; ')}`);
}

function orGone(endpoint: Endpoint | undefined, { endpointName: name }: Made['lease']): Endpoint {
  if (endpoint !== undefined) return endpoint;
  throw new CniError(Code.TryAgainLater, `Cannot read endpoint "${name}" back: HNS does not have it any more`);
}

type Surroundings = Readonly<{ ground: Ground; nodeAddress: string | undefined }>;
type Opened = Surroundings & { readonly open: OpenPlace };

/**
 * With `"repeatedAdd": "reuse"`, the attachment as it is when it matches in full; else ADD of what exists is an error.
 * Two calls, and only when there is a lease.
 */
async function reusable(deps: Deps, target: Target, around: Surroundings): Promise<Attached | undefined> {
  const { session, leases, conf } = deps;
  if (!conf.reuse) return undefined;
  const lease = await leases.find(holderOf(target, conf.name).key);
  const endpoint = lease === undefined ? undefined : await findEndpoint(session, lease.endpointId);
  // While HNS may still carry out a call of an earlier command, the endpoint may go again.
  if (lease === undefined || endpoint === undefined || lease.inFlight) return undefined;
  if (!isAskedFor(conf.ipam, lease.addresses)) return undefined;
  const place = placeOf(target.netns, target.containerId);
  const wanted: Wanted = { conf, lease, place, ipamGateways: gatewaysOf(conf, lease), ...around };
  const expected = { lease, place, policyTypes: policyTypesOf(conf, endpoint) };
  const matches = mismatches(endpoint, expected).length === 0 && isAsRequested(endpoint, requestOf(wanted));
  return matches ? { lease, endpoint } : undefined;
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
  const goBack = session.deadline.extend(UNDO_MS);
  try {
    // What was made goes also when another program has taken the lease away meanwhile.
    const lease = (await leases.find(holder.key)) ?? made?.lease;
    if (lease === undefined) return failure;
    const name = endpointName(target, conf.name);
    const place = placeOf(target.netns, target.containerId);
    await removeEndpoint(session, { id: lease.endpointId, name, place });
    if (!session.uncertain()) await giveBack(deps, holder);
    return failure;
  } catch (second) {
    return failure.withDetail(`not undone: ${CniError.from(second).message}`);
  } finally {
    goBack();
  }
}
