/** `policies` of win-bridge and win-overlay, and `AdditionalArgs` of nat, sdnbridge and sdnoverlay, as HNS v2 policies. Pure. */
import type { Decoder } from '../spec/decode.ts';
import type { EndpointPolicy, NetworkPolicy } from './endpoint-policy.ts';
import { type Entry, entriesOf, type Kind } from './entries.ts';

/** Reads `policies`: a list of `{"name": "EndpointPolicy", "value": <policy>}`. */
export const policies: Decoder<readonly EndpointPolicy[]> = (value, path) =>
  ofKind(entriesOf('EndpointPolicy')(value, path), 'EndpointPolicy');

/** What `AdditionalArgs` says, by what it is for. */
export interface AdditionalArgs {
  readonly endpoint: readonly EndpointPolicy[];
  /** For a network that is made on the first ADD. */
  readonly network: readonly NetworkPolicy[];
}

/** Reads `AdditionalArgs`: a list of `{"Name": "EndpointPolicy" or "NetworkPolicy", "Value": <policy>}`. */
export const additionalArgs: Decoder<AdditionalArgs> = (value, path) => {
  const found = entriesOf('EndpointPolicy', 'NetworkPolicy')(value, path);
  return { endpoint: ofKind(found, 'EndpointPolicy'), network: ofKind(found, 'NetworkPolicy') };
};

const ofKind = (entries: readonly Entry[], wanted: Kind): readonly EndpointPolicy[] =>
  entries.filter(({ kind }) => kind === wanted).map(({ policy }) => policy);
