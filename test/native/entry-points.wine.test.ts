/** The DLLs under Wine: the same calls as on Linux, HNSCall by way of vmcompute.dll, strings counted in ole32's free. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Args } from '../../native/simulator/call.ts';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { hex } from '../../native/simulator/errors.ts';
import { buildNative, CALLER_WINDOWS, WINDOWS_LIBRARIES_BUILT } from '../../scripts/build-native.js';
import * as wine from '../../scripts/wine.js';
import { lineOf, replyOf } from '../support/caller.ts';
import { CBR0, QUERY, ZERO } from '../support/hns-session.ts';
import { seedNamed } from '../support/peer-traces.ts';

const test = suite<{ simulator: LocalSimulator }>('DLLs under Wine');

test.before(async () => {
  buildNative({ windows: true });
  await wine.ensure();
  for (const dll of WINDOWS_LIBRARIES_BUILT) await wine.installSystemDll(dll);
});
test.before.each(async (context) => {
  context.simulator = await startSimulator({ seeds: [seedNamed('base'), seedNamed('cbr0')] });
});
test.after.each(async ({ simulator }) => {
  await simulator.stop();
});

/** Runs one caller with these calls; handles are numbered from 1 in a new simulator. */
function run(simulator: LocalSimulator, calls: readonly (readonly [string, Args])[]): Promise<wine.WineResult> {
  const stdin = calls.map(([name, args]) => `${lineOf(name, args)}\n`).join('');
  return wine.run(CALLER_WINDOWS, [], { stdin, env: { HNS_SIMULATOR: simulator.address } });
}

test('calls, answers, errors and counts are those of Linux', async ({ simulator }) => {
  const { code, stdout, stderr } = await run(simulator, [
    ['HcnEnumerateNetworks', { query: QUERY }],
    ['HcnOpenNetwork', { id: CBR0 }],
    ['HcnQueryNetworkProperties', { network: 1, query: QUERY }],
    ['HcnOpenNetwork', { id: ZERO }],
    ['HNSCall', { method: 'GET', path: '/globals/version', body: '' }],
  ]);
  assert.is(code, 0, stderr);
  const replies = stdout.trim().split(/\r?\n/).map(replyOf);
  assert.equal(
    replies.map(({ hresult, handle }) => [hex(hresult), handle]),
    [
      ['0x00000000', undefined],
      ['0x00000000', 1],
      ['0x00000000', undefined],
      ['0x803B0001', undefined],
      ['0x00000000', undefined],
    ],
  );
  assert.is(replies[0]?.response, `["${CBR0}"]`);
  assert.is(replies[4]?.response, '{"Success":true,"Output":{"Major":15,"Minor":4}}');
  await simulator.settle(5000);
  const report = (await simulator.processes()).map(({ process: _process, pid: _pid, ...rest }) => rest);
  assert.equal(report, [{ exe: 'caller.exe', ended: 'ended', allocs: 4, frees: 4, live: 0, openHandles: ['Network'] }]);
});

test('hot attach goes by way of vmcompute.dll, and its records are counted like any string', async ({ simulator }) => {
  const id = 'AAAAAAAA-0000-4000-8000-000000000001';
  await simulator.seed({ computeSystems: [{ Id: 'pause' }], endpoints: [{ ID: id, network: 'cbr0' }] });
  const configuration = JSON.stringify({ ResourceType: 'Network', RequestType: 'Add', Settings: id });
  const { code, stdout, stderr } = await run(simulator, [
    ['HcsOpenComputeSystem', { id: 'pause' }],
    ['HcsRegisterComputeSystemCallback', { system: 1 }],
    ['HcsGetComputeSystemProperties', { system: 1, query: '{}' }],
    ['HcsModifyComputeSystem', { system: 1, configuration }],
    ['HcsOpenComputeSystem', { id: 'gone' }],
    ['HcsUnregisterComputeSystemCallback', { callback: 2 }],
    ['HcsCloseComputeSystem', { system: 1 }],
  ]);
  assert.is(code, 0, stderr);
  const replies = stdout.trim().split(/\r?\n/).map(replyOf);
  assert.equal(
    replies.map(({ hresult, handle }) => [hex(hresult), handle]),
    [
      ['0x00000000', 1],
      ['0x00000000', 2],
      ['0x00000000', undefined],
      ['0x00000000', undefined],
      ['0xC037010E', undefined],
      ['0x00000000', undefined],
      ['0x00000000', undefined],
    ],
  );
  assert.match(replies[4]?.error ?? '', /"Error":-1070137074/);
  assert.equal((await simulator.dump()).endpoints[0]?.['SharedContainers'], ['pause']);
  await simulator.settle(5000);
  const report = (await simulator.processes()).map(({ allocs, frees, openHandles }) => ({
    allocs,
    frees,
    openHandles,
  }));
  assert.equal(report, [{ allocs: 2, frees: 2, openHandles: [] }]);
});

test('a caller killed by a fault ends with 137', async ({ simulator }) => {
  await simulator.setFaults([{ function: 'HcnDeleteNetwork', action: 'kill', when: 'after' }]);
  assert.is((await run(simulator, [['HcnDeleteNetwork', { id: CBR0 }]])).code, 137);
  await simulator.settle(5000);
  assert.is((await simulator.processes())[0]?.ended, 'killed');
  assert.equal((await simulator.dump()).networks, []);
});

test('without a service a call is 0x800706BA', async ({ simulator }) => {
  await simulator.stop();
  const { stdout } = await run(simulator, [['HcnEnumerateNetworks', { query: QUERY }]]);
  assert.is(hex(replyOf(stdout.trim()).hresult), '0x800706BA');
});

test.run();
