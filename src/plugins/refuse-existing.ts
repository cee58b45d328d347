/** ADD's first question: is this attachment there already? Then it stays as it is; what a killed ADD left is cleared. */
import { endpointIds, findEndpoint } from '../hns/client.ts';
import type { Target } from '../spec/command.ts';
import { isNameBased } from '../spec/uuid.ts';
import { endpointId, endpointName, holderOf } from './attachment.ts';
import { detachAndFree } from './del.ts';
import type { Deps } from './deps.ts';
import { attachmentExists } from './make-endpoint.ts';
import { removeEndpoint } from './remove.ts';

/** Throws code 103 when the attachment exists (SPEC.md 1.1.0 section 2 "ADD": an error). One call in the usual case. */
export async function refuseExisting(deps: Deps, target: Target, hnsNetworkId: string): Promise<void> {
  const { session, leases, conf } = deps;
  const lease = await leases.find(holderOf(target, conf.name).key);
  const isReady = lease?.state === 'ready';
  if (isReady && lease.source === 'host-local') throw attachmentExists(deps, target);
  const own = endpointId(target, hnsNetworkId);
  const ids = await endpointIds(session, endpointName(target, conf.name));
  // No address file says of these whether another plugin has taken them down since; HNS does.
  if (isReady && ids.includes(lease.endpointId.toUpperCase())) throw attachmentExists(deps, target);
  for (const id of ids.filter((one) => !isNameBased(one))) await refuseForeign(deps, target, { id, hnsNetworkId });
  const left = ids.includes(own) ? await findEndpoint(session, own) : undefined;
  if (left?.namespaceId !== undefined || (left?.containers.length ?? 0) > 0) throw attachmentExists(deps, target);
  if (lease !== undefined || left !== undefined) await detachAndFree(deps, target);
}

/**
 * A random id under this name is an endpoint that another plugin made for the same attachment. On another HNS network it is
 * what is left of one that had the name before: win-bridge takes it away as well (pkg/hns AddHcnEndpoint).
 */
async function refuseForeign(
  deps: Deps,
  target: Target,
  { id, hnsNetworkId }: { readonly id: string; readonly hnsNetworkId: string },
): Promise<void> {
  const endpoint = await findEndpoint(deps.session, id);
  if (endpoint === undefined) return;
  if (endpoint.networkId.toUpperCase() === hnsNetworkId.toUpperCase()) throw attachmentExists(deps, target);
  const { namespaceId } = endpoint;
  const place = namespaceId === undefined ? undefined : ({ kind: 'namespace', id: namespaceId } as const);
  await removeEndpoint(deps.session, { id, name: endpoint.name, place });
}
