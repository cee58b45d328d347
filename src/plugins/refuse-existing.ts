/** ADD's first question: is this attachment there already? Then it stays as it is; what a killed ADD left is cleared. */
import { endpointIds, findEndpoint } from '../hns/client.ts';
import type { Target } from '../spec/command.ts';
import { isNameBased } from '../spec/uuid.ts';
import { endpointId, endpointName, holderOf } from './attachment.ts';
import { detachAndFree } from './del.ts';
import type { Deps } from './deps.ts';
import { attachmentExists } from './make-endpoint.ts';

/** Throws code 103 when the attachment exists (SPEC.md 1.1.0 section 2 "ADD": an error). One call in the usual case. */
export async function refuseExisting(deps: Deps, target: Target, hnsNetworkId: string): Promise<void> {
  const { session, leases, conf } = deps;
  const lease = await leases.find(holderOf(target, conf.name).key);
  if (lease?.state === 'ready') throw attachmentExists(deps, target);
  const own = endpointId(target, hnsNetworkId);
  const ids = await endpointIds(session, endpointName(target, conf.name));
  // A random id under this name is an endpoint that another plugin made for the same attachment.
  if (ids.some((id) => !isNameBased(id))) throw attachmentExists(deps, target);
  const left = ids.includes(own) ? await findEndpoint(session, own) : undefined;
  if (left?.namespaceId !== undefined || (left?.containers.length ?? 0) > 0) throw attachmentExists(deps, target);
  if (lease !== undefined || left !== undefined) await detachAndFree(deps, target);
}
