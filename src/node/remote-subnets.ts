/** Peers of an overlay: each of their blocks is a RemoteSubnetRoute policy of the HNS network. Which, and how they compare. Pure. */
import type { Network, WirePolicy } from '../hns/wire.ts';
import { type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { formatMacDashes, parseMac } from '../net/mac.ts';
import { type Decoder, fail, type Json, member, record, required, text } from '../spec/decode.ts';
import type { Peer } from './peers.ts';
import type { Table } from './sync-difference.ts';
import type { RecordForm } from './sync-record.ts';
import { type Self, type Wanted, wantedFor } from './sync-wanted.ts';

/** A RemoteSubnetRoute with the document that HNS has of it: a removal has to bring the same. */
export interface RemoteSubnet {
  readonly destination: Cidr;
  /** The other settings in one spelling. */
  readonly way: string;
  readonly policy: WirePolicy;
}

const TYPE = 'RemoteSubnetRoute';

/** Nothing of a policy is changed in place. */
export const REMOTE_SUBNET_TABLE: Table<RemoteSubnet> = {
  keyOf: ({ destination, way }) => `${formatCidr(destination)} ${way}`,
  restOf: () => '',
  destinationOf: ({ destination }) => destination,
};

/** Those of a network; what has no readable destination is nobody's way to anywhere. */
export const remoteSubnetsOf = (policies: readonly WirePolicy[]): readonly RemoteSubnet[] =>
  policies.filter(({ Type }) => Type === TYPE).flatMap((policy) => remoteSubnet(policy) ?? []);

function remoteSubnet(policy: WirePolicy): RemoteSubnet | undefined {
  const settings = policy.Settings ?? {};
  const read = (key: string): string => {
    const value = member(settings, key);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const destination = parseCidr(read('DestinationPrefix'));
  if (destination === undefined) return undefined;
  const provider = read('ProviderAddress');
  const router = parseMac(read('DistributedRouterMacAddress'));
  const mac = router === undefined ? read('DistributedRouterMacAddress') : formatMacDashes(router);
  const way = `by ${parseIp(provider)?.text ?? provider}, VSID ${read('IsolationId')}, MAC ${mac}`;
  return { destination, way, policy };
}

const policy: Decoder<RemoteSubnet> = (value, path) => {
  const settings = required(record(value, path), 'settings', { path, as: record });
  required(settings, 'DestinationPrefix', { path, as: text });
  return remoteSubnet({ Type: TYPE, Settings: settings }) ?? fail(path, 'a remote subnet', value);
};

export const REMOTE_SUBNET_FORM: RecordForm<RemoteSubnet> = {
  encode: ({ policy: { Settings = {} } }): Json => ({ settings: Settings }),
  decode: policy,
};

/** Blocks of a family that the network has no subnet of are nobody's business here. */
export function remoteSubnetsFor(
  peers: readonly Peer[],
  { subnets }: Pick<Network, 'subnets'>,
  self: Self,
): Wanted<RemoteSubnet> {
  const families = new Map(subnets.map(({ prefix, isolationId }) => [parseCidr(prefix)?.ip.family, isolationId]));
  return wantedFor(peers, self, (peer, destination) => {
    const { family } = destination.ip;
    return families.has(family) ? entryFor(peer, destination, families.get(family)) : undefined;
  });
}

/** Key for key as flannel writes it; else what the peer lacks. */
function entryFor(peer: Peer, destination: Cidr, networkVsid: number | undefined): RemoteSubnet | string {
  const provider = peer.providerAddress ?? peer.addresses.find(({ family }) => family === 4);
  const vsid = peer.vsid ?? networkVsid;
  if (provider === undefined) return 'it has neither a providerAddress nor an IPv4 address';
  if (peer.mac === undefined) return 'it has no macAddress, expected that of its distributed router';
  if (vsid === undefined) return 'it has no vsid, and neither has the network';
  const settings = {
    DestinationPrefix: formatCidr(destination),
    IsolationId: vsid,
    ProviderAddress: provider.text,
    DistributedRouterMacAddress: formatMacDashes(peer.mac),
  };
  return remoteSubnet({ Type: TYPE, Settings: settings }) ?? 'its block cannot be written';
}
