/** Memory that HNS allocates: copied, then freed, whatever is in it; and the end of a process with a call that hangs. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LINUX_LIBRARY } from '../../scripts/build-native.js';
import { bind } from '../../src/ffi/library.ts';
import { outPointer, wide } from '../../src/ffi/strings.ts';
import type { System } from '../../src/ffi/system.ts';
import { type FfiSimulator, startFfiSimulator } from '../support/ffi-simulator.ts';

const HNS = { HcnEnumerateNetworks: ['int32', ['pointer', 'pointer', 'pointer']] } as const;
const QUERY = '{"SchemaVersion":{"Major":2,"Minor":0}}';

interface Context {
  simulator: FfiSimulator;
  system: System;
}
const system = suite<Context>('system');
system.before(async (context) => {
  context.simulator = await startFfiSimulator();
  context.system = context.simulator.system;
});
system.after(async ({ simulator }) => {
  await simulator.stop();
});

/** Strings given out and freed by now, as the service counts them, after what is under way has arrived. */
async function strings({ simulator }: Context): Promise<{ readonly given: number; readonly freed: number }> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const all = await simulator.processes();
  return {
    given: all.reduce((sum, { allocs }) => sum + allocs, 0),
    freed: all.reduce((sum, { frees }) => sum + frees, 0),
  };
}

/** The address of a document that HNS gave out. */
async function givenOut(query = QUERY): Promise<{ readonly json: bigint; readonly error: bigint }> {
  const [json, error] = [outPointer(), outPointer()];
  await bind(LINUX_LIBRARY, HNS).async.HcnEnumerateNetworks(wide(query), json, error);
  return { json: json.readBigUInt64LE(), error: error.readBigUInt64LE() };
}

system('pathOf() names the simulator for every DLL', ({ system }) => {
  assert.is(system.pathOf('computenetwork.dll'), LINUX_LIBRARY);
  assert.is(system.pathOf('vmcompute.dll'), LINUX_LIBRARY);
});
system('take() of NULL is the empty text and frees nothing', async (context) => {
  assert.is(context.system.take(0n), '');
  assert.equal(await strings(context), { given: 0, freed: 0 });
});
system('take() copies and frees, once; what is not taken stays counted', async (context) => {
  const { json, error } = await givenOut();
  assert.is(error, 0n);
  assert.equal(await strings(context), { given: 1, freed: 0 });
  assert.is(context.system.take(json), '["C0A8E101-1B1D-4B1D-8B1D-0000000CB000"]');
  assert.equal(await strings(context), { given: 1, freed: 1 });
});
system('read() copies so many bytes, and frees nothing', async (context) => {
  const { json } = await givenOut();
  const head = context.system.read(json, 4);
  assert.is(head.toString('utf16le'), '["');
  assert.equal(context.system.read(json, 0), Buffer.alloc(0));
  const before = await strings(context);
  context.system.take(json);
  assert.is((await strings(context)).freed, before.freed + 1);
  assert.is(head.toString('utf16le'), '["', 'what was read is a copy');
});
system('take() frees the empty string, too', async (context) => {
  const before = await strings(context);
  await context.simulator.setFaults([{ function: 'HcnEnumerateNetworks', action: 'garbage', text: '' }]);
  const { json } = await givenOut();
  assert.not.equal(json, 0n);
  assert.is(context.system.take(json), '');
  assert.equal(await strings(context), { given: before.given + 1, freed: before.freed + 1 });
  await context.simulator.setFaults([]);
});
system('take() frees the record of a failed call', async (context) => {
  const before = await strings(context);
  const { json, error } = await givenOut('{');
  assert.is(json, 0n);
  assert.match(context.system.take(error), /"ErrorCode":2151350299/);
  assert.equal(await strings(context), { given: before.given + 1, freed: before.freed + 1 });
});

const run = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, ['--import', 'tsx', ...args], { encoding: 'utf8', timeout: 20_000 });

system('hardExit() ends a process although a call hangs on a pool thread', () => {
  const { status, stdout } = run(fileURLToPath(new URL('../support/stuck-call.ts', import.meta.url)));
  assert.equal([status, stdout], [3, 'told']);
});
system('hardExit() without any C library loaded is an ordinary exit', () => {
  const imports = "import { isFfiLoaded } from './src/ffi/library.ts'; import { hardExit } from './src/ffi/system.ts';";
  const code = `${imports} hardExit(isFfiLoaded() ? 5 : 4);`;
  assert.is(run('--input-type=module', '-e', code).status, 4);
});

system.run();
