/** What the verbs of the minimal plugin share: the parts of a command, names, and sweeping what the dead have left. */
import { nameBasedGuid } from '../../../../src/spec/uuid.ts';
import { type Json, objects, textAt } from '../../json.ts';
import type { Is } from '../mutants.ts';
import type { Command } from './command.ts';
import type { Delegate } from './delegate.ts';
import type { Hns } from './hns.ts';
import type { Holder, Lease, Store } from './store.ts';

export interface Context {
  readonly command: Command;
  readonly is: Is;
  readonly hns: Hns;
  readonly store: Store;
  /** This boot of the machine. */
  readonly boot: string;
  /** What a plugin must not keep from one command to the next; only quirks use it. */
  readonly memory: Map<string, string>;
  /** Absent when the addresses are our own. */
  readonly delegate: Delegate | undefined;
}

/** The endpoint's id follows from its attachment: it can be found without any record. */
export const endpointId = (network: string, { containerId, ifname }: Holder): string =>
  nameBasedGuid('minimal', network, containerId, ifname);

export const endpointName = (network: string, { containerId, ifname }: Holder): string =>
  `${containerId}_${network}_${ifname}`;

export const isAttached = (endpoint: Json): boolean => !/^0{8}-/.test(textAt(endpoint, 'HostComputeNamespace'));

export const isHeldBy =
  ({ containerId, ifname }: Holder) =>
  (lease: Lease): boolean =>
    lease.containerId === containerId && lease.ifname === ifname;

/** Whose endpoint of ours this is; undefined for one of somebody else. */
export function ownerOf(network: string, endpoint: Json): Holder | undefined {
  const [containerId = '', ifname = ''] = textAt(endpoint, 'Name').split(`_${network}_`);
  const holder = { containerId, ifname };
  return endpointId(network, holder) === textAt(endpoint, 'ID').toUpperCase() ? holder : undefined;
}

export interface Survey {
  /** Ids of all endpoints on the network. */
  readonly ids: readonly string[];
  /** Endpoints that no lease accounts for. */
  readonly strangers: readonly Json[];
}

/** The endpoints of the network against the leases of this moment. */
export async function survey({ hns, store, command }: Context, networkId: string): Promise<Survey> {
  const ids = await hns.endpointIds(networkId);
  const known = new Set(store.all().map((lease) => endpointId(command.network, lease)));
  const strangers: Json[] = [];
  for (const id of ids.filter((each) => !known.has(each))) {
    const endpoint = await hns.endpoint(id);
    if (endpoint !== undefined) strangers.push(endpoint);
  }
  return { ids, strangers };
}

/** A lease of an earlier boot without an endpoint: provably nobody's. One that another plugin made says no boot. */
export const isDead =
  ({ command, boot, is }: Context, ids: readonly string[]) =>
  (lease: Lease): boolean =>
    lease.boot !== '' &&
    lease.boot !== boot &&
    !is('bootMeansNothing') &&
    !ids.includes(endpointId(command.network, lease));

/** HNS lets a pod have the address of an endpoint of another node (HCN flag 1: remote). */
const REMOTE = 1;

/** Frees dead leases, deletes orphans; answers the addresses that endpoints of others keep from us. */
export async function sweep(context: Context, networkId: string): Promise<ReadonlySet<string>> {
  const { hns, store, command, delegate } = context;
  const { ids, strangers } = await survey(context, networkId);
  store.free(store.all().filter(isDead(context, ids)));
  const isOurs = (endpoint: Json): boolean => ownerOf(command.network, endpoint) !== undefined;
  for (const endpoint of strangers) {
    const owner = ownerOf(command.network, endpoint);
    // An ADD that began after the survey has its lease by now.
    const isOrphan = owner !== undefined && delegate === undefined && !store.all().some(isHeldBy(owner));
    if (isOrphan) await hns.remove(textAt(endpoint, 'ID'));
  }
  const others = strangers.filter((endpoint) => !isOurs(endpoint) && endpoint['Flags'] !== REMOTE);
  return new Set(
    others.flatMap((endpoint) => objects(endpoint['IpConfigurations']).map((ip) => textAt(ip, 'IpAddress'))),
  );
}
