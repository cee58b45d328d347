/** Faults, latency and the trace: which call a rule meets, what its caller lives through, and what the node is left as. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Args, Reply } from '../../native/simulator/call.ts';
import { createDispatcher, type Dispatcher, type Serving } from '../../native/simulator/dispatch.ts';
import { type Fault, Killed } from '../../native/simulator/faults.ts';
import { CBR0, document, QUERY, type Session, startSession, ZERO } from '../support/hns-session.ts';

const test = suite('faults');

interface Desk {
  readonly session: Session;
  readonly dispatcher: Dispatcher;
  readonly call: (name: string, args?: Args) => Promise<Reply>;
  /** Ends every sleep under way; answers how long they were. */
  readonly wake: () => readonly number[];
}

/** A dispatcher whose sleeps end when the test says so. */
function start(rules: readonly Fault[] = [], serving: Partial<Serving> = {}): Desk {
  const session = startSession();
  const sleeping: { readonly milliseconds: number; readonly resolve: () => void }[] = [];
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => sleeping.push({ milliseconds, resolve }));
  const dispatcher = createDispatcher(session.hns, { sleep, now: () => 1000, random: () => 0.5, ...serving });
  dispatcher.faults.set(rules);
  return {
    session,
    dispatcher,
    call: (name, args = {}) => dispatcher.dispatch({ process: 'test', function: name, args }),
    wake: () =>
      sleeping.splice(0).map(({ milliseconds, resolve }) => {
        resolve();
        return milliseconds;
      }),
  };
}

const LIST = { query: QUERY };
const CREATE = 'HcnCreateEndpoint';
const creation = ({ session }: Desk): Args => ({
  network: session.open('HcnOpenNetwork', { id: CBR0 }),
  id: ZERO,
  settings: document({ Name: 'pod' }),
});
const endpoints = ({ session }: Desk): number => session.hns.dump().endpoints.length;

