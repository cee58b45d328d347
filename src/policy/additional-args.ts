/** placeholder until the policy branch is merged */
import type { Decoder } from '../spec/decode.ts';
import { policies } from './endpoint-policies.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
export const additionalArgs: Decoder<{
  readonly endpoint: readonly EndpointPolicy[];
  readonly network: readonly EndpointPolicy[];
}> = (value, path) => ({ endpoint: policies(value, path), network: [] });
