/** The HNS networks that a configuration of the node asks for, and how one that is there differs from them. Pure. */
import type { OpenNetwork } from '../hns/client.ts';
import { type NetworkRequest, networkRequest } from '../hns/network-request.ts';
import type { WirePolicy } from '../hns/wire.ts';
import { type Cidr, formatCidr, networkOf, parseCidr } from '../net/cidr.ts';
import { offset, parseIp } from '../net/ip.ts';
import { type NodeConfig, type NodeNetworkType, VXLAN_PORT } from './node-config.ts';

export interface WantedNetwork {
  readonly name: string;
  readonly type: NodeNetworkType;
  /** None: HNS chooses. */
  readonly subnets: readonly { readonly prefix: string; readonly gateway: string }[];
  /** Of an overlay network. */
  readonly vsid: number;
  readonly port: number;
  /** The alias of its NIC; undefined for a NAT network. */
  readonly nic: string | undefined;
}

/** HNS's virtual gateway, and the host's own endpoint on an L2Bridge. */
const [GATEWAY, HOST] = [1, 2];

export const hostAddress = (cidr: Cidr): string => offset(networkOf(cidr), HOST).text;

const subnetOf = (cidr: Cidr): WantedNetwork['subnets'][number] => ({
  prefix: formatCidr(cidr),
  gateway: offset(networkOf(cidr), GATEWAY).text,
});

/** The tiny network first, which takes the NIC; the one of the pods then finds the switch made. */
export function wantedNetworks(config: NodeConfig, nic: string | undefined): readonly WantedNetwork[] {
  const { name, type, podCidrs, vsid, port, externalNetwork } = config;
  const pods = { name, type, subnets: podCidrs.map(subnetOf), vsid, port, nic };
  if (externalNetwork === undefined) return [pods];
  // No two overlay networks may have one VSID.
  const own = vsid === EXTERNAL_VSID ? EXTERNAL_VSID - 1 : EXTERNAL_VSID;
  return [{ ...pods, name: externalNetwork, subnets: [EXTERNAL_SUBNET], vsid: own }, pods];
}

/** As the set-up scripts of the field have it. */
const EXTERNAL_SUBNET = { prefix: '192.168.255.0/30', gateway: '192.168.255.1' };
const EXTERNAL_VSID = 9999;

/** EnableNonPersistent: an overlay network is made anew after a restart, as flanneld has it. */
const NON_PERSISTENT = 8;

/** Key by key what flanneld sends. */
export function requestOf({ name, type, subnets, vsid, port, nic }: WantedNetwork): NetworkRequest {
  const isOverlay = type === 'Overlay';
  const policies = isOverlay ? [{ Type: 'VSID', Settings: { IsolationId: vsid } }] : undefined;
  return networkRequest({
    name,
    type,
    subnets: subnets.map((subnet) => ({ ...subnet, ...(policies === undefined ? {} : { policies }) })),
    policies: [
      ...(nic === undefined ? [] : [{ Type: 'NetAdapterName', Settings: { NetworkAdapterName: nic } }]),
      // Builds before HNS 10.3 have their port fixed, and refuse the policy.
      ...(isOverlay && port !== VXLAN_PORT ? [{ Type: 'VxlanPort', Settings: { Port: port } }] : []),
    ],
    dns: {},
    ...(isOverlay ? { flags: NON_PERSISTENT } : {}),
  });
}

/** Local pods and the host reach each other on an overlay by it; HNS has it from 9.2 on. */
export const HOST_ROUTE: WirePolicy = { Type: 'HostRoute', Settings: {} };

export interface NetworkDifference {
  /** Policies that HNS can add. */
  readonly missing: readonly WirePolicy[];
  /** What cannot be changed on a network that is there, for people. */
  readonly conflicts: readonly string[];
}

/** `adapter`: the NIC that the network is on, where HNS tells. */
export function differenceTo(
  wanted: WantedNetwork,
  { network, policies }: Pick<OpenNetwork, 'network' | 'policies'>,
  adapter: string | undefined,
): NetworkDifference {
  const isOverlay = wanted.type === 'Overlay' && network.type.toLowerCase() === 'overlay';
  const hasRoute = policies.some(({ Type }) => Type === HOST_ROUTE.Type);
  const subnets = (all: readonly { prefix: string; gateway: string | undefined }[]): string =>
    all.map(spelled).sort().join(', ') || 'none';
  return {
    missing: isOverlay && !hasRoute ? [HOST_ROUTE] : [],
    conflicts: [
      ...unequal('type is', network.type.toLowerCase(), wanted.type.toLowerCase()),
      ...(wanted.subnets.length === 0 ? [] : unequal('subnets are', subnets(network.subnets), subnets(wanted.subnets))),
      ...(isOverlay ? unequal('VSID is', vsidsOf(network), String(wanted.vsid)) : []),
      ...(isOverlay ? unequal('UDP port is', String(portOf(policies)), String(wanted.port)) : []),
      ...(adapter === undefined || wanted.nic === undefined ? [] : unequal('adapter is', adapter, wanted.nic)),
    ],
  };
}

const unequal = (what: string, is: string, wanted: string): readonly string[] =>
  is === wanted ? [] : [`its ${what} ${is}, expected ${wanted}`];

/** One address has many spellings in IPv6. */
function spelled({ prefix, gateway }: { readonly prefix: string; readonly gateway: string | undefined }): string {
  const cidr = parseCidr(prefix);
  const hop = gateway === undefined ? 'none' : (parseIp(gateway)?.text ?? gateway);
  return `${cidr === undefined ? prefix : formatCidr(cidr)} (gateway ${hop})`;
}

/** HNS takes the lowest where a subnet names none. */
const vsidsOf = ({ subnets }: OpenNetwork['network']): string =>
  [...new Set(subnets.map(({ isolationId }) => isolationId ?? 4096))].join(', ');

function portOf(policies: readonly WirePolicy[]): number {
  const stated = policies.find(({ Type }) => Type === 'VxlanPort')?.Settings?.['Port'];
  return typeof stated === 'number' ? stated : VXLAN_PORT;
}
