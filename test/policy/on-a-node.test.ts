/** Policies of a configuration as the endpoint has them afterwards: what is read and made is what HNS takes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { idOf, must, onNode, operator, POD } from '../support/pods.ts';

const node = suite('policies on a node');

/** What is written, and what the endpoint has; HNS itself adds L2Driver on an L2Bridge network. */
const CASES: Readonly<Record<string, readonly [written: readonly object[], has: readonly EndpointPolicy[]]>> = {
  'every type that an L2Bridge network takes, in the spelling of HNS v1': [
    [
      { Type: 'OutBoundNAT', ExceptionList: ['10.96.0.0/12'] },
      { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true },
      { Type: 'NAT', Protocol: 'TCP', InternalPort: 80, ExternalPort: 8080 },
      { Type: 'PROXY', Port: 15_001 },
      { Type: 'QOS', MaximumOutgoingBandwidthInBytes: 1_048_576 },
    ],
    [
      { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.96.0.0/12'] } },
      { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NeedEncap: true } },
      { Type: 'PortMapping', Settings: { Protocol: 6, InternalPort: 80, ExternalPort: 8080 } },
      { Type: 'L4Proxy', Settings: { Port: '15001' } },
      { Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: 1_048_576 } },
    ],
  ],
  'ACLs that HNS would refuse, cleared and with an end': [
    [
      { Type: 'ACL', Action: 'block', Direction: 'out', RemoteAddresses: '169.254.169.254/16', Priority: 200 },
      { Type: 'ACL', Action: 'Allow', Direction: 'In', Protocol: 'tcp', LocalPorts: '80, 443', Priority: 65_500 },
    ],
    [
      {
        Type: 'ACL',
        Settings: { Action: 'Block', Direction: 'Out', RemoteAddresses: '169.254.0.0/16', Priority: 200 },
      },
      {
        Type: 'ACL',
        Settings: { Action: 'Allow', Direction: 'In', Protocols: '6', LocalPorts: '80,443', Priority: 65_499 },
      },
      { Type: 'ACL', Settings: { Action: 'Allow', Direction: 'In', Priority: 65_500 } },
      { Type: 'ACL', Settings: { Action: 'Allow', Direction: 'Out', Priority: 65_500 } },
    ],
  ],
};
for (const [what, [written, has]] of Object.entries(CASES)) {
  node(
    what,
    onNode(async (at) => {
      const policies = written.map((value) => ({ name: 'EndpointPolicy', value }));
      await must(at.run('ADD', POD, at.conf({ policies })));
      const found = operator(at).endpoint(idOf(POD))['Policies'] as readonly EndpointPolicy[];
      assert.equal(
        found.filter(({ Type }) => Type !== 'L2Driver'),
        has,
      );
    }),
  );
}

node.run();
