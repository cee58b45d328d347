/** A command's dealings with HNS: the deadline, the counts, the words of a failure, the handles. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDeadline } from '../../src/hns/deadline.ts';
import type { Handle, Kind, Native } from '../../src/hns/native.ts';
import { openSession, type Session } from '../../src/hns/session.ts';
import { hex } from '../../src/hns/status.ts';
import { Code } from '../../src/spec/error.ts';
import { rejectsCni } from '../support/throws.ts';

const never = (): Promise<never> => new Promise<never>(() => undefined);
const OPEN = { call: 'HcnOpenNetwork', task: 'look up the HNS network "cbr0"' };
const CREATE = { call: 'HcnCreateEndpoint', task: 'create endpoint "x"' };
const answer =
  (hr: number, error = ''): (() => Promise<{ hr: number; error: string }>) =>
  () =>
    Promise.resolve({ hr, error });

/** A call that must not be made. */
const unwanted = (): Promise<never> => Promise.reject(new Error('called'));

interface Bench {
  readonly session: Session;
  /** Handles closed, in order. */
  readonly closed: bigint[];
}

/** A session whose port can only close; a test gives it the answers of calls. */
function bench(ms = 1000, close: Native['close'] = () => Promise.resolve()): Bench {
  const closed: bigint[] = [];
  const native = {
    close: (handle: Handle<Kind>) => {
      closed.push(handle.value);
      return close(handle);
    },
  } as Partial<Native> as Native;
  return { session: openSession(() => native, startDeadline(ms)), closed };
}

const session = suite('openSession()');

session('run() answers what HNS answered and counts the call', async () => {
  const { session } = bench();
  const opened = await session.run(OPEN, () => Promise.resolve({ hr: 0, error: '', json: '[]' }));
  assert.equal(opened, { hr: 0, error: '', json: '[]' });
  await session.run(OPEN, answer(0x803b0001 | 0));
  assert.equal(
    session.calls.map(({ call, hr }) => ({ call, hr })),
    [
      { call: 'HcnOpenNetwork', hr: '0x00000000' },
      { call: 'HcnOpenNetwork', hr: '0x803B0001' },
    ],
  );
  for (const { ms } of session.calls) assert.ok(ms >= 0 && ms < 1000);
  assert.equal([session.gaveUp(), session.uncertain()], [false, false]);
});

/** HRESULT and error record of an answer, and the HRESULT it counts as. */
const SETTLED: readonly (readonly [hr: number, record: string, counts: number])[] = [
  [0, '', 0],
  [1, '', 1],
  [0x803b0001, '', 0x803b0001],
  [0x803b0001, '{"Success":false,"ErrorCode":2147942405}', 0x803b0001],
  [0, '{"Success":false,"Error":"x ","ErrorCode":2151350274}', 0x803b0002],
  [0, '{"ErrorCode" : -2143617022}', 0x803b0002],
  [0, '{"Success":false,"Error":"x "}', 0x80004005],
  [0, '{"Success":false,"ErrorCode":0}', 0x80004005],
  [0, '{"Success":false,"ErrorCode":1168}', 0x80004005],
  [0, 'no JSON at all', 0x80004005],
];
for (const [hr, record, counts] of SETTLED) {
  session(`run() takes ${hex(hr)} with the record '${record}' for ${hex(counts)}`, async () => {
    const { session } = bench();
    const settled = await session.run(OPEN, answer(hr | 0, record));
    assert.equal([hex(settled.hr), session.calls[0]?.hr], [hex(counts), hex(counts)]);
  });
}

session('run() gives up at the deadline with code 11', async () => {
  const { session } = bench(20);
  const error = await rejectsCni(session.run(OPEN, never), Code.TryAgainLater);
  assert.match(error.message, /^Cannot look up the HNS network "cbr0": HNS did not answer within 0\.0 s$/);
  assert.is(error.details, 'HcnOpenNetwork was given up; look at the Host Networking Service: Get-Service hns');
  assert.equal([session.gaveUp(), session.uncertain()], [true, false]);
  assert.equal(
    session.calls.map((call) => Object.keys(call)),
    [['call', 'ms']],
  );
});
session('run() calls nothing after a call that hung', async () => {
  const { session } = bench(10);
  await rejectsCni(session.run(OPEN, never), Code.TryAgainLater);
  session.deadline.extend(1000);
  const error = await rejectsCni(session.run(CREATE, unwanted), Code.TryAgainLater);
  assert.is(error.message, 'Cannot create endpoint "x": HNS has not answered an earlier call');
  assert.is(error.details, 'HcnCreateEndpoint was not called');
  assert.equal([session.uncertain(), session.calls.length], [false, 1]);
});
session('run() calls nothing when the time is used up, until it is extended', async () => {
  const { session } = bench(0);
  const error = await rejectsCni(session.run(CREATE, unwanted), Code.TryAgainLater);
  assert.is(error.message, 'Cannot create endpoint "x": the time of the command is used up');
  assert.equal([session.gaveUp(), session.uncertain(), session.calls.length], [false, false, 0]);
  session.deadline.extend(1000);
  await session.run(CREATE, answer(0));
  assert.is(session.calls.length, 1);
});
session('run() passes on what the port throws', async () => {
  const { session } = bench();
  const outcome = session.run(OPEN, () => Promise.reject(new Error('no library')));
  assert.is(await outcome.catch((error: unknown) => (error as Error).message), 'no library');
});

