/** Hot attach: compute systems by the calls of vmcompute.dll, what they leave in HNS, and what their failures look like. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDispatcher } from '../../native/simulator/dispatch.ts';
import { hex } from '../../native/simulator/errors.ts';
import { type Doc, type Session, sessionOn, startSession } from '../support/hns-session.ts';

const test = suite('compute systems');

const OK = '0x00000000';
const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const MISSING = '0D15EA5E-0000-4000-8000-00000000DEAD';

function start(): Session {
  const session = startSession();
  session.hns.seed({ computeSystems: [{ Id: 'pause' }, { Id: 'app', Owner: 'containerd', State: 'Created' }] });
  session.createEndpoint({ Name: 'pod' }, { id: A });
  return session;
}

const modify = (session: Session, system: number, request: object): string =>
  session.code('HcsModifyComputeSystem', { system, configuration: JSON.stringify(request) });
const network = (RequestType: string, Settings: unknown = A): object => ({
  ResourceType: 'Network',
  RequestType,
  Settings,
});

test('an endpoint is put into a container and taken out again', () => {
  const session = start();
  const shown = (): readonly unknown[] => {
    const { computeSystems, endpoints } = session.hns.dump();
    return [computeSystems[0]?.['endpoints'], endpoints[0]?.['SharedContainers'], endpoints[0]?.['State']];
  };
  const system = session.open('HcsOpenComputeSystem', { id: 'pause' });
  assert.equal(session.read('HcsGetComputeSystemProperties', { system, query: '{}' }), {
    Id: 'pause',
    SystemType: 'Container',
    RuntimeOsType: 'Windows',
    Owner: 'docker',
    State: 'Running',
    Name: 'pause',
  });
  assert.equal(shown(), [[], [], 1]);
  assert.is(modify(session, system, network('Add')), OK);
  assert.equal(shown(), [[A], ['pause'], 2]);
  assert.is(modify(session, system, network('Add')), '0x803B0014');
  assert.is(modify(session, system, network('Remove')), OK);
  assert.equal(shown(), [[], [], 4]);
  assert.is(modify(session, system, network('Remove')), '0x80070490');
  modify(session, system, network('Add'));
  session.code('HcnDeleteEndpoint', { id: A });
  assert.equal(session.hns.dump().computeSystems, [
    { Id: 'pause', Owner: 'docker', endpoints: [] },
    { Id: 'app', Owner: 'containerd', endpoints: [] },
  ]);
});

for (const [what, configuration, expected] of [
  ['no JSON', 'x', '0xC037010D'],
  ['another resource', JSON.stringify({ ...network('Add'), ResourceType: 'Memory' }), '0xC037010B'],
  ['another request', JSON.stringify(network('Refresh')), '0xC037010B'],
  ['an endpoint that is not there', JSON.stringify(network('Add', MISSING)), '0x803B0002'],
  ['an endpoint without a GUID', JSON.stringify(network('Add', 'pod')), '0x80070057'],
] as const) {
  test(`HcsModifyComputeSystem answers ${expected} to ${what}`, () => {
    const session = start();
    const system = session.open('HcsOpenComputeSystem', { id: 'pause' });
    const { hresult, error } = session.call('HcsModifyComputeSystem', { system, configuration });
    assert.is(hex(hresult), expected);
    const record = JSON.parse(error ?? '') as Doc;
    assert.is(record['Error'], hresult, 'the code is signed');
    assert.match(String(record['ErrorMessage']), / $/);
  });
}

test('a container that does not run is not modified, one that is not there is not opened', () => {
  const session = start();
  const system = session.open('HcsOpenComputeSystem', { id: 'app' });
  assert.is(modify(session, system, network('Add')), '0xC0370105');
  assert.is(session.code('HcsOpenComputeSystem', { id: 'gone' }), '0xC037010E');
  const other = startSession({ systemNotFound: 0x8037010e });
  assert.is(other.code('HcsOpenComputeSystem', { id: 'gone' }), '0x8037010E');
});

test('HNS is not told when a container ends', () => {
  const session = start();
  const system = session.open('HcsOpenComputeSystem', { id: 'pause' });
  modify(session, system, network('Add'));
  session.hns.endSystem('pause');
  assert.is(session.code('HcsOpenComputeSystem', { id: 'pause' }), '0xC037010E');
  assert.is(modify(session, system, network('Remove')), '0xC0370110');
  const [endpoint] = session.hns.dump().endpoints;
  assert.equal([endpoint?.['State'], endpoint?.['SharedContainers']], [2, ['pause']]);
  assert.throws(() => {
    session.hns.endSystem('pause');
  }, /0xC037010E/);
});

test('handles of systems and callbacks are counted, belong to their process, and are closed each by its own function', () => {
  const session = start();
  const held = (): unknown => session.hns.processes.report()[0]?.openHandles.slice(2);
  const system = session.open('HcsOpenComputeSystem', { id: 'pause' });
  const callback = session.open('HcsRegisterComputeSystemCallback', { system });
  assert.equal(held(), ['ComputeSystem', 'ComputeSystemCallback']);
  assert.is(sessionOn(session.hns, 'other').code('HcsCloseComputeSystem', { system }), '0x80070006');
  assert.is(session.code('HcsGetComputeSystemProperties', { system: callback, query: '' }), '0x80070006');
  assert.is(session.code('HcsCloseComputeSystem', { system: callback }), '0x80070006');
  assert.is(session.code('HcsUnregisterComputeSystemCallback', { callback }), OK);
  assert.is(session.code('HcsCloseComputeSystem', { system }), OK);
  assert.is(session.code('HcsCloseComputeSystem', { system }), '0x80070006');
  assert.equal(held(), []);
});

test('a restart of HNS leaves containers and their handles alone, a reboot leaves neither', () => {
  const session = start();
  const system = session.open('HcsOpenComputeSystem', { id: 'pause' });
  modify(session, system, network('Add'));
  session.hns.restartService();
  assert.equal(session.read('HcsGetComputeSystemProperties', { system, query: '' }), {
    Id: 'pause',
    SystemType: 'Container',
    RuntimeOsType: 'Windows',
    Owner: 'docker',
    State: 'Running',
    Name: 'pause',
  });
  assert.equal(
    session.hns.dump().computeSystems.map(({ endpoints }) => endpoints),
    [[], []],
  );
  session.hns.reboot();
  assert.equal(session.hns.dump().computeSystems, []);
  assert.is(session.code('HcsCloseComputeSystem', { system }), '0x80070006');
});

test('faults meet these calls by their names, with a record of their own form', async () => {
  const session = start();
  const dispatcher = createDispatcher(session.hns);
  const system = session.open('HcsOpenComputeSystem', { id: 'pause' });
  const configuration = JSON.stringify(network('Add'));
  dispatcher.faults.set([
    { function: 'HcsModifyComputeSystem', when: 'after', hresult: '0xC0370103', error: 'Later.' },
  ]);
  const reply = await dispatcher.dispatch({
    process: 'test',
    function: 'HcsModifyComputeSystem',
    args: { system, configuration },
  });
  assert.is(hex(reply.hresult), '0xC0370103');
  assert.is(reply.error, JSON.stringify({ Error: 0xc0370103 | 0, ErrorMessage: 'Later. ' }));
  assert.equal(session.hns.dump().endpoints[0]?.['SharedContainers'], ['pause']);
});

test.run();
