/** Compares an endpoint as HNS has it with what was asked for; the answer is a list of differences. Pure. */
import type { Endpoint } from '../hns/wire.ts';
import type { Lease } from '../ipam/lease.ts';
import type { EndpointPolicy } from '../policy/endpoint-policy.ts';
import type { NetConf } from './conf.ts';

/** An endpoint in its namespace, with the lease of its addresses. */
export interface Attached {
  readonly lease: Lease;
  /** The configuration with what IPAM said of routes and DNS. */
  readonly conf: NetConf;
  readonly endpoint: Endpoint;
}

export interface Expected {
  /** Undefined when our record holds no addresses: an IPAM plugin reserved them. */
  readonly lease: Pick<Lease, 'addresses'> | undefined;
  readonly netns: string;
  readonly policies: readonly EndpointPolicy[];
}

/** Each difference as "x is y, expected z". */
export function mismatches(endpoint: Endpoint, { lease, netns, policies }: Expected): readonly string[] {
  const has = endpoint.addresses.map((address) => address.ip);
  const wanted = lease?.addresses.map((address) => address.ip.text) ?? has;
  const types = new Set(endpoint.policies.map((policy) => policy.Type.toLowerCase()));
  const asked = new Set(policies.map((policy) => policy.Type));
  return [
    ...(endpoint.namespaceId === netns
      ? []
      : [`its namespace is ${endpoint.namespaceId ?? 'none'}, expected ${netns}`]),
    ...(sameSet(wanted, has) ? [] : [`its addresses are ${has.join(', ')}, expected ${wanted.join(', ')}`]),
    ...[...asked]
      .filter((type) => !types.has(type.toLowerCase()))
      .map((type) => `it has no ${type} policy, expected one`),
  ];
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));
