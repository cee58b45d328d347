/** The thin layer beside ffi-napi's own `ffi.Library`: the same calls, the same answers. */
import { createRequire } from 'node:module';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LINUX_LIBRARY } from '../../scripts/build-native.js';
import { bind } from '../../src/ffi/library.ts';
import { guidBytes, outPointer, wide } from '../../src/ffi/strings.ts';
import type { System } from '../../src/ffi/system.ts';
import { hex } from '../../src/hns/status.ts';
import { type FfiSimulator, startFfiSimulator } from '../support/ffi-simulator.ts';
import { NETWORK_ID } from '../support/node.ts';

/** One export by both ways, with the types of its parameters in the words of each. */
const EXPORTS = {
  HcnEnumerateNetworks: ['int32', ['pointer', 'pointer', 'pointer']],
  HcnOpenNetwork: ['int32', ['pointer', 'pointer', 'pointer']],
  HcnQueryNetworkProperties: ['int32', ['uint64', 'pointer', 'pointer', 'pointer']],
  HcnCreateEndpoint: ['int32', ['uint64', 'pointer', 'pointer', 'pointer', 'pointer']],
  HcnDeleteEndpoint: ['int32', ['pointer', 'pointer']],
  HcnCloseNetwork: ['int32', ['uint64']],
  HcnCloseEndpoint: ['int32', ['uint64']],
  HNSCall: ['int32', ['pointer', 'pointer', 'pointer', 'pointer']],
} as const;
type Name = keyof typeof EXPORTS;

/** What ffi-napi's Library makes of such a table: functions with an `async` that takes a callback. */
type Foreign = Readonly<Record<Name, { readonly async: (...args: readonly unknown[]) => void }>>;

/** A call by either way: arguments as Buffers and handles, the HRESULT comes back. */
type Way = (name: Name, args: readonly (Buffer | bigint)[]) => Promise<number>;

function thinLayer(): Way {
  const { async } = bind(LINUX_LIBRARY, EXPORTS);
  return (name, args) => async[name](...args);
}

function ffiLibrary(): Way {
  const require = createRequire(import.meta.url);
  const ffi = require('ffi-napi') as { Library: (path: string, table: object) => Foreign };
  const library = ffi.Library(LINUX_LIBRARY, EXPORTS);
  return (name, args) =>
    new Promise((resolve, reject) => {
      const words = args.map((arg) => (typeof arg === 'bigint' ? String(arg) : arg));
      library[name].async(...words, (failure: unknown, hr: number) => {
        if (failure instanceof Error) reject(failure);
        else resolve(hr);
      });
    });
}

const QUERY = '{"SchemaVersion":{"Major":2,"Minor":0}}';
const endpoint = (address: string): string =>
  `{"Name":"pod 名前","IpConfigurations":[{"IpAddress":"${address}"}],"SchemaVersion":{"Major":2,"Minor":0}}`;
const ID = '2316F1BA-3315-57DB-AAC9-AC7767B653C3';
const OTHER = '215F6625-885B-55BF-9048-D45A0FCFF75C';

/** A story of calls by one way; every answer as text. */
async function story(call: Way, system: System): Promise<readonly string[]> {
  const told: string[] = [];
  const run = async (name: Name, input: readonly (Buffer | bigint)[], outs: number): Promise<readonly bigint[]> => {
    const slots = Array.from({ length: outs }, outPointer);
    const hr = await call(name, [...input, ...slots]);
    const values = slots.map((slot) => slot.readBigUInt64LE());
    told.push(`${name} ${hex(hr)}`);
    return values;
  };
  const texts = (values: readonly bigint[]): void => {
    told.push(...values.map((value) => system.take(value)));
  };
  texts(await run('HcnEnumerateNetworks', [wide(QUERY)], 2));
  texts(await run('HcnEnumerateNetworks', [wide('{')], 2));
  const [network = 0n, noError = 0n] = await run('HcnOpenNetwork', [guidBytes(NETWORK_ID)], 2);
  texts([noError]);
  const [missing = 0n, record = 0n] = await run('HcnOpenNetwork', [guidBytes(ID)], 2);
  told.push(String(missing));
  texts([record]);
  texts(await run('HcnQueryNetworkProperties', [network, wide(QUERY)], 2));
  const wishes = [
    [ID, '10.244.3.3'],
    [OTHER, '10.244.3.3'],
    [OTHER, '10.244.4.3'],
  ] as const;
  for (const [id, address] of wishes) {
    const input = [network, guidBytes(id), wide(endpoint(address))];
    const [made = 0n, error = 0n] = await run('HcnCreateEndpoint', input, 2);
    texts([error]);
    if (made !== 0n) await run('HcnCloseEndpoint', [made], 0);
  }
  texts(await run('HcnDeleteEndpoint', [guidBytes(ID)], 1));
  texts(await run('HcnDeleteEndpoint', [guidBytes(ID)], 1));
  texts(await run('HNSCall', [wide('GET'), wide('/globals/version'), wide('')], 1));
  texts(await run('HNSCall', [wide('GET'), wide('/nothing'), wide('')], 1));
  await run('HcnCloseNetwork', [network], 0);
  await run('HcnCloseNetwork', [network], 0);
  return told;
}

interface Context {
  simulator: FfiSimulator;
  system: System;
}
const reference = suite<Context>('the FFI layer beside ffi.Library');
reference.before(async (context) => {
  context.simulator = await startFfiSimulator();
  context.system = context.simulator.system;
});
reference.after(async ({ simulator }) => {
  await simulator.stop();
});

reference('a story of calls has the same answers by both', async ({ system }) => {
  const ours = await story(thinLayer(), system);
  const theirs = await story(ffiLibrary(), system);
  assert.equal(ours, theirs);
  assert.equal(
    ours.filter((line) => line.startsWith('Hcn') || line.startsWith('HNS')).map((line) => line.split(' ')[1]),
    [
      ...['0x00000000', '0x803B001B', '0x00000000', '0x803B0001', '0x00000000', '0x00000000', '0x00000000'],
      ...['0x80071392', '0x803B001E', '0x00000000', '0x803B0002', '0x00000000', '0x80070032', '0x00000000'],
      '0x80070006',
    ],
  );
});
reference('both leave neither a handle nor a string', async ({ simulator }) => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const reports = await simulator.processes();
  assert.is(reports.length, 1);
  for (const { allocs, live, openHandles } of reports) {
    assert.ok(allocs > 10, 'strings were counted');
    assert.equal([live, openHandles], [0, []]);
  }
});

reference.run();
