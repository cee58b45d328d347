/** An HNS network of the node is brought about: adopted as it is, completed, made, or, when told to, made anew. */
import {
  changeNetworkPolicies,
  createNetwork,
  deleteNetwork,
  endpointsOfNetwork,
  findEndpoint,
  findNetwork,
  type OpenNetwork,
} from '../hns/client.ts';
import type { Endpoint } from '../hns/wire.ts';
import { CniError, Code } from '../spec/error.ts';
import { nameBasedGuid } from '../spec/uuid.ts';
import { hostEndpointName } from './host-endpoint.ts';
import { noteHost, settleHost } from './host-restore.ts';
import { differenceTo, type NetworkDifference, requestOf, type WantedNetwork } from './network-wanted.ts';
import type { Work } from './node-work.ts';

/** The id of a network that we make, also at the first ADD: by it a network is known to be ours. */
export const networkId = (name: string): string => nameBasedGuid('network', name);

export interface Adoption {
  /** The NIC that HNS has the network on, by name of network. */
  readonly adapterOf: (name: string) => string | undefined;
  readonly replace: boolean;
}

/** A network, what is there of its name, and how the two differ. */
interface Judged extends NetworkDifference {
  readonly wanted: WantedNetwork;
  /** Undefined: it is to be made. */
  readonly found: OpenNetwork | undefined;
}

/**
 * Answers the last one; undefined when a plan would only make it. All are judged before anything changes: throws code 7 for what
 * needs `replace`, or has pods.
 */
export async function ensureNetworks(
  work: Work,
  wanted: readonly WantedNetwork[],
  adoption: Adoption,
): Promise<OpenNetwork | undefined> {
  const judged: Judged[] = [];
  for (const each of wanted) judged.push(await judge(work, each, adoption));
  const old = judged.flatMap(({ found, conflicts }) => (found !== undefined && conflicts.length > 0 ? [found] : []));
  // The tiny one last: no network of another type can be made on its adapter while one of these is there.
  for (const network of old.reverse()) await removeOld(work, network, adoption.adapterOf(network.network.name));
  let last: OpenNetwork | undefined;
  for (const { wanted: each, found, missing } of judged) {
    if (found === undefined || old.includes(found)) last = await makeAndComplete(work, each, old.length > 0);
    else {
      if (missing.length === 0) work.note(`HNS network "${each.name}": adopted as it is, ${described(each)}`);
      else await complete(work, found, missing);
      last = found;
    }
  }
  return last;
}

async function judge(work: Work, wanted: WantedNetwork, { adapterOf, replace }: Adoption): Promise<Judged> {
  const found = await findNetwork(work.session, wanted.name);
  if (found === undefined) return { wanted, found, missing: [], conflicts: [] };
  const difference = differenceTo(wanted, found, adapterOf(wanted.name));
  if (difference.conflicts.length > 0) {
    if (!replace) throw conflicting(wanted, difference.conflicts);
    await refuseLivePods(work, wanted.name);
  }
  return { wanted, found, ...difference };
}

async function removeOld(work: Work, { network }: OpenNetwork, nic: string | undefined): Promise<void> {
  if (nic !== undefined && !work.plan) noteHost(work, nic);
  await work.step({ what: `HNS network "${network.name}"`, done: 'deleted' }, () =>
    deleteNetwork(work.session, network),
  );
}

async function makeAndComplete(
  work: Work,
  wanted: WantedNetwork,
  isAfterDeletion: boolean,
): Promise<OpenNetwork | undefined> {
  const { name, nic } = wanted;
  if (nic !== undefined && !work.plan) noteHost(work, nic);
  const step = { what: `HNS network "${name}"`, done: 'made', more: `, ${described(wanted)}` };
  await work.step(step, () => make(work, wanted, isAfterDeletion));
  if (work.plan) return undefined;
  for (const snapshot of work.record.read()) await settleHost(work, snapshot);
  const made = await findNetwork(work.session, name);
  if (made === undefined) {
    throw new CniError(Code.TryAgainLater, `Cannot use the HNS network "${name}": it was made, and is gone again`);
  }
  // Of two that make it at once one is told that it exists.
  const { missing, conflicts } = differenceTo(wanted, made, undefined);
  if (conflicts.length > 0) throw conflicting(wanted, conflicts);
  if (missing.length > 0) await complete(work, made, missing);
  return made;
}

/** Straight after the deletion of another network HNS may not find adapter or switch yet, for seconds on older builds. */
async function make(work: Work, wanted: WantedNetwork, isAfterDeletion: boolean): Promise<void> {
  let failure: CniError | undefined;
  const isMade = await work.poll(async () => {
    try {
      await createNetwork(work.session, { id: networkId(wanted.name), request: requestOf(wanted) });
      return true;
    } catch (thrown) {
      if (!isAfterDeletion || !(thrown instanceof CniError) || work.session.gaveUp()) throw thrown;
      failure = thrown;
      return undefined;
    }
  }, AFTER_DELETION_MS);
  if (isMade === undefined && failure !== undefined) throw failure;
}

const AFTER_DELETION_MS = 20_000;

/** Builds that know no such policy do without. */
async function complete(
  { session, step, note }: Work,
  { network, handle }: OpenNetwork,
  policies: ReturnType<typeof differenceTo>['missing'],
): Promise<void> {
  const what = `HNS network "${network.name}"`;
  const types = policies.map(({ Type }) => Type).join(', ');
  try {
    await step({ what, done: 'given', more: ` the policy ${types}` }, () =>
      changeNetworkPolicies(session, handle, { request: 'Add', policies }),
    );
  } catch (failure) {
    if (!(failure instanceof CniError) || failure.code !== Code.Hns) throw failure;
    note(`${what}: without the policy ${types}, which this HNS does not take (${failure.message})`);
  }
}

/** Endpoints on a network beside the host's own, and those that stand for pods of other nodes. */
export async function podEndpoints({ session }: Work, network: string): Promise<readonly Endpoint[]> {
  const ids = (await endpointsOfNetwork(session, network))?.ids ?? [];
  const found: Endpoint[] = [];
  for (const id of ids) {
    const endpoint = await findEndpoint(session, id);
    if (endpoint === undefined || endpoint.isRemote || endpoint.name === hostEndpointName(network)) continue;
    found.push(endpoint);
  }
  return found;
}

export const spokenEndpoints = (endpoints: readonly Endpoint[]): string =>
  endpoints.map(({ name, addresses }) => `"${name}" ${addresses.map(({ ip }) => ip).join(' ')}`).join('; ');

async function refuseLivePods(work: Work, network: string): Promise<void> {
  const pods = await podEndpoints(work, network);
  if (pods.length === 0) return;
  throw new CniError(
    Code.InvalidConfig,
    `Cannot replace the HNS network "${network}": endpoints of pods are on it, expected none`,
    { details: `${spokenEndpoints(pods)}; drain the node first` },
  );
}

const conflicting = ({ name }: WantedNetwork, conflicts: readonly string[]): CniError =>
  new CniError(Code.InvalidConfig, `Cannot adopt the HNS network "${name}": ${conflicts.join('; ')}`, {
    details: 'it is deleted and made anew with --replace, when no pod is on it',
  });

function described({ type, subnets, vsid, port, nic }: WantedNetwork): string {
  const blocks = subnets.map(({ prefix }) => prefix).join(' and ');
  const overlay = type === 'Overlay' ? `, VSID ${vsid}, UDP port ${port}` : '';
  const on = nic === undefined ? '' : ` on "${nic}"`;
  return `${type} ${blocks || 'with a subnet of its choice'}${overlay}${on}`;
}
