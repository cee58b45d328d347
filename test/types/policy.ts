/** Types of policies, checked by the compiler and never run: what must not compile. */
import { expectTypeOf } from 'expect-type';
import { type ENDPOINT_TYPES, type EndpointType, endpointPolicy } from '../../src/policy/endpoint-types.ts';
import type { SettingsOf } from '../../src/policy/policy-type.ts';

type Settings<T extends EndpointType> = SettingsOf<(typeof ENDPOINT_TYPES)[T]>;

// Settings have the type that their decoder answers.
expectTypeOf<Settings<'PortMapping'>['Protocol']>().toEqualTypeOf<6 | 17>();
expectTypeOf<Settings<'ACL'>['Action']>().toEqualTypeOf<'Allow' | 'Block' | 'Pass'>();
expectTypeOf<Settings<'OutBoundNAT'>['Exceptions']>().toEqualTypeOf<readonly string[] | undefined>();
expectTypeOf<Settings<'PortMapping'>['VIP']>().toEqualTypeOf<string | undefined>();

// A policy of our own has what it needs, as HNS v2 spells it, and nothing else.
endpointPolicy('PortMapping', { Protocol: 6, InternalPort: 80 });
// @ts-expect-error: a mapping without its port
endpointPolicy('PortMapping', { Protocol: 6 });
// @ts-expect-error: a protocol that HNS does not map
endpointPolicy('PortMapping', { Protocol: 132, InternalPort: 80 });
// @ts-expect-error: the name of HNS v1
endpointPolicy('OutBoundNAT', { ExceptionList: ['10.0.0.0/8'] });
// @ts-expect-error: a type that HNS does not have
endpointPolicy('NAT', { Protocol: 6, InternalPort: 80 });
