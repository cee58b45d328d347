/** Microsoft's nat, sdnbridge and sdnoverlay: one plugin under three names, which also takes HNS's names of networks as `type`. */
import type { IpamConfig } from '../ipam/config.ts';
import { cidr } from '../ipam/ranges.ts';
import { type IpamRoute, networkRoute } from '../ipam/routes.ts';
import { type Cidr, networkOf, parseCidr } from '../net/cidr.ts';
import { type Ip, offset, parseIp } from '../net/ip.ts';
import { additionalArgs } from '../policy/endpoint-policies.ts';
import { bool, type Decoder, fail, type Json, list, member, optional, record, text } from '../spec/decode.ts';
import type { ResultDns } from '../spec/result.ts';
import type { Context, NetConf, NewNetwork, Profile } from './net-conf.ts';
import { decodeShared, refuseUnsupported } from './shared.ts';

const FOREIGN = [
  'apiVersion',
  'policies',
  'ipMasqNetwork',
  'ipMasq',
  'delegate',
  'endpointMacPrefix',
  'subnetFile',
  'loopbackDSR',
];

/** `type` in lower case, and the HNS network it stands for (windows-container-networking network/network.go). */
const TYPES: Readonly<Record<string, string>> = {
  nat: 'NAT',
  sdnbridge: 'L2Bridge',
  sdnoverlay: 'Overlay',
  l2bridge: 'L2Bridge',
  l2tunnel: 'L2Tunnel',
  overlay: 'Overlay',
  transparent: 'Transparent',
};

/** The type of HNS network that `type` of a configuration stands for; undefined when it is none of this family. */
export function networkTypeOf(type: string): string | undefined {
  const name = type.toLowerCase();
  // Every object has a "constructor".
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}

/** For a network of HNS type `networkType`, whatever HNS has under that name: its plugins do not look. */
export function sdn(config: Json, context: Context, networkType: string): NetConf {
  refuseUnsupported(config, FOREIGN);
  return decodeSdn(config, context, networkType);
}

/** The same without the refusal of other plugins' keys. */
export function decodeSdn(config: Json, context: Context, networkType: string): NetConf {
  const flags = decodeFlags(config);
  const policies = optional(config, 'AdditionalArgs', { path: '', as: additionalArgs }) ?? {
    endpoint: [],
    network: [],
  };
  const shared = decodeShared(config, context);
  const additional = optional(config, 'additionalRoutes', { path: '', as: list(route) }) ?? [];
  const isUsed = flags.gatewayFromAdditionalRoutes;
  return {
    ...shared,
    dns: inPodNamespace(shared.dns, config, context),
    apiVersion: undefined,
    profiles: [profileOf(networkType, { ipam: shared.ipam, flags, stated: isUsed ? defaultsOf(additional) : [] })],
    newNetwork:
      flags.enableDualStack || context.isTeardown ? undefined : newNetwork(config, networkType, policies.network),
    policies: policies.endpoint,
    policyOrder: 'sdn',
    exceptions: [],
    loopbackDsr: flags.loopbackDSR,
    localRoutedPorts: flags.localRoutedPortMapping,
    allowsMappedPorts: flags.allowAclPortMapping,
    notes: additional.length === 0 || isUsed ? [] : ['additionalRoutes: not used without gatewayFromAdditionalRoutes'],
  };
}

const FLAGS = [
  'localRoutedPortMapping',
  'allowAclPortMapping',
  'forceBridgeGateway',
  'enableDualStack',
  'loopbackDSR',
  'gatewayFromAdditionalRoutes',
] as const;
type Flags = Readonly<Record<(typeof FLAGS)[number], boolean>>;

function decodeFlags(config: Json): Flags {
  const flags = optional(config, 'optionalFlags', { path: '', as: record }) ?? {};
  const unknown = Object.keys(flags).find((key) => !FLAGS.some((flag) => flag.toLowerCase() === key.toLowerCase()));
  if (unknown !== undefined) fail(`optionalFlags.${unknown}`, `one of ${FLAGS.join(', ')}`, flags[unknown]);
  const read = FLAGS.map((flag) => [flag, optional(flags, flag, { path: 'optionalFlags', as: bool }) ?? false]);
  return Object.fromEntries(read) as Flags;
}

