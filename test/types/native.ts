/** Types of the HNS port and of the FFI layer, checked by the compiler and never run: what must not compile. */
import { expectTypeOf } from 'expect-type';
import type { Async, Result, Signatures, Sync } from '../../src/ffi/library.ts';
import type { createEndpoint, findNetwork } from '../../src/hns/client.ts';
import type { Handle, Kind, Native, Opened } from '../../src/hns/native.ts';
import type { Session } from '../../src/hns/session.ts';

expectTypeOf<Kind>().toEqualTypeOf<'Network' | 'Endpoint' | 'Namespace'>();

// One kind of handle is no other.
expectTypeOf<Handle<'Network'>>().not.toExtend<Handle<'Endpoint'>>();
expectTypeOf<Handle<'Endpoint'>>().not.toExtend<Handle<'Network'>>();
expectTypeOf<Handle<'Namespace'>>().not.toExtend<Handle<'Endpoint'>>();
expectTypeOf<Handle<'Endpoint'>>().toExtend<Handle<Kind>>();
expectTypeOf<Handle<Kind>>().not.toExtend<Handle<'Network'>>();
expectTypeOf<bigint>().not.toExtend<Handle<'Network'>>();

// What is opened as a kind is of that kind, or may be missing.
declare const native: Native;
expectTypeOf(native.open('Network', '')).resolves.toEqualTypeOf<Opened<'Network'>>();
expectTypeOf<Opened<'Endpoint'>['handle']>().toEqualTypeOf<Handle<'Endpoint'> | undefined>();
expectTypeOf(native.open<'Network'>)
  .parameter(0)
  .toEqualTypeOf<'Network'>();

// An endpoint is made on a network and on nothing else.
expectTypeOf<Parameters<Native['createEndpoint']>[0]>().toEqualTypeOf<Handle<'Network'>>();
expectTypeOf<Parameters<typeof createEndpoint>[1]>().toEqualTypeOf<Handle<'Network'>>();
expectTypeOf<NonNullable<Awaited<ReturnType<typeof findNetwork>>>['handle']>().toEqualTypeOf<Handle<'Network'>>();
declare const endpoint: Handle<'Endpoint'>;
// @ts-expect-error an endpoint is no network
void native.createEndpoint(endpoint, '', '');
// @ts-expect-error HNS has no such kind here
void native.open('LoadBalancer', '');

// A session keeps a handle of any kind and gives it back as what it is.
declare const session: Session;
expectTypeOf(session.keep(endpoint)).toEqualTypeOf<Handle<'Endpoint'>>();
expectTypeOf<Session['calls']>().toExtend<readonly unknown[]>();
expectTypeOf<Session['calls']>().not.toHaveProperty('push');

// A table of signatures becomes functions of these results.
type Table = {
  readonly answers: readonly ['int32', readonly ['pointer']];
  readonly points: readonly ['pointer', readonly []];
  readonly counts: readonly ['uint64', readonly []];
  readonly ends: readonly ['void', readonly ['uint32']];
};
expectTypeOf<Table>().toExtend<Signatures>();
expectTypeOf<Result<Table['answers']>>().toEqualTypeOf<number>();
expectTypeOf<ReturnType<Sync<Table>['points']>>().toEqualTypeOf<bigint>();
expectTypeOf<ReturnType<Sync<Table>['counts']>>().toEqualTypeOf<bigint>();
expectTypeOf<ReturnType<Sync<Table>['ends']>>().toEqualTypeOf<undefined>();
expectTypeOf<ReturnType<Async<Table>['answers']>>().resolves.toEqualTypeOf<number>();
expectTypeOf<keyof Sync<Table>>().toEqualTypeOf<'answers' | 'points' | 'counts' | 'ends'>();
// @ts-expect-error no such C type
expectTypeOf<{ readonly x: readonly ['int16', readonly []] }>().toExtend<Signatures>();