const CHANGES = ['HcnCreateEndpoint', 'HcnModifyNamespace', 'HcnDeleteEndpoint'];
for (const call of [...CHANGES, 'HcnOpenEndpoint', 'HcnEnumerateEndpoints', 'HcnQueryEndpointProperties', 'HNSCall']) {
  const changes = CHANGES.includes(call);
  session(`uncertain() is ${changes} after ${call} hung, or failed without saying how far it came`, async () => {
    const hung = bench(10).session;
    await rejectsCni(hung.run({ call, task: 'x' }, never), Code.TryAgainLater);
    assert.is(hung.uncertain(), changes);
    const unsure = bench().session;
    await unsure.run({ call, task: 'x' }, answer(0x800706be | 0));
    assert.equal([unsure.uncertain(), unsure.gaveUp()], [changes, false]);
    const final = bench().session;
    await final.run({ call, task: 'x' }, answer(0x80070005 | 0));
    assert.is(final.uncertain(), false);
  });
}
session('uncertain() stays after a later call that succeeds', async () => {
  const { session } = bench();
  await session.run(CREATE, answer(0x800706be | 0));
  await session.run(CREATE, answer(0));
  assert.is(session.uncertain(), true);
});

const FAILURES: readonly (readonly [hr: number, record: string, error: object])[] = [
  [
    0x80070005,
    '{"Success":false,"Error":"Access is denied. ","ErrorCode":2147942405}',
    {
      code: 100,
      msg: 'Cannot create endpoint "x": HNS answered 0x80070005 E_ACCESSDENIED, the caller is neither administrator nor LocalSystem',
      details: 'HcnCreateEndpoint: {"Success":false,"Error":"Access is denied. ","ErrorCode":2147942405}',
    },
  ],
  [
    0x800706ba,
    '',
    {
      code: 11,
      msg: 'Cannot create endpoint "x": HNS answered 0x800706BA RPC_S_SERVER_UNAVAILABLE, the Host Networking Service (hns) is not running',
      details: 'HcnCreateEndpoint',
    },
  ],
  [
    0x800705b4,
    '',
    {
      code: 11,
      msg: 'Cannot create endpoint "x": HNS answered 0x800705B4 ERROR_TIMEOUT, HNS gave up waiting',
      details: 'HcnCreateEndpoint',
    },
  ],
  [
    0x803bffff,
    '',
    {
      code: 100,
      msg: 'Cannot create endpoint "x": HNS answered 0x803BFFFF unlisted, no cause is known for this code',
      details: 'HcnCreateEndpoint',
    },
  ],
];
for (const [hr, error, failure] of FAILURES) {
  session(`failure() puts ${hex(hr)} into words`, () => {
    assert.equal(
      bench()
        .session.failure(CREATE, { hr: hr | 0, error })
        .toJSON(),
      failure,
    );
  });
}

const handle = (value: bigint): Handle<'Network'> => ({ kind: 'Network', value });

session('close() closes what was kept, last first, once', async () => {
  const { session, closed } = bench();
  for (const value of [1n, 2n, 3n]) assert.equal(session.keep(handle(value)), handle(value));
  await session.close();
  await session.close();
  assert.equal(closed, [3n, 2n, 1n]);
});
session('close() asks nothing of an HNS that did not answer', async () => {
  const { session, closed } = bench(10);
  session.keep(handle(1n));
  await rejectsCni(session.run(OPEN, never), Code.TryAgainLater);
  await session.close();
  assert.equal(closed, []);
});
session('close() ends although a close hangs', async () => {
  const { session, closed } = bench(20, never);
  session.keep(handle(1n));
  session.keep(handle(2n));
  await session.close();
  assert.equal(closed, [2n, 1n]);
});
session('close() lets no handle wait until another one is closed', async () => {
  let closing = 0;
  let most = 0;
  const { session } = bench(1000, async () => {
    closing += 1;
    most = Math.max(most, closing);
    await new Promise((resolve) => setImmediate(resolve));
    closing -= 1;
  });
  for (const value of [1n, 2n, 3n]) session.keep(handle(value));
  await session.close();
  assert.equal([most, closing], [3, 0]);
});
session('close() has a second of its own, however much or little the command has left', async () => {
  let isClosed = false;
  const slow = bench(0, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    isClosed = true;
  });
  slow.session.keep(handle(1n));
  await slow.session.close();
  assert.is(isClosed, true);
  const early = bench(60_000, never);
  early.session.keep(handle(1n));
  const started = performance.now();
  await early.session.close();
  assert.ok(performance.now() - started < 10_000);
});
session('close() closes the others when the port cannot close one', async () => {
  const { session, closed } = bench(1000, () => Promise.reject(new Error('no such export')));
  session.keep(handle(1n));
  session.keep(handle(2n));
  await session.close();
  assert.equal(closed, [2n, 1n]);
});

session.run();
