/** ADD's first question: is this attachment there already? Then it stays as it is; what a killed ADD left is cleared. */
import { endpointExists, findEndpoint } from '../hns/client.ts';
import type { Lease } from '../ipam/lease.ts';
import type { Target } from '../spec/command.ts';
import { isNameBased } from '../spec/uuid.ts';
import { endpointId } from './attachment.ts';
import { detachAndFree } from './del.ts';
import type { Deps } from './deps.ts';
import { attachmentExists } from './make-endpoint.ts';
import { removeEndpoint } from './remove.ts';

/** What HNS and the disk say of an attachment. */
interface Known {
  readonly hnsNetworkId: string;
  /** Of the endpoints of its name. */
  readonly ids: readonly string[];
  readonly lease: Lease | undefined;
}

/** Throws code 103 when the attachment exists (SPEC.md 1.1.0 section 2 "ADD": an error). No call in the usual case. */
export async function refuseExisting(deps: Deps, target: Target, { hnsNetworkId, ids, lease }: Known): Promise<void> {
  const isReady = lease?.state === 'ready';
  if (isReady && lease.source === 'host-local') throw attachmentExists(deps, target);
  const own = endpointId(target, hnsNetworkId);
  // No address file says of these whether another plugin has taken them down since; HNS does, by its id: the list may be older
  // than the record.
  if (isReady && (await endpointExists(deps.session, lease.endpointId))) throw attachmentExists(deps, target);
  for (const id of ids.filter((one) => !isNameBased(one))) await refuseForeign(deps, target, { id, hnsNetworkId });
  const left = ids.includes(own) ? await findEndpoint(deps.session, own) : undefined;
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
