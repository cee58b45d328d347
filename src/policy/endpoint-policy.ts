/** What an endpoint policy is, and what can be told of an OutBoundNAT without decoding it again. Pure. */
import type { Json } from '../spec/decode.ts';

/** A policy as HNS v2 wants it; structurally the same as hns/wire.ts WirePolicy. */
export interface EndpointPolicy {
  readonly Type: string;
  readonly Settings: Json;
}

/** Whether an entry is one of those that become one: an OutBoundNAT that says what is not translated. */
export const mergeable = (policy: EndpointPolicy): boolean =>
  policy.Type === 'OutBoundNAT' && destinationsOf(policy).length === 0;

export const exceptionsOf = (policy: EndpointPolicy): readonly string[] => textsOf(policy.Settings['Exceptions']);

export const destinationsOf = ({ Type, Settings }: EndpointPolicy): readonly string[] =>
  Type === 'OutBoundNAT' ? textsOf(Settings['Destinations']) : [];

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
