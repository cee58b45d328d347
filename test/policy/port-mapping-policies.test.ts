/** Port mappings as HNS is told: each family, the flags, and the inbound rule. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { type MappingOptions, mappedPorts, portMappingPolicies } from '../../src/policy/port-mapping-policies.ts';
import type { PortMapping } from '../../src/policy/port-mappings.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const policies = suite('portMappingPolicies()');

const WEB: PortMapping = { protocol: 6, hostPort: 8080, containerPort: 80, hostIp: undefined };
const DNS: PortMapping = { protocol: 17, hostPort: 5353, containerPort: 53, hostIp: '10.240.0.30' };
const PLAIN: MappingOptions = { families: [4], localRouted: false, allowPriority: undefined };

const nat = (Settings: Record<string, unknown>): EndpointPolicy => ({ Type: 'PortMapping', Settings });
const web = nat({ Protocol: 6, InternalPort: 80, ExternalPort: 8080 });
const dns = nat({ Protocol: 17, InternalPort: 53, ExternalPort: 5353, VIP: '10.240.0.30' });
const flagged = ({ Type, Settings }: EndpointPolicy, Flags: number): EndpointPolicy => ({
  Type,
  Settings: { ...Settings, Flags },
});
const allow = (Protocols: string, LocalPorts: string): EndpointPolicy => ({
  Type: 'ACL',
  Settings: { Protocols, Action: 'Allow', Direction: 'In', LocalPorts, Priority: 1000 },
});

const MADE: readonly (readonly [what: string, options: Partial<MappingOptions>, made: readonly EndpointPolicy[]])[] = [
  ['as sdnbridge does', {}, [web, dns]],
  ['with the flag of local routes', { localRouted: true }, [flagged(web, 1), flagged(dns, 1)]],
  ['each with its rule', { allowPriority: 1000 }, [web, allow('6', '80'), dns, allow('17', '53')]],
  ['of both families, unless the address of the host says one', { families: [4, 6] }, [web, flagged(web, 2), dns]],
  [
    'with everything',
    { families: [4, 6], localRouted: true, allowPriority: 1000 },
    [flagged(web, 1), flagged(web, 3), allow('6', '80'), flagged(dns, 1), allow('17', '53')],
  ],
];
for (const [what, options, made] of MADE) {
  policies(`portMappingPolicies() maps ${what}`, () => {
    assert.equal(portMappingPolicies([WEB, DNS], { ...PLAIN, ...options }), made);
  });
}
policies('portMappingPolicies() maps to a pod of IPv6 alone', () => {
  assert.equal(portMappingPolicies([WEB], { ...PLAIN, families: [6] }), [flagged(web, 2)]);
  const v6 = { ...DNS, hostIp: 'fd00::30' };
  const told = nat({ Protocol: 17, InternalPort: 53, ExternalPort: 5353, VIP: 'fd00::30', Flags: 2 });
  assert.equal(portMappingPolicies([v6], { ...PLAIN, families: [4, 6] }), [told]);
});
policies('portMappingPolicies() refuses an address of the host whose family the pod has not', () => {
  const error = throwsCni(() => portMappingPolicies([DNS], { ...PLAIN, families: [6] }), Code.InvalidConfig);
  assert.is(
    error.message,
    'Cannot use runtimeConfig.portMappings: host port 5353/udp of 10.240.0.30 is mapped to a pod that has no IPv4 address',
  );
});

policies('mappedPorts() are those of mappings and of policies of the configuration', () => {
  const made = portMappingPolicies([WEB, DNS], { ...PLAIN, allowPriority: 1000 });
  assert.equal(mappedPorts(made), [WEB, DNS]);
  const picked = [nat({ Protocol: 6, InternalPort: 80 }), nat({ Protocol: 6, InternalPort: 80, ExternalPort: 0 })];
  assert.equal(mappedPorts(picked), []);
  assert.equal(mappedPorts([{ Type: 'QOS', Settings: { ExternalPort: 1 } }]), []);
});

policies.run();