/** Whether the promise is settled once everything that can run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

for (const [what, rule, failing] of [
  ['the first call', {}, [true, false, false, false]],
  ['the nth call', { nth: 2 }, [false, true, false, false]],
  ['count calls from the nth', { nth: 2, count: 2 }, [false, true, true, false]],
  ['every call', { every: true }, [true, true, true, true]],
  ['calls of its executable', { exe: 'other.exe', every: true }, [false, false, false, false]],
] as const) {
  test(`a rule meets ${what}`, async () => {
    const desk = start([{ function: 'HcnEnumerateEndpoints', ...rule }]);
    for (const expected of failing) {
      assert.is((await desk.call('HcnEnumerateEndpoints', LIST)).hresult !== 0, expected);
    }
    assert.is((await desk.call('HcnEnumerateNetworks', LIST)).hresult, 0);
  });
}

test('a rule can name a method and path with an id in it or any id', async () => {
  const id = 'AAAAAAAA-0000-4000-8000-000000000001';
  for (const path of [`/endpoints/${id}`, '/endpoints/{id}']) {
    const desk = start([{ function: `HNSCall DELETE ${path}`, every: true }]);
    const deletion = { method: 'DELETE', path: `/endpoints/${id}`, body: '' };
    assert.is((await desk.call('HNSCall', deletion)).hresult, 0x80070005 | 0);
    assert.is((await desk.call('HNSCall', { ...deletion, method: 'GET' })).hresult, 0x803b0002 | 0);
  }
});

test('a rule can name a method and path, or all calls', async () => {
  const version = { method: 'GET', path: '/globals/version', body: '' };
  const desk = start([{ function: 'HNSCall GET /globals/version' }]);
  assert.is((await desk.call('HNSCall', version)).hresult, 0x80070005 | 0);
  desk.dispatcher.faults.set([{ function: '*', hresult: '0x800706BA' }]);
  const reply = await desk.call('HcnEnumerateNetworks', LIST);
  assert.is(reply.hresult, 0x800706ba | 0);
  assert.is(reply.error, '{"Success":false,"Error":"The RPC server is unavailable. ","ErrorCode":2147944122}');
  desk.dispatcher.faults.clear();
  assert.is((await desk.call('HcnEnumerateNetworks', LIST)).hresult, 0);
});

test('fail before leaves the node as it was, fail after does not, and neither gives out a handle', async () => {
  const desk = start([
    { function: CREATE, hresult: 0x803b002e, error: 'No.' },
    { function: CREATE, nth: 2, when: 'after' },
  ]);
  const first = await desk.call(CREATE, creation(desk));
  assert.equal(first, { hresult: 0x803b002e | 0, error: '{"Success":false,"Error":"No. ","ErrorCode":2151350318}' });
  assert.is(endpoints(desk), 0);
  const second = await desk.call(CREATE, creation(desk));
  assert.is(second.handle, undefined);
  assert.is(endpoints(desk), 1);
  assert.equal(desk.session.hns.processes.report()[0]?.openHandles, ['Network', 'Network']);
});

for (const [when, left] of [
  ['before', 0],
  ['after', 1],
] as const) {
  test(`kill ${when} the effect ends the caller and leaves ${left} endpoints`, async () => {
    const desk = start([{ function: CREATE, action: 'kill', when }]);
    const failure = await desk.call(CREATE, creation(desk)).catch((thrown: unknown) => thrown);
    assert.instance(failure, Killed);
    assert.is((failure as Killed).exitCode, 137);
    assert.is(endpoints(desk), left);
    assert.is(desk.dispatcher.trace().at(-1)?.killed, true);
    assert.is(desk.session.hns.processes.report()[0]?.ended, 'killed');
  });

  test(`hang ${when} the effect never answers and leaves ${left} endpoints`, async () => {
    const desk = start([{ function: CREATE, action: 'hang', when }]);
    assert.not(await isSettled(desk.call(CREATE, creation(desk))));
    assert.is(endpoints(desk), left);
    assert.is(desk.dispatcher.trace().at(-1)?.hresult, undefined);
  });
}

test('a held call takes effect when it is released, whatever its caller did in the meantime', async () => {
  const desk = start([{ function: CREATE, action: 'hold' }]);
  const args = creation(desk);
  const pending = desk.call(CREATE, args);
  assert.not(await isSettled(pending));
  assert.is(endpoints(desk), 0);
  assert.is(desk.dispatcher.held(), 1);
  assert.is(desk.session.code('HcnCloseNetwork', { network: Number(args['network']) }), '0x00000000');
  assert.is(desk.dispatcher.releaseHeld(), 1);
  assert.is(endpoints(desk), 1);
  assert.is(desk.dispatcher.held(), 0);
  assert.not(await isSettled(pending));
  const [entry, ...more] = desk.dispatcher.trace();
  assert.is(entry?.hresult, '0x00000000');
  assert.equal(more, []);
  assert.equal(
    desk.session.hns.processes.report().map(({ openHandles }) => openHandles),
    [[]],
  );
});

test('a held call takes effect by itself after its time, once', async () => {
  const desk = start([{ function: CREATE, action: 'hold', afterMs: 700 }]);
  void desk.call(CREATE, creation(desk));
  await isSettled(Promise.resolve());
  assert.equal(desk.wake(), [700]);
  await isSettled(Promise.resolve());
  assert.is(endpoints(desk), 1);
  assert.is(desk.dispatcher.releaseHeld(), 0);
  assert.is(endpoints(desk), 1);
});

test('garbage comes back instead of the document', async () => {
  const desk = start([{ function: 'HcnEnumerateNetworks', action: 'garbage', text: '{"ID":' }]);
  assert.equal(await desk.call('HcnEnumerateNetworks', LIST), { hresult: 0, response: '{"ID":' });
});

test('latency puts a call off, by a number or inside a range', async () => {
  const desk = start();
  desk.dispatcher.setLatency({ HcnEnumerateNetworks: 30, '*': [100, 200] });
  const networks = desk.call('HcnEnumerateNetworks', LIST);
  const others = desk.call('HcnEnumerateEndpoints', LIST);
  assert.not(await isSettled(networks));
  assert.equal(desk.wake(), [30, 150]);
  assert.is((await networks).hresult, 0);
  assert.is((await others).hresult, 0);
});

test('with one writer a change waits for the change before it, and a read for nobody', async () => {
  const desk = start([], { oneWriter: true });
  desk.dispatcher.setLatency({ HcnCreateEndpoint: 300, HcnDeleteEndpoint: 100, '*': 10 });
  const first = desk.call(CREATE, creation(desk));
  const second = desk.call('HcnDeleteEndpoint', { id: ZERO });
  const read = desk.call('HcnEnumerateEndpoints', LIST);
  await isSettled(first);
  assert.equal(desk.wake().slice().sort(), [10, 300]);
  assert.is((await read).response, '[]');
  await first;
  assert.not(await isSettled(second));
  assert.equal(desk.wake(), [100]);
  await second;
});

test('whoever watches is told of a call when it comes and before it has taken effect', async () => {
  const seen: unknown[] = [];
  const watched = start([], {
    watch: ({ function: name }, pid) => seen.push([name, pid, endpoints(watched)]),
  });
  watched.session.hns.processes.begin('test', { exe: 'test', pid: 7 });
  await watched.call(CREATE, creation(watched));
  assert.equal(seen, [
    [CREATE, 7, 0],
    [CREATE, 7, 0],
  ]);
});

test('the trace tells each call with decoded arguments and answer', async () => {
  const desk = start();
  await desk.call('HcnEnumerateNetworks', LIST);
  await desk.call('HcnOpenNetwork', { id: ZERO });
  assert.equal(desk.dispatcher.trace(), [
    {
      exe: 'test',
      process: 'test',
      function: 'HcnEnumerateNetworks',
      request: { query: { SchemaVersion: { Major: 2, Minor: 0 } } },
      hresult: '0x00000000',
      response: [CBR0],
      startedMs: 1000,
      durationMs: 0,
    },
    {
      exe: 'test',
      process: 'test',
      function: 'HcnOpenNetwork',
      request: { id: ZERO },
      hresult: '0x803B0001',
      error: { Success: false, Error: 'The network was not found. ', ErrorCode: 2151350273 },
      startedMs: 1000,
      durationMs: 0,
    },
  ]);
  desk.dispatcher.clearTrace();
  assert.equal(desk.dispatcher.trace(), []);
});

test.run();
