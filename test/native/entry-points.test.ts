/** The C entry points: pointers, the missing service, deaths on order, counts, and the control port beside them. */
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Args } from '../../native/simulator/call.ts';
import { connectControl, type LocalSimulator, spawnSimulator, startSimulator } from '../../native/simulator/client.ts';
import { buildNative, LINUX_LIBRARY } from '../../scripts/build-native.js';
import { bind } from '../../src/ffi/library.ts';
import { outPointer, wide } from '../../src/ffi/strings.ts';
import { startCaller } from '../support/caller.ts';
import { CBR0, document, QUERY, ZERO } from '../support/hns-session.ts';
import { seedNamed } from '../support/peer-traces.ts';

const test = suite<{ simulator: LocalSimulator }>('C entry points');
const INVALID = 0x80070057 | 0;
const UNAVAILABLE = 0x800706ba | 0;
const LIST: Args = { query: QUERY };

test.before(() => {
  buildNative();
});
test.before.each(async (context) => {
  context.simulator = await startSimulator({ seeds: [seedNamed('base'), seedNamed('cbr0')] });
});
test.after.each(async ({ simulator }) => {
  await simulator.stop();
});

test('without a service every call is 0x800706BA with a record, whatever the address says', async ({ simulator }) => {
  const unused = simulator.address;
  await simulator.stop();
  for (const address of [unused, '', '10.0.0.1:80', '127.0.0.1:x']) {
    const caller = startCaller(address);
    const reply = await caller.call('HcnEnumerateNetworks', LIST);
    assert.is(reply?.hresult, UNAVAILABLE);
    assert.is(reply?.error, '{"Success":false,"Error":"The RPC server is unavailable. ","ErrorCode":2147944122}');
    assert.is(await caller.end(), 0);
  }
});

