/** The HNS network a configuration names: there, or made now, and of a type whose endpoints are made this way. */
import type { NetConf, Profile } from '../dialects/net-conf.ts';
import { createNetwork, findNetwork } from '../hns/client.ts';
import type { Handle } from '../hns/native.ts';
import { networkRequest } from '../hns/network-request.ts';
import type { Place } from '../hns/places.ts';
import type { Session } from '../hns/session.ts';
import { findNetworkV1, managementAddress } from '../hns/v1.ts';
import type { Network } from '../hns/wire.ts';
import { CniError, Code } from '../spec/error.ts';
import { nameBasedGuid } from '../spec/uuid.ts';
import { reachesNode, requireSwitch } from './cluster.ts';
import type { Deps } from './deps.ts';
import { wireDns } from './request.ts';

/** The network that endpoints are made on, and how. */
export interface Ground {
  readonly network: Network;
  /** Undefined when they are made through HNS v1, which knows networks by their ids. */
  readonly handle: Handle<'Network'> | undefined;
  readonly profile: Profile;
}

type Found = Omit<Ground, 'profile'>;

/** Three calls. Throws code 102 when there is none, 7 when it is of another type. */
export async function requireNetwork({ session, conf }: Deps): Promise<Ground> {
  return groundOf(conf, (await findNetwork(session, conf.name)) ?? missing(conf));
}

/**
 * The same for ADD, which makes the network where the configuration says how: one call to make it, and it is looked up again.
 * Two calls instead of three for a place that HNS v1 serves.
 */
export async function networkForAdd({ session, conf }: Deps, place: Place): Promise<Ground> {
  const find = place.kind === 'namespace' ? findNetwork : findWithoutHandle;
  const found = await find(session, conf.name);
  if (found !== undefined) return groundOf(conf, found);
  const made = conf.newNetwork ?? missing(conf);
  requireSwitch(conf, made.type);
  const request = networkRequest({ name: conf.name, dns: wireDns(conf.dns), ...made });
  // Of two commands that make it at once one is told that it exists: both take what there is under the name then.
  const failure = await createNetwork(session, { id: nameBasedGuid('network', conf.name), request });
  const there = await find(session, conf.name);
  if (there !== undefined) return groundOf(conf, there);
  throw failure ?? missing(conf);
}

async function findWithoutHandle(session: Session, name: string): Promise<Found | undefined> {
  const network = await findNetworkV1(session, name);
  return network && { network, handle: undefined };
}

function missing({ name }: NetConf): never {
  throw new CniError(Code.NetworkMissing, `Cannot find the HNS network "${name}": HNS has none of that name`, {
    details: 'JSON path name; list the networks with: Get-HnsNetwork | Select Name, Type',
  });
}

function groundOf(conf: NetConf, found: Found): Ground {
  const { name, profiles } = conf;
  const { type } = found.network;
  const isOf = ({ networkTypes }: Profile): boolean =>
    networkTypes.some((accepted) => accepted.toLowerCase() === type.toLowerCase());
  const profile = profiles.find(isOf);
  if (profile !== undefined) {
    requireSwitch(conf, type);
    return { ...found, profile };
  }
  const accepted = profiles.flatMap(({ networkTypes }) => networkTypes).join(' or ');
  throw new CniError(
    Code.InvalidConfig,
    `Cannot use the HNS network "${name}": its type is "${type}", expected ${accepted}`,
    { details: 'JSON path name' },
  );
}

/** The node's own address, where endpoints are told it: no call where the network's document has it, else one. */
export async function nodeAddressOn(
  { session, conf }: Deps,
  { network, profile }: Ground,
): Promise<string | undefined> {
  if (!profile.providerAddress && !reachesNode(conf, network)) return undefined;
  const address = network.providerAddress ?? (await managementAddress(session, network.id));
  if (address !== undefined) return address;
  throw new CniError(
    Code.TryAgainLater,
    `Cannot use the HNS network "${conf.name}": HNS has not found the node's address on it yet`,
    { details: 'it comes some seconds after the network was made; see: Get-HnsNetwork | Select Name, ManagementIP' },
  );
}
