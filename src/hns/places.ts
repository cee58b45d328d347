/** Where an endpoint is attached: an HCN namespace, or a running container, as HNS v1 has it (hot attach). */
import { CniError, Code } from '../spec/error.ts';
import { open, removed } from './objects.ts';
import type { Purpose, Session } from './session.ts';
import { statusOf } from './status.ts';

export type Place =
  | { readonly kind: 'namespace'; readonly id: string }
  /** The id of its compute system. */
  | { readonly kind: 'container'; readonly id: string };

/** "namespace 5b0a…", "container 8d3f…" */
const nameOf = ({ kind, id }: Place): string => `${kind} ${id}`;

/** A place that is there, and open. */
export interface OpenPlace {
  /** Attaches an endpoint. One call. */
  readonly attach: (endpointId: string) => Promise<void>;
}

/** Opens the place for an attachment; undefined when it is not there. One call. */
export async function openPlace(session: Session, place: Place): Promise<OpenPlace | undefined> {
  const modify = await modifierOf(session, place, `attach to ${nameOf(place)}`);
  if (modify === undefined) return undefined;
  return {
    attach: async (endpointId) => {
      const { purpose, answer } = await modify('Add', endpointId, `attach endpoint ${endpointId} to ${nameOf(place)}`);
      // An attach that was refused for now may have been carried out after all. Where the endpoint is now, reading it back tells.
      if (answer.hr < 0 && statusOf(answer.hr).outcome !== 'exists') throw session.failure(purpose, answer);
    },
  };
}

/** Throws code 4 when the place was not there to be opened. */
export function requirePlace(place: Place, open: OpenPlace | undefined): OpenPlace {
  if (open !== undefined) return open;
  throw new CniError(
    Code.InvalidEnvironment,
    `Cannot attach to ${nameOf(place)}: the ${place.kind} CNI_NETNS names does not exist`,
    { details: 'variable CNI_NETNS' },
  );
}

/** Takes an endpoint away; false when it or the place is gone or they were not joined. Two calls at the most. */
export async function detach(session: Session, place: Place, endpointId: string): Promise<boolean> {
  const task = `detach endpoint ${endpointId} from ${nameOf(place)}`;
  const modify = await modifierOf(session, place, task);
  if (modify === undefined) return false;
  const { purpose, answer } = await modify('Remove', endpointId, task);
  return removed(session, purpose, answer);
}

interface Modified {
  readonly purpose: Purpose;
  readonly answer: { readonly hr: number; readonly error: string; readonly json: string };
}

type Modifier = (request: 'Add' | 'Remove', endpointId: string, task: string) => Promise<Modified>;

/** Opens the place; undefined when it is not there. */
async function modifierOf(session: Session, place: Place, task: string): Promise<Modifier | undefined> {
  return place.kind === 'namespace'
    ? namespaceModifier(session, place.id, task)
    : systemModifier(session, place.id, task);
}

async function namespaceModifier(session: Session, id: string, task: string): Promise<Modifier | undefined> {
  const handle = await open(session, { kind: 'Namespace', id, task });
  if (handle === undefined) return undefined;
  return async (RequestType, EndpointId, change) => {
    const purpose = { call: 'HcnModifyNamespace', task: change };
    const settings = JSON.stringify({ ResourceType: 'Endpoint', RequestType, Settings: { EndpointId } });
    return { purpose, answer: await session.run(purpose, (native) => native.modify(handle, settings)) };
  };
}

/** A container's network is a resource of its compute system (hcsshim's internal/hcs System.Modify, resource "Network"). */
async function systemModifier(session: Session, id: string, task: string): Promise<Modifier | undefined> {
  const opening = { call: 'HcsOpenComputeSystem', task };
  const opened = await session.run(opening, (native) => native.openSystem(id));
  if (opened.handle === undefined) {
    if (statusOf(opened.hr).outcome === 'missing') return undefined;
    throw session.failure(opening, opened);
  }
  const handle = session.keep(opened.handle);
  return async (RequestType, Settings, change) => {
    const purpose = { call: 'HcsModifyComputeSystem', task: change };
    const configuration = JSON.stringify({ ResourceType: 'Network', Settings, RequestType });
    return { purpose, answer: await session.run(purpose, (native) => native.modifySystem(handle, configuration)) };
  };
}
