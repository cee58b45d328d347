/** What a policy is, and what can be told of one without decoding it again. Pure. */
import type { Json } from '../spec/decode.ts';

/** A policy of an endpoint as HNS v2 wants it; structurally the same as hns/wire.ts WirePolicy. */
export interface EndpointPolicy {
  readonly Type: string;
  readonly Settings: Json;
}

/** A policy of a network: the same form, other types. */
export type NetworkPolicy = EndpointPolicy;

/** Policies, and what was changed or added on the way to them, as sentences for the log. */
export interface Noted {
  readonly policies: readonly EndpointPolicy[];
  readonly notes: readonly string[];
}

export const exceptionsOf = (policy: EndpointPolicy): readonly string[] => textsOf(policy.Settings['Exceptions']);

export const destinationsOf = ({ Type, Settings }: EndpointPolicy): readonly string[] =>
  Type === 'OutBoundNAT' ? textsOf(Settings['Destinations']) : [];

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
