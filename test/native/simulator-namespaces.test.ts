/** Rules of the simulated HNS for namespaces: attaching, detaching, deleting. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CBR0, type Doc, document, POD1, POD2, QUERY, startSession, ZERO } from '../support/hns-session.ts';

const test = suite('HNS simulator: namespaces');

const A = 'AAAAAAAA-0000-4000-8000-000000000001';
const B = 'AAAAAAAA-0000-4000-8000-000000000002';
const MISSING = '0D15EA5E-0000-4000-8000-00000000DEAD';
const ip = (address: string): Doc => ({ IpConfigurations: [{ IpAddress: address }] });
const OK = '0x00000000';

test('an endpoint is in one namespace, and what happens otherwise is switched', () => {
  const session = startSession();
  session.createEndpoint({}, { id: A });
  assert.is(session.attach(POD1, A), OK);
  assert.is(session.endpoint(A)['HostComputeNamespace'], POD1);
  assert.is(session.attach(POD1, A), OK);
  assert.is(session.attach(POD2, A), '0x803B002B');
  assert.is(session.attach(POD2, A, 'Remove'), '0x80070490');
  assert.is(session.attach(POD1, MISSING), '0x803B0002');
  assert.is(session.attach(POD1, A, 'Remove'), OK);
  assert.is(session.endpoint(A)['HostComputeNamespace'], ZERO);
  const strict = startSession({ reattachSameNamespace: 0x803b0014, detachMissing: 0 });
  strict.createEndpoint({}, { id: A });
  strict.attach(POD1, A);
  assert.is(strict.attach(POD1, A), '0x803B0014');
  assert.is(strict.attach(POD2, A, 'Remove'), OK);
});

test('the state of an endpoint follows its namespace', () => {
  const session = startSession();
  const state = (): unknown => session.hns.dump().endpoints[0]?.['State'];
  session.createEndpoint({}, { id: A });
  assert.is(state(), 1);
  session.attach(POD1, A);
  assert.is(state(), 2);
  session.attach(POD1, A, 'Remove');
  assert.is(state(), 4);
});

test('a remote endpoint cannot be attached', () => {
  const session = startSession();
  session.createEndpoint({ ...ip('10.244.7.9'), Flags: 1 }, { id: A });
  assert.is(session.attach(POD1, A), '0x803B000F');
});

test('deleting takes along or leaves behind what it should', () => {
  const session = startSession();
  session.createEndpoint({}, { id: A });
  session.createEndpoint({}, { id: B });
  session.attach(POD1, A);
  session.attach(POD2, B);
  assert.is(session.code('HcnDeleteNamespace', { id: POD1 }), OK);
  assert.is(session.endpoint(A)['HostComputeNamespace'], ZERO);
  assert.is(session.code('HcnDeleteNetwork', { id: CBR0 }), OK);
  const { endpoints, namespaces } = session.hns.dump();
  assert.equal(endpoints, []);
  assert.equal(namespaces.find(({ ID }) => ID === POD2)?.['Resources'], []);
});

test('a namespace with a container is not deleted', () => {
  const session = startSession();
  const settings = JSON.stringify({ ResourceType: 'Container', RequestType: 'Add', Settings: { ContainerId: 'c1' } });
  const namespace = session.open('HcnOpenNamespace', { id: POD1 });
  assert.is(session.code('HcnModifyNamespace', { namespace, settings }), OK);
  assert.is(session.code('HcnDeleteNamespace', { id: POD1 }), '0x803B0015');
});

test('new namespaces count compartments up and never again use one', () => {
  const session = startSession();
  const made = (): unknown => {
    const namespace = session.open('HcnCreateNamespace', { id: ZERO, settings: document({}) });
    return (session.read('HcnQueryNamespaceProperties', { namespace, query: QUERY }) as Doc)['NamespaceId'];
  };
  assert.is(made(), 5);
  session.code('HcnDeleteNamespace', { id: String(session.hns.dump().namespaces.at(-1)?.['ID']) });
  assert.is(made(), 6);
});

test.run();
