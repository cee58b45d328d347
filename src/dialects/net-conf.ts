/** What every dialect of configuration becomes: all that the verbs know of it. */
import type { IpamConfig } from '../ipam/config.ts';
import type { LogConfig } from '../log/log.ts';
import type { Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import type { AclDefault } from '../policy/acl-default.ts';
import type { Bandwidth } from '../policy/bandwidth.ts';
import type { Cluster } from '../policy/cluster.ts';
import type { EndpointPolicy } from '../policy/endpoint-policy.ts';
import type { PortMapping } from '../policy/port-mappings.ts';
import type { CniArguments } from '../spec/arguments.ts';
import type { ResultDns } from '../spec/result.ts';

export interface NetConf {
  readonly name: string;
  /** HNS v1 or HCN (2), when the configuration says; CNI_NETNS decides, and must agree. */
  readonly apiVersion: 1 | 2 | undefined;
  /** How endpoints are made on each type of network that the plugin takes; never empty. */
  readonly profiles: readonly Profile[];
  /** How the network is made when HNS has none of that name; undefined: an agent makes it. */
  readonly newNetwork: NewNetwork | undefined;
  readonly ipam: IpamConfig;
  readonly dns: ResultDns;
  readonly policies: readonly EndpointPolicy[];
  /** Whose way of putting policies in order is followed. */
  readonly policyOrder: 'win-bridge' | 'win-overlay' | 'sdn';
  /** CIDRs whose destinations are not source-translated. */
  readonly exceptions: readonly string[];
  /** Empty where the configuration says nothing of it. */
  readonly cluster: Cluster;
  readonly portMappings: readonly PortMapping[];
  readonly bandwidth: Bandwidth | undefined;
  /** What becomes of traffic that no ACL matches, where there are ACLs. */
  readonly aclDefault: AclDefault;
  readonly loopbackDsr: boolean;
  /** Asked for by the runtime; else the profile says. */
  readonly mac: Mac | undefined;
  /** Whether mapped host ports are reached from the node itself as well. */
  readonly localRoutedPorts: boolean;
  /** Whether each mapped port is allowed in by an ACL, also where there is no other. */
  readonly allowsMappedPorts: boolean;
  /** At most one of each family; what the profile says of gateways does not count for that family. */
  readonly gateways: readonly Ip[];
  /** For the whole command. */
  readonly timeoutMs: number;
  /** How long address and id of an attachment stay set aside when HNS may still make its endpoint. */
  readonly tombstoneMs: number;
  readonly log: LogConfig;
  /** As it came: only ADD and CHECK read it, so that a broken one keeps no DEL from its work. */
  readonly prevResult: unknown;
  /** Whether an ADD that finds its attachment as it would make it answers with that. */
  readonly reuse: boolean;
  /** What was read and means nothing here: for the log, since the plugins of the field pass over it without a word. */
  readonly notes: readonly string[];
}

/** What the plugins of the field do otherwise on one kind of network than on another. */
export interface Profile {
  /** HNS's names. */
  readonly networkTypes: readonly string[];
  readonly gateway: GatewayRule;
  /** The first two bytes of an endpoint's MAC, before those of its IPv4 address; undefined: HNS takes one from its pool. */
  readonly macPrefix: string | undefined;
  /** Whether an endpoint is told the node's own address (policy ProviderAddress). */
  readonly providerAddress: boolean;
  /** Whether the subnets of the HNS network are exceptions of OutBoundNAT. */
  readonly masquerade: boolean;
}

export type GatewayRule =
  /** Network address + 2, where the node's own endpoint sits on an L2Bridge; what IPAM calls gateway is not used. */
  | { readonly kind: 'host-endpoint' }
  /** What the HNS network has. */
  | { readonly kind: 'network' }
  /**
   * `stated` before IPAM's, each by family; with `forced`, network address + 2 of what IPAM gave in place of both.
   * Where neither says anything HNS takes the subnet's.
   */
  | { readonly kind: 'ipam'; readonly stated: readonly Ip[]; readonly forced: boolean };

/** A network to be made by the first ADD that needs it. */
export interface NewNetwork {
  readonly type: string;
  /** None: HNS chooses, which only a NAT network allows. */
  readonly subnets: readonly { readonly prefix: string; readonly gateway: string }[];
  readonly policies: readonly EndpointPolicy[];
}

/** What depends on the platform. */
export interface Defaults {
  readonly dataDir: string;
  readonly logFile: string;
}

/** What a dialect needs beside the configuration. */
export interface Context {
  readonly defaults: Defaults;
  /** Of CNI_ARGS; none for verbs without a container. */
  readonly args: CniArguments;
  /** Reads the file of `ipam.resolvConf`, undefined when there is none; absent for verbs that make no endpoint. */
  readonly readText: ((path: string) => string | undefined) | undefined;
  /** DEL and GC: no more is read than by what an attachment is found and freed. */
  readonly isTeardown: boolean;
}
