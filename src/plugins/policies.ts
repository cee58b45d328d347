/** The HNS policies of a pod's endpoint: what the configuration and the addresses of its lease ask for together. Pure. */
import type { Cidr } from '../net/cidr.ts';
import { endpointPolicies } from '../policy/assemble.ts';
import type { EndpointPolicy } from '../policy/endpoint-policy.ts';
import type { NetConf } from './conf.ts';

/** What ADD sends, and what ADD and CHECK expect HNS to have. */
export const policiesOf = (conf: NetConf, addresses: readonly Cidr[]): readonly EndpointPolicy[] =>
  endpointPolicies({
    policies: conf.policies,
    exceptions: conf.ipMasqNetwork === undefined ? [] : [conf.ipMasqNetwork],
    loopback: conf.loopbackDsr ? addresses.map((address) => address.ip.text) : [],
    families: addresses.map((address) => address.ip.family),
  }).policies;
