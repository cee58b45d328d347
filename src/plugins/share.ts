/** `container:<id>` as CNI_NETNS: a container that shares another one's endpoint, as those of a pod do under HNS v1. */
import { endpointIds, findEndpoint } from '../hns/client.ts';
import { detach, openPlace, type Place, requirePlace } from '../hns/places.ts';
import { detachV1 } from '../hns/v1.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { DelTarget, Target } from '../spec/command.ts';
import { CniError, Code } from '../spec/error.ts';
import { endpointName } from './attachment.ts';
import type { Deps } from './deps.ts';
import { attachmentExists } from './make-endpoint.ts';
import { placeOf, sharedWith } from './place.ts';
import { type Attached, mismatches } from './verify.ts';

/** What clean-up after a failure may take, beyond the command's own time. */
const UNDO_MS = 10_000;

/** The endpoint and its addresses stay those of the other container; there is no lease of this one. */
export async function share(deps: Deps, target: Target): Promise<Attached> {
  const place = placeOf(target.netns, target.containerId);
  const found = await sharedEndpoint(deps, target);
  if (found === undefined) {
    const name = sharedName(deps, target);
    throw new CniError(
      Code.UnknownContainer,
      `Cannot share an endpoint: there is none named "${name}", expected that of the container CNI_NETNS names`,
      { details: 'variable CNI_NETNS' },
    );
  }
  if (found.containers.includes(target.containerId)) throw attachmentExists(deps, target);
  try {
    return await shared(deps, place, found);
  } catch (failure) {
    throw await undo(deps, place, { found, failure: CniError.from(failure) });
  }
}

async function shared({ session }: Deps, place: Place, found: Endpoint): Promise<Attached> {
  const { attach } = requirePlace(place, await openPlace(session, place));
  await attach(found.id);
  const endpoint = (await findEndpoint(session, found.id)) ?? found;
  const wrong = mismatches(endpoint, { lease: undefined, place, policyTypes: [] });
  if (wrong.length === 0) return { lease: undefined, endpoint };
  throw new CniError(Code.Hns, `Cannot share endpoint "${endpoint.name}": ${wrong.join('; ')}`);
}

/** The failure, with what could not be undone in its details; after a call that hung nothing more is asked. */
async function undo(
  { session }: Deps,
  place: Place,
  { found, failure }: { readonly found: Endpoint; readonly failure: CniError },
): Promise<CniError> {
  if (session.gaveUp()) return failure;
  session.deadline.extend(UNDO_MS);
  try {
    await detach(session, place, found.id);
    return failure;
  } catch (second) {
    return failure.withDetail(`not undone: ${CniError.from(second).message}`);
  }
}

/** Only this container lets go of it. Two calls. */
export async function unshare({ session, conf }: Deps, target: DelTarget): Promise<void> {
  const [id] = await endpointIds(session, sharedName({ conf }, target));
  if (id !== undefined) await detachV1(session, id, target.containerId);
}

/** The endpoint that a container shares with the one CNI_NETNS names. Three calls. */
export async function sharedEndpoint(deps: Deps, target: DelTarget): Promise<Endpoint | undefined> {
  const [id] = await endpointIds(deps.session, sharedName(deps, target));
  return id === undefined ? undefined : findEndpoint(deps.session, id);
}

const sharedName = ({ conf }: Pick<Deps, 'conf'>, target: DelTarget): string =>
  endpointName({ containerId: sharedWith(target) ?? target.containerId, ifname: target.ifname }, conf.name);