interface Route {
  /** Undefined: the default route of its gateway's family. */
  readonly dst: Cidr | undefined;
  readonly gw: Ip | undefined;
}

const route: Decoder<Route> = (value, path) => {
  const object = record(value, path);
  const dst = optional(object, 'dst', { path, as: text }) ?? '';
  const gw = optional(object, 'gw', { path, as: text }) ?? '';
  return {
    dst: dst === '' ? undefined : (parseCidr(dst) ?? fail(`${path}.dst`, 'a CIDR', dst)),
    gw: gw === '' ? undefined : (parseIp(gw) ?? fail(`${path}.gw`, 'an IP address', gw)),
  };
};

const defaultsOf = (routes: readonly Route[]): readonly Ip[] =>
  routes.flatMap(({ dst, gw }) => (gw !== undefined && (dst?.prefix ?? 0) === 0 ? [gw] : []));

interface ProfileNeeds {
  readonly ipam: IpamConfig;
  readonly flags: Pick<Flags, 'enableDualStack' | 'forceBridgeGateway'>;
  /** Gateways that come before IPAM's. */
  readonly stated: readonly Ip[];
}

/** These plugins take what HNS has under the name; only with two families they look at its type. */
export function profileOf(networkType: string, { ipam, flags, stated }: ProfileNeeds): Profile {
  const own = ipam.source !== 'hns' || ipam.subnet === undefined ? [] : [gatewayOf(ipam.subnet, ipam.routes)];
  return {
    networkTypes: flags.enableDualStack ? [networkType] : ANY_TYPE,
    gateway: { kind: 'ipam', stated: [...stated, ...own], forced: flags.forceBridgeGateway },
    macPrefix: undefined,
    providerAddress: false,
    masquerade: false,
  };
}

const ANY_TYPE = [...new Set(Object.values(TYPES))];

/** What these plugins read of `ipam` besides IPAM itself: the network that they make. */
function subnetIn(config: Json): { readonly subnet: Cidr | undefined; readonly routes: readonly IpamRoute[] } {
  const section = optional(config, 'ipam', { path: '', as: record }) ?? {};
  return {
    subnet: optional(section, 'subnet', { path: 'ipam', as: cidr }),
    routes: optional(section, 'routes', { path: 'ipam', as: list(networkRoute) }) ?? [],
  };
}

/** The first route's gateway, else the subnet's first address (windows-container-networking cni/cni.go, GetNetworkInfo). */
const gatewayOf = (subnet: Cidr, routes: readonly IpamRoute[]): Ip => routes[0]?.gw ?? offset(networkOf(subnet), 1);

/** NAT networks are made without a subnet as well: HNS chooses one. */
function newNetwork(config: Json, type: string, policies: NewNetwork['policies']): NewNetwork | undefined {
  const { subnet, routes } = subnetIn(config);
  if (subnet === undefined) return type === 'NAT' ? { type, subnets: [], policies } : undefined;
  const prefix = `${networkOf(subnet).text}/${subnet.prefix}`;
  return { type, subnets: [{ prefix, gateway: gatewayOf(subnet, routes).text }], policies };
}

/** The pod's namespace goes before the first configured suffix, as with these plugins; a list of the runtime stays as it is. */
function inPodNamespace(dns: ResultDns, config: Json, { args: { podNamespace } }: Context): ResultDns {
  const runtime = optional(config, 'runtimeConfig', { path: '', as: record }) ?? {};
  const asked = optional(runtime, 'dns', { path: 'runtimeConfig', as: record }) ?? {};
  const searches = member(asked, 'searches');
  const [first, ...more] = dns.search ?? [];
  const isRuntimes = Array.isArray(searches) && searches.length > 0;
  if (podNamespace === undefined || first === undefined || isRuntimes) return dns;
  return { ...dns, search: [`${podNamespace}.${first}`, ...more] };
}
