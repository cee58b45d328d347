/** The flat form of HNS v1: what win-bridge sends, both ways without loss, and what v1 cannot say. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyOf } from '../../src/policy/decode-policy.ts';
import { encodeV1 } from '../../src/policy/encode-v1.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { ENDPOINT_TYPES } from '../../src/policy/endpoint-types.ts';
import type { Json } from '../../src/spec/decode.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { policyOfBoth, policyOfV2Only } from './arbitraries.ts';

const read = (value: unknown): EndpointPolicy => policyOf(ENDPOINT_TYPES)(value, 'p').policy;

const v1 = suite('encodeV1()');

/** As a recording of win-bridge with apiVersion 1 has them, and the other types as the v1 schema does. */
const FLAT: readonly Json[] = [
  { Type: 'OutBoundNAT', ExceptionList: ['10.96.0.0/12', '10.240.0.0/16'] },
  { Type: 'OutBoundNAT', Destinations: ['10.244.3.10'] },
  { Type: 'OutBoundNAT', VIP: '10.240.0.30', MaxPortPoolUsage: 7 },
  { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12', NeedEncap: true },
  { Type: 'ACL', Action: 'Allow', Direction: 'In', Protocols: '6', LocalPorts: '80', Priority: 300 },
  { Type: 'NAT', InternalPort: 80, ExternalPort: 8080, Protocol: 'TCP' },
  { Type: 'NAT', InternalPort: 53, ExternalPort: 53, Protocol: 'UDP', ExternalPortReserved: true },
  { Type: 'PA', PA: '10.240.0.30' },
  { Type: 'QOS', MaximumOutgoingBandwidthInBytes: 1_048_576 },
  { Type: 'PROXY', IP: '10.1.1.1', Port: '15001', ExceptionList: ['10.0.0.0/8'], OutboundNat: true },
  { Type: 'L4WFPPROXY', OutboundProxyPort: '15001', FilterTuple: { Protocols: '6' } },
  { Type: 'VLAN', VLAN: 7 },
  { Type: 'L2Driver' },
];
for (const flat of FLAT) {
  v1(`encodeV1() says ${JSON.stringify(flat)} as it was written`, () => {
    assert.equal(encodeV1(read(flat)), flat);
  });
}

v1('encodeV1() is undone by reading', () => {
  fc.assert(
    fc.property(policyOfBoth, (policy) => {
      assert.equal(read(encodeV1(policy)), policy);
    }),
  );
});
v1('encodeV1() undoes reading of what is as v1 has it', () => {
  fc.assert(
    fc.property(policyOfBoth.map(encodeV1), (flat) => {
      assert.equal(encodeV1(read(flat)), flat);
    }),
  );
});
v1('encodeV1() nests nothing of its own', () => {
  fc.assert(
    fc.property(policyOfBoth, (policy) => {
      const flat = encodeV1(policy);
      assert.not(Object.hasOwn(flat, 'Settings'));
      assert.is(Object.keys(flat).length, Object.keys(policy.Settings).length + 1);
    }),
  );
});

const MAPPING = { Protocol: 6, InternalPort: 80 };
const CANNOT: readonly (readonly [policy: EndpointPolicy, why: string])[] = [
  [{ Type: 'PortMapping', Settings: { ...MAPPING, VIP: '10.0.0.1' } }, 'it has no VIP, which is "10.0.0.1"'],
  [{ Type: 'PortMapping', Settings: { ...MAPPING, Flags: 1 } }, 'it has no Flags 1'],
  [{ Type: 'PortMapping', Settings: { ...MAPPING, Flags: 6 } }, 'it has no Flags 6'],
  [{ Type: 'OutBoundNAT', Settings: { Flags: 1 } }, 'it has no Flags, which is 1'],
  [{ Type: 'L4Proxy', Settings: { Protocol: 6 } }, 'it has no Protocol, which is 6'],
  [{ Type: 'ACL', Settings: { Action: 'Pass', Direction: 'In', Priority: 1 } }, 'it has no Action "Pass"'],
  [{ Type: 'Unheard', Settings: {} }, 'it has no such policy'],
  [{ Type: 'constructor', Settings: {} }, 'it has no such policy'],
  [{ Type: 'QOS', Settings: { type: 'x' } }, 'type is not a setting there'],
];
for (const [policy, why] of CANNOT) {
  v1(`encodeV1() refuses ${JSON.stringify(policy)}`, () => {
    const error = throwsCni(() => encodeV1(policy), Code.InvalidConfig);
    const expected = 'expected a namespace as CNI_NETNS, which needs HCN';
    assert.is(error.message, `Cannot send policy ${policy.Type} to HNS v1: ${why}, ${expected}`);
  });
}
v1('encodeV1() refuses every type that v1 does not have', () => {
  fc.assert(
    fc.property(policyOfV2Only, (policy) => {
      throwsCni(() => encodeV1(policy), Code.InvalidConfig, /it has no such policy/);
    }),
  );
});

v1.run();
