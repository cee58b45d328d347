/** `runtimeConfig.bandwidth` as a cap on what the pod sends; HNS has none for what it receives. Pure. */
import { type Decoder, optional, record, refuse } from '../spec/decode.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { endpointPolicy } from './endpoint-types.ts';
import { u64 } from './fields.ts';

export interface Bandwidth {
  /** Bits per second, as CNI has it; 0 is no limit. */
  readonly egressRate: number;
}

/**
 * Reads rates and bursts, in bits; containerd writes `EgressRate`, other runtimes `egressRate`. HNS has no burst, so those are
 * read and not used: containerd sends the largest number there is. A limit on what the pod receives is refused.
 */
export const bandwidth: Decoder<Bandwidth> = (value, path) => {
  const object = record(value, path);
  const at = (key: string): number => optional(object, key, { path, as: u64 }) ?? 0;
  for (const unused of ['egressBurst', 'ingressBurst']) at(unused);
  if (at('ingressRate') > 0) refuse(`${path}.ingressRate`, 'HNS cannot limit what a pod receives, expected 0 or none');
  return { egressRate: at('egressRate') };
};

/** HNS counts in bytes, and 0 would be no limit. */
export const bandwidthPolicies = ({ egressRate }: Bandwidth): readonly EndpointPolicy[] =>
  egressRate === 0
    ? []
    : [endpointPolicy('QOS', { MaximumOutgoingBandwidthInBytes: Math.max(1, Math.round(egressRate / 8)) })];
