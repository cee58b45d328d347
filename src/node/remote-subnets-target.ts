/** The RemoteSubnetRoute policies of an HNS network as what a list of peers is reconciled with. */
import { changeNetworkPolicies, type OpenNetwork } from '../hns/client.ts';
import type { Session } from '../hns/session.ts';
import { formatCidr } from '../net/cidr.ts';
import { CniError } from '../spec/error.ts';
import type { Peer } from './peers.ts';
import {
  REMOTE_SUBNET_FORM,
  REMOTE_SUBNET_TABLE,
  type RemoteSubnet,
  remoteSubnetsFor,
  remoteSubnetsOf,
} from './remote-subnets.ts';
import type { Failure, Writer } from './sync-apply.ts';
import type { Target } from './sync-run.ts';
import type { Self } from './sync-wanted.ts';

/** Asks nothing: the policies came with the network. */
export function remoteSubnetsTarget(
  session: Session,
  { network, handle, policies }: OpenNetwork,
  { peers, self }: { readonly peers: readonly Peer[]; readonly self: Self },
): Target<RemoteSubnet> {
  return {
    what: 'remote subnets',
    table: REMOTE_SUBNET_TABLE,
    form: REMOTE_SUBNET_FORM,
    wanted: remoteSubnetsFor(peers, network, self),
    present: remoteSubnetsOf(policies),
    ownedOf: (recorded) => recorded,
    describe: ({ destination, way }) => `${formatCidr(destination)} ${way}`,
    writer: policyWriter(session, handle),
  };
}

/** Policies in one request: a cluster from nothing is some ten calls, and a refusal meets no more than these. */
const BATCH = 500;

function policyWriter(session: Session, network: OpenNetwork['handle']): Writer<RemoteSubnet> {
  const request = async (
    kind: 'Add' | 'Remove',
    entries: readonly RemoteSubnet[],
  ): Promise<readonly Failure<RemoteSubnet>[]> => {
    const failures: Failure<RemoteSubnet>[] = [];
    for (let at = 0; at < entries.length; at += BATCH) {
      const batch = entries.slice(at, at + BATCH);
      const policies = batch.map(({ policy }) => policy);
      const why = await messageOf(changeNetworkPolicies(session, network, { request: kind, policies }));
      if (why !== undefined) failures.push(...batch.map((entry) => ({ entry, why, mayBeOurs: true })));
    }
    return failures;
  };
  return {
    create: (entries) => request('Add', entries),
    set: () => Promise.resolve([]),
    remove: (entries) => request('Remove', entries),
  };
}

/** Why a call failed; undefined when it did not. */
async function messageOf(call: Promise<void>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (failure) {
    if (failure instanceof CniError) return failure.message;
    throw failure;
  }
}
