/** Takes an endpoint away for good: out of its namespace, then out of HNS. Shared by DEL and by ADD's undo. */
import { deleteEndpoint, endpointIds } from '../hns/client.ts';
import { detach, type Place } from '../hns/places.ts';
import type { Session } from '../hns/session.ts';
import { CniError, Code } from '../spec/error.ts';

export interface Removal {
  readonly id: string;
  readonly name: string;
  /** Where it is attached, as far as is known. */
  readonly place: Place | undefined;
}

/**
 * Detaches and deletes an endpoint that HNS has listed or made. Detaching may fail, since deleting detaches as well.
 * When HNS says "not there" of an endpoint it still lists, that is an error: its address must not become free.
 */
export async function removeEndpoint(session: Session, { id, name, place }: Removal): Promise<void> {
  if (place !== undefined) await detachIfPossible(session, place, id);
  if (await deleteEndpoint(session, id)) return;
  if (!(await endpointIds(session, name)).includes(id)) return;
  throw new CniError(Code.TryAgainLater, `Cannot delete endpoint ${id}: HNS lists it and says that it does not exist`, {
    details: `endpoint "${name}"`,
  });
}

async function detachIfPossible(session: Session, place: Place, id: string): Promise<void> {
  // Doubt about an earlier call, such as the attach that is undone here, says nothing of this one.
  const wasUncertain = session.uncertain();
  try {
    await detach(session, place, id);
  } catch (failure) {
    // After a call that hung nothing more is asked; anything else that is known is settled by the deletion.
    if (session.gaveUp() || (session.uncertain() && !wasUncertain)) throw failure;
  }
}
