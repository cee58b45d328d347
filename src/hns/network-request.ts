/** The document that a network is made by, whoever makes it: the first ADD that needs it, or the node's set-up. */
import { DEFAULT_ROUTE, parseCidr } from '../net/cidr.ts';
import { SCHEMA, type WireDns, type WirePolicy, type WireRoute } from './wire.ts';

/** What HcnCreateNetwork is given, as hcsshim sends it. */
export interface NetworkRequest {
  readonly Name: string;
  readonly Type: string;
  readonly Policies?: readonly WirePolicy[];
  readonly Dns: WireDns;
  readonly Ipams?: readonly {
    readonly Type: 'Static';
    readonly Subnets: readonly {
      readonly IpAddressPrefix: string;
      readonly Policies?: readonly WirePolicy[];
      readonly Routes: readonly WireRoute[];
    }[];
  }[];
  /** Absent: none. */
  readonly Flags?: number;
  readonly SchemaVersion: typeof SCHEMA;
}

export interface NewNetwork {
  readonly name: string;
  readonly type: string;
  /** None: HNS chooses, which only a NAT network allows. */
  readonly subnets: readonly {
    readonly prefix: string;
    readonly gateway: string;
    readonly policies?: readonly WirePolicy[];
  }[];
  readonly policies: readonly WirePolicy[];
  readonly dns: WireDns;
  /** HostComputeNetwork's NetworkFlags; absent: none. */
  readonly flags?: number;
}

export function networkRequest({ name, type, subnets, policies, dns, flags }: NewNetwork): NetworkRequest {
  const routed = subnets.map(({ prefix, gateway, policies: own }) => ({
    IpAddressPrefix: prefix,
    ...(own === undefined ? {} : { Policies: own }),
    Routes: [{ NextHop: gateway, DestinationPrefix: DEFAULT_ROUTE[parseCidr(prefix)?.ip.family ?? 4] }],
  }));
  return {
    Name: name,
    Type: type,
    ...(policies.length === 0 ? {} : { Policies: policies }),
    Dns: dns,
    ...(routed.length === 0 ? {} : { Ipams: [{ Type: 'Static', Subnets: routed }] }),
    ...(flags === undefined ? {} : { Flags: flags }),
    SchemaVersion: SCHEMA,
  };
}
