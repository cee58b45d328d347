/** Calls into C: every type of argument and result, many at once, and what a missing library or symbol says. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressOf, bind, isFfiLoaded } from '../../src/ffi/library.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const library = suite('bind()');

library('binding loads the addons, but no library', () => {
  bind('no-such-library.so', { nothing: ['void', []] });
  assert.is(isFfiLoaded(), true);
});

/** libc and libm, by their headers; the process itself exports them. */
const LIBC = {
  abs: ['int32', ['int32']],
  labs: ['uint64', ['uint64']],
  htonl: ['uint32', ['uint32']],
  strlen: ['uint64', ['pointer']],
  strchr: ['pointer', ['pointer', 'int32']],
  memcpy: ['pointer', ['pointer', 'pointer', 'uint64']],
  memcmp: ['int32', ['pointer', 'pointer', 'uint64']],
  usleep: ['int32', ['uint32']],
  free: ['void', ['pointer']],
  malloc: ['pointer', ['uint64']],
  getpid: ['int32', []],
} as const;
const libc = (): ReturnType<typeof bind<typeof LIBC>> => bind('', LIBC);

library('int32 goes in and out with its sign', () => {
  const { sync } = libc();
  assert.equal([sync.abs(-5), sync.abs(5), sync.abs(0)], [5, 5, 0]);
  assert.is(sync.abs(-2_147_483_647), 2_147_483_647);
  assert.is(sync.memcmp(Buffer.from('a'), Buffer.from('b'), 1), -1);
});
library('uint32 comes out unsigned', () => {
  assert.is(libc().sync.htonl(0x000000ff), 0xff000000);
  assert.is(libc().sync.htonl(0xffffffff), 0xffffffff);
});
library('uint64 comes out as a bigint; a negative one goes in as two’s complement', () => {
  const { sync } = libc();
  assert.is(sync.labs(-5), 5n);
  assert.is(sync.labs(-5n), 5n);
  assert.is(sync.labs(2n ** 62n), 2n ** 62n);
  assert.is(sync.strlen(Buffer.from('four\0more')), 4n);
});
library('a pointer is a Buffer, an address or null going in, an address coming out', () => {
  const { sync } = libc();
  const text = Buffer.from('a=b\0');
  assert.is(sync.strchr(text, 0x3d), addressOf(text) + 1n);
  assert.is(sync.strchr(text, 0x7a), 0n);
  assert.is(sync.strlen(addressOf(text) + 2n), 1n);
  const copy = Buffer.alloc(4);
  assert.is(sync.memcpy(copy, text, 4), addressOf(copy));
  assert.equal(copy, text);
  sync.free(null);
});
library('addressOf() of a slice is inside its Buffer', () => {
  const whole = Buffer.alloc(64);
  assert.is(addressOf(whole.subarray(10)) - addressOf(whole), 10n);
});
library('sync and async answer the same', async () => {
  const { sync, async } = libc();
  const text = Buffer.from('a=b\0');
  assert.is(await async.abs(-7), 7);
  assert.is(await async.strlen(text), sync.strlen(text));
  assert.is(await async.strchr(text, 0x3d), sync.strchr(text, 0x3d));
  await async.free(null);
  assert.is(await async.getpid(), process.pid);
});
library('async calls run beside each other and beside the main thread', async () => {
  const { async } = libc();
  const started = performance.now();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await Promise.all([1, 2, 3].map(() => async.usleep(200_000)));
  clearInterval(timer);
  const took = performance.now() - started;
  assert.ok(took >= 195 && took < 500, `three of 200 ms took ${took.toFixed(0)} ms`);
  assert.ok(ticks >= 5, `the main thread ran ${ticks} times`);
});
library('arguments live until an async call returns, whatever the garbage collector does', async () => {
  const { async } = libc();
  const calls = Array.from({ length: 200 }, (_, n) => async.strlen(Buffer.from(`${'x'.repeat(1000 + n)}\0`)));
  const churn = Array.from({ length: 200 }, (_, n) => Buffer.alloc(100_000, n));
  assert.equal(
    await Promise.all(calls),
    churn.map((_, n) => BigInt(1000 + n)),
  );
});
library('memory that C allocated is read by its address and given back', () => {
  const { sync } = libc();
  const address = sync.malloc(16);
  assert.ok(address > 0n);
  sync.memcpy(address, Buffer.from('0123456789abcde\0'), 16);
  const back = Buffer.alloc(16);
  sync.memcpy(back, address, 16);
  sync.free(address);
  assert.is(back.toString('latin1'), '0123456789abcde\0');
});

library('a missing library has the code that was given, its path, the reason and the hint, at the first call', () => {
  const missing = bind(
    '/nowhere/libnothing.so',
    { nothing: ['void', []] },
    { code: Code.IpHelper, details: 'install it' },
  );
  const error = throwsCni(missing.sync.nothing, Code.IpHelper);
  assert.match(
    error.message,
    /^Cannot load "\/nowhere\/libnothing\.so": \/nowhere\/libnothing\.so: cannot open shared/,
  );
  assert.is(error.details, 'install it');
  assert.not(
    Object.hasOwn(throwsCni(bind('x.so', { y: ['void', []] }).sync.y, Code.HnsUnavailable).toJSON(), 'details'),
  );
});
library('a missing symbol has the code that was given, its name and library, and hurts no other', () => {
  const bound = bind(
    '',
    { getpid: ['int32', []], no_such_function: ['int32', []] },
    { code: Code.IpHelper, details: 'another version' },
  );
  const error = throwsCni(() => bound.sync.no_such_function(), Code.IpHelper);
  assert.match(error.message, /^Cannot find "no_such_function" in "": .*undefined symbol: no_such_function$/);
  assert.is(error.details, 'another version');
  assert.is(bound.sync.getpid(), process.pid);
});
library('a wrong number of arguments is refused before C sees it', () => {
  const { sync } = libc();
  assert.throws(() => sync.abs(), /^expected 1 arguments, got 0$/);
  assert.throws(() => sync.abs(1, 2), /^expected 1 arguments, got 2$/);
});

library.run();
