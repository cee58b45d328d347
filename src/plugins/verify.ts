/** Compares an endpoint as HNS has it with what was asked for; the answer is a list of differences. Pure. */
import type { Place } from '../hns/places.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { Lease } from '../ipam/lease.ts';

/** An endpoint in its place, with the lease of its addresses; a container that shares another's endpoint has none. */
export interface Attached {
  readonly lease: Lease | undefined;
  readonly endpoint: Endpoint;
}

export interface Expected {
  /** Undefined when our record holds no addresses: an IPAM plugin or HNS itself gave them. */
  readonly lease: Pick<Lease, 'addresses'> | undefined;
  readonly place: Place;
  /** HNS names of policies that have to be there. */
  readonly policyTypes: readonly string[];
}

/** Each difference as "x is y, expected z". */
export function mismatches(endpoint: Endpoint, { lease, place, policyTypes }: Expected): readonly string[] {
  const has = endpoint.addresses.map((address) => address.ip);
  const wanted = lease?.addresses.map((address) => address.ip.text) ?? has;
  const types = new Set(endpoint.policies.map((policy) => policy.Type.toLowerCase()));
  return [
    ...(endpoint.isDegraded ? ['it is degraded, expected it attached'] : []),
    ...misplaced(endpoint, place),
    ...(sameSet(wanted, has) ? [] : [`its addresses are ${has.join(', ')}, expected ${wanted.join(', ')}`]),
    ...[...new Set(policyTypes)]
      .filter((type) => !types.has(type.toLowerCase()))
      .map((type) => `it has no ${type} policy, expected one`),
  ];
}

function misplaced({ namespaceId, containers }: Endpoint, { kind, id }: Place): readonly string[] {
  if (kind === 'namespace') {
    return namespaceId === id ? [] : [`its namespace is ${namespaceId ?? 'none'}, expected ${id}`];
  }
  return containers.includes(id) ? [] : [`its containers are ${containers.join(', ') || 'none'}, expected ${id}`];
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));
