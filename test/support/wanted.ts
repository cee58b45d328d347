/** Configurations as a dialect reads them, and what an endpoint is wanted to be on a network. */

import { decodeConf, type NetworkPlugin } from '../../src/dialects/choose.ts';
import type { Context, NetConf } from '../../src/dialects/net-conf.ts';
import type { Network } from '../../src/hns/wire.ts';
import type { Lease } from '../../src/ipam/lease.ts';
import type { Wanted } from '../../src/plugins/wanted.ts';
import { NO_ARGUMENTS } from '../../src/spec/arguments.ts';
import { cidr, ip } from './net.ts';

export const DEFAULTS = {
  dataDir: 'C:\\var\\lib\\cni\\networks',
  logFile: 'C:\\ProgramData\\wincni\\wincni.log',
};
export const CONTEXT: Context = { defaults: DEFAULTS, args: NO_ARGUMENTS, readText: undefined, isTeardown: false };
export const IPAM = { type: 'host-local', subnet: '10.244.3.0/24' };

/** A configuration of `plugin` with this network's name and these keys. */
export const confOf = (plugin: NetworkPlugin, more: object = {}, context: Context = CONTEXT): NetConf =>
  decodeConf(plugin, { name: 'cbr0', type: plugin === 'sdn' ? 'sdnbridge' : plugin, ipam: IPAM, ...more }, context);

export const NETWORK: Network = {
  id: 'N',
  name: 'cbr0',
  type: 'L2Bridge',
  subnets: [{ prefix: '10.244.3.0/24', gateway: '10.244.3.1' }],
  providerAddress: undefined,
};

export const leaseOf = (...addresses: readonly string[]): Lease => ({
  key: 'k',
  containerId: 'a1b2c3',
  ifname: 'eth0',
  state: 'pending',
  inFlight: false,
  source: 'host-local',
  ports: [],
  addresses: addresses.map(cidr),
  network: 'cbr0',
  hnsNetworkId: 'N',
  endpointId: 'E',
  endpointName: 'a1b2c3_cbr0',
  netns: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01',
});

export interface On {
  readonly network?: Partial<Network>;
  readonly addresses?: readonly string[];
  readonly ipamGateways?: readonly string[];
  readonly nodeAddress?: string;
}

/** What is wanted with a configuration's first profile. */
export function wantedOf(conf: NetConf, on: On = {}): Wanted {
  const [profile] = conf.profiles;
  if (profile === undefined) throw new Error('no profile');
  const network = { ...NETWORK, ...on.network };
  return {
    conf,
    ground: { network, handle: { kind: 'Network', value: 1n }, profile },
    place: { kind: 'namespace', id: '5b0a8f4e-2b1d-4e57-9c4a-3f6d2e7a1c01' },
    lease: leaseOf(...(on.addresses ?? ['10.244.3.7/24'])),
    ipamGateways: (on.ipamGateways ?? []).map(ip),
    nodeAddress: on.nodeAddress,
  };
}