test('a service that is gone in the middle of a call is 0x800706BA, too', async ({ simulator }) => {
  await simulator.setFaults([{ function: '*', action: 'hang' }]);
  const caller = startCaller(simulator.address);
  const pending = caller.call('HcnEnumerateNetworks', LIST);
  while (simulator.dispatcher.trace().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  await simulator.stop();
  assert.is((await pending)?.hresult, UNAVAILABLE);
  await caller.end();
});

test('out pointers that must be there are checked, the one for the error record need not be', async ({ simulator }) => {
  process.env['HNS_SIMULATOR'] = simulator.address;
  const library = bind(LINUX_LIBRARY, {
    HcnEnumerateNetworks: ['int32', ['pointer', 'pointer', 'pointer']],
    HcnOpenNetwork: ['int32', ['pointer', 'pointer', 'pointer']],
    HcnDeleteNetwork: ['int32', ['pointer', 'pointer']],
    HNSCall: ['int32', ['pointer', 'pointer', 'pointer', 'pointer']],
    HcsOpenComputeSystem: ['int32', ['pointer', 'pointer', 'pointer']],
    HcsRegisterComputeSystemCallback: ['int32', ['pointer', 'pointer', 'pointer', 'pointer']],
  }).async;
  const id = Buffer.alloc(16);
  const text = wide('GET');
  const dirty = Buffer.alloc(8, 0xff);
  assert.is(await library.HcnEnumerateNetworks(null, null, dirty), INVALID);
  assert.equal(dirty, outPointer(), 'an out value is cleared even then');
  assert.is(await library.HcnOpenNetwork(null, outPointer(), null), INVALID);
  assert.is(await library.HcnOpenNetwork(id, null, null), INVALID);
  assert.is(await library.HcnDeleteNetwork(null, null), INVALID);
  assert.is(await library.HNSCall(text, null, null, outPointer()), INVALID);
  assert.is(await library.HNSCall(text, text, text, null), INVALID);
  assert.is(await library.HcsOpenComputeSystem(null, outPointer(), null), INVALID);
  assert.is(await library.HcsOpenComputeSystem(text, null, null), INVALID);
  assert.is(await library.HcsRegisterComputeSystemCallback(null, null, null, null), INVALID);
  assert.is(await library.HcsOpenComputeSystem(text, outPointer(), null), 0xc037010e | 0);
  assert.is(await library.HcnOpenNetwork(id, outPointer(), null), 0x803b0001 | 0);
  assert.equal(
    (await simulator.processes()).map(({ allocs }) => allocs),
    [0],
    'no record without a place for it',
  );
});

test('exports that are not modelled answer 0x80004001', async ({ simulator }) => {
  const caller = startCaller(simulator.address);
  const reply = await caller.call('HcnEnumerateLoadBalancers', LIST);
  assert.is(reply?.hresult, 0x80004001 | 0);
  const created = await caller.call('HcnCreateSdnRoute', { id: ZERO, settings: document({}) });
  assert.is(created?.hresult, 0x80004001 | 0);
  await caller.end();
});

test('texts of any length and script arrive whole', async ({ simulator }) => {
  const caller = startCaller(simulator.address);
  const network = (await caller.call('HcnOpenNetwork', { id: CBR0 }))?.handle ?? 0;
  const name = `žluťoučký 🐎 ${'x'.repeat(100_000)}`;
  const created = await caller.call('HcnCreateEndpoint', { network, id: ZERO, settings: document({ Name: name }) });
  const read = await caller.call('HcnQueryEndpointProperties', { endpoint: created?.handle ?? 0, query: QUERY });
  assert.is((JSON.parse(read?.response ?? '{}') as { Name?: string }).Name, name);
  await caller.end();
});

test('a process is known by name and pid, with its strings and handles, until it is forgotten', async ({
  simulator,
}) => {
  const caller = startCaller(simulator.address, 'win-bridge.exe');
  await caller.call('HcnEnumerateNetworks', LIST);
  await caller.call('HcnOpenNetwork', { id: CBR0 });
  await caller.call('HcnOpenNetwork', { id: ZERO });
  assert.is((await simulator.processes())[0]?.ended, 'running');
  await caller.end();
  await simulator.settle(5000);
  const [report, ...others] = await simulator.processes();
  const { process: token, pid, ...rest } = report ?? { process: '', pid: 0 };
  assert.match(token, /^[0-9a-f]{32}$/);
  assert.ok(pid > 0);
  assert.equal(rest, {
    exe: 'win-bridge.exe',
    ended: 'ended',
    allocs: 2,
    frees: 2,
    live: 0,
    openHandles: ['Network'],
  });
  assert.equal(others, []);
  await simulator.forgetProcesses();
  assert.equal(await simulator.processes(), []);
});

test('a process that does not end in time is told of', async ({ simulator }) => {
  const caller = startCaller(simulator.address);
  await caller.call('HcnEnumerateNetworks', LIST);
  const failure = await simulator.settle(20).catch((thrown: unknown) => thrown);
  assert.match(String(failure), /1 processes are still connected after 20 ms/);
  await caller.end();
});

for (const when of ['before', 'after'] as const) {
  test(`a caller killed ${when} the effect ends with 137`, async ({ simulator }) => {
    await simulator.setFaults([{ function: 'HcnDeleteNetwork', action: 'kill', when }]);
    const caller = startCaller(simulator.address);
    assert.is(await caller.call('HcnDeleteNetwork', { id: CBR0 }), undefined);
    assert.is(await caller.end(), 137);
    await simulator.settle(5000);
    assert.is((await simulator.processes())[0]?.ended, 'killed');
    assert.is((await simulator.dump()).networks.length, when === 'before' ? 1 : 0);
  });
}

test('strangers on either port disturb nobody', async ({ simulator }) => {
  const speak = async (port: number, words: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port });
    const heard = new Promise<string>((resolve) => {
      socket.once('data', (chunk) => {
        resolve(chunk.toString());
      });
      socket.once('close', () => {
        resolve('');
      });
    });
    socket.write(words);
    const answer = await heard;
    socket.destroy();
    return answer;
  };
  assert.is(await speak(simulator.port, '\x01\0\0\0\xff'), '');
  assert.match(await speak(simulator.controlPort, 'GET / HTTP/1.1\r\n'), /no command/);
  assert.is(await simulator.ping(), 'pong');
});

test('a simulator in its own process does the same by its control port', async () => {
  const other = await spawnSimulator({ seeds: [seedNamed('base'), seedNamed('cbr0')] });
  const second = await connectControl(other.controlPort);
  assert.is(await second.ping(), 'pong');
  const caller = startCaller(other.address);
  await other.setLatency({ '*': 1 });
  await caller.call('HcnEnumerateNetworks', LIST);
  await caller.end();
  await other.settle(5000);
  assert.equal(
    (await second.trace()).map((each) => each.function),
    ['HcnEnumerateNetworks'],
  );
  await second.clearTrace();
  assert.equal(await other.trace(), []);
  assert.is((await other.call({ function: 'HcnDeleteNetwork', args: { id: CBR0 } })).hresult, 0);
  assert.equal((await second.dump()).networks, []);
  const boot = await other.bootId();
  await other.reboot();
  assert.is.not(await other.bootId(), boot);
  await other.restartService();
  assert.is(await other.held(), 0);
  assert.is(await other.releaseHeld(), 0);
  assert.match(String(await other.seed({ config: { colour: 1 } }).catch(String)), /colour/);
  await other.stop();
});

test.run();
