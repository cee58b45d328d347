/** Types of commands and configurations, checked by the compiler and never run: what must not compile. */
import { expectTypeOf } from 'expect-type';
import type { NetConf } from '../../src/dialects/net-conf.ts';
import type { IpamConfig } from '../../src/ipam/config.ts';
import type { Reservation } from '../../src/ipam/lease.ts';
import type { Command, DelTarget, Target } from '../../src/spec/command.ts';
import type { Json } from '../../src/spec/decode.ts';
import type { Code } from '../../src/spec/error.ts';
import type { Result } from '../../src/spec/result.ts';
import type { Version } from '../../src/spec/version.ts';

type Of<V extends Command['verb']> = Extract<Command, { readonly verb: V }>;

expectTypeOf<Command['verb']>().toEqualTypeOf<'ADD' | 'CHECK' | 'DEL' | 'GC' | 'STATUS' | 'VERSION'>();

// Each verb has what it needs and nothing else.
expectTypeOf<Extract<Command, { readonly verb: 'ADD' | 'CHECK' }>['target']>().toEqualTypeOf<Target>();
expectTypeOf<Of<'DEL'>['target']>().toEqualTypeOf<DelTarget>();
expectTypeOf<Of<'VERSION'>>().not.toHaveProperty('target');
expectTypeOf<Of<'VERSION'>>().not.toHaveProperty('config');
expectTypeOf<Of<'VERSION'>['cniVersion']>().toEqualTypeOf<string | undefined>();
expectTypeOf<Of<'DEL'>['cniVersion']>().toEqualTypeOf<Version>();
expectTypeOf<Command>().not.toHaveProperty('target');

// ADD has a namespace; DEL may be without one and is told no sandbox.
expectTypeOf<Target['netns']>().toEqualTypeOf<string>();
expectTypeOf<DelTarget['netns']>().toEqualTypeOf<string | undefined>();
expectTypeOf<DelTarget>().not.toHaveProperty('sandbox');
expectTypeOf<Target>().toExtend<DelTarget>();
expectTypeOf<DelTarget>().not.toExtend<Target>();

// A configuration as it came is not one that has been decoded.
expectTypeOf<Json>().not.toExtend<NetConf>();
expectTypeOf<Json[string]>().toBeUnknown();
expectTypeOf<NetConf['ipam']>().toEqualTypeOf<IpamConfig>();

// Lists from the start: a second family needs no other shape.
expectTypeOf<NetConf['gateways']>().toExtend<readonly unknown[]>();
expectTypeOf<Result['ips']>().toExtend<readonly unknown[]>();
expectTypeOf<Result['interfaces'][number]['name']>().toEqualTypeOf<string>();

expectTypeOf<Reservation['kind']>().toEqualTypeOf<
  'reserved' | 'exists' | 'buried' | 'foreign' | 'full' | 'unavailable' | 'port'
>();
expectTypeOf<Code>().toExtend<number>();
expectTypeOf<number>().not.toExtend<Code>();
