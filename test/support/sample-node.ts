/** The nodes that the samples in conf/ are for: what agents left there, by the network's name. */
import type { Json } from '../../src/spec/decode.ts';
import { SEED } from './node.ts';
import { networkAs } from './pods.ts';

const subnet = (IpAddressPrefix: string, NextHop: string, more: object = {}): object => ({
  IpAddressPrefix,
  Routes: [{ NextHop, DestinationPrefix: NextHop.includes(':') ? '::/0' : '0.0.0.0/0' }],
  ...more,
});
const network = (ID: string, Name: string, more: object): object => ({ ...networkAs(ID, Name, '10.244.3'), ...more });

/** The networks that agents make on nodes like these, by name. */
const NETWORKS: Readonly<Record<string, object>> = {
  cbr0: network('C0A8E101-1B1D-4B1D-8B1D-0000000CB000', 'cbr0', {
    Ipams: [
      {
        Type: 'Static',
        Subnets: [subnet('10.244.3.0/24', '10.244.3.1'), subnet('fd00:10:244:3::/64', 'fd00:10:244:3::1')],
      },
    ],
  }),
  vxlan0: network('C0A8E101-1B1D-4B1D-8B1D-00000000E0E0', 'vxlan0', {
    Type: 'Overlay',
    Policies: [{ Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } }],
    Ipams: [
      {
        Type: 'Static',
        Subnets: [
          subnet('10.244.3.0/24', '10.244.3.1', { Policies: [{ Type: 'VSID', Settings: { IsolationId: 4096 } }] }),
        ],
      },
    ],
  }),
  l2tunnel0: network('C0A8E101-1B1D-4B1D-8B1D-0000000A2000', 'l2tunnel0', {
    Type: 'L2Tunnel',
    Ipams: [{ Type: 'Static', Subnets: [subnet('10.241.0.0/16', '10.241.0.1')] }],
  }),
};

/** What flanneld leaves on such a node, in subnet.env. */
export const SUBNET_ENV =
  'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n';
/** The seed of a node for this sample, with containers that run for what goes through HNS v1. */
export function sampleSeed(config: Json, containerIds: readonly string[]): object {
  const named = NETWORKS[String(config['name'])];
  const computeSystems = containerIds.map((Id) => ({ Id }));
  return { ...SEED, networks: named === undefined ? [] : [named], computeSystems };
}
