/** The HNS policies of a pod's endpoint: what configuration, network and addresses ask for together. Pure. */
import type { NetConf } from '../dialects/net-conf.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { EndpointPolicy } from '../policy/endpoint-policy.ts';
import { endpointPolicies } from '../policy/merge.ts';
import type { Wanted } from './wanted.ts';

/** What ADD sends, and what ADD expects HNS to have. */
export const policiesOf = ({ conf, lease }: Wanted): readonly EndpointPolicy[] =>
  endpointPolicies({
    policies: conf.policies,
    ipMasqNetwork: conf.ipMasqNetwork,
    loopback: conf.loopbackDsr ? lease.addresses.map((address) => address.ip.text) : [],
  });

/** The loopback of direct server return for addresses that HNS chose. */
export const loopbackPolicies = ({ addresses }: Endpoint): readonly EndpointPolicy[] =>
  addresses.map(({ ip }) => ({ Type: 'OutBoundNAT', Settings: { Destinations: [ip] } }));

/** The types of policies that an endpoint of this configuration has whatever its network and addresses are: what CHECK looks for. */
export const policyTypesOf = (conf: NetConf): readonly string[] => [
  ...conf.policies.map(({ Type }) => Type),
  ...(conf.ipMasqNetwork !== undefined || conf.loopbackDsr ? ['OutBoundNAT'] : []),
];
