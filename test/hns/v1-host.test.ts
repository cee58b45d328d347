/** The host as HNS v1 tells of it: its networks, and endpoints that become its own adapters. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDispatcher } from '../../native/simulator/dispatch.ts';
import type { Fault } from '../../native/simulator/faults.ts';
import { createHns } from '../../native/simulator/hns.ts';
import { startDeadline } from '../../src/hns/deadline.ts';
import type { Native } from '../../src/hns/native.ts';
import { openSession, type Session } from '../../src/hns/session.ts';
import { attachToHost, hostNetworks } from '../../src/hns/v1-host.ts';
import { Code } from '../../src/spec/error.ts';
import { simulatedNative } from '../support/simulated-native.ts';
import { rejectsCni } from '../support/throws.ts';

const host = suite('HNS v1 of the host');

const NETWORK = 'c0a8e101-1b1d-4b1d-8b1d-0000000cb000';
const SUBNET = {
  IpAddressPrefix: '10.244.3.0/24',
  Routes: [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }],
};
const Ipams = [{ Type: 'Static', Subnets: [SUBNET] }];
const ENDPOINT = { id: 'A0000000-0000-4000-8000-000000000001', name: 'cbr0_ep' };

interface Bench {
  readonly session: Session;
  readonly hns: ReturnType<typeof createHns>;
  readonly fail: (fault: Fault) => void;
}

function bench(): Bench {
  const hns = createHns({ lateAddressMs: 0 });
  hns.seed({
    adapters: [{ Alias: 'Ethernet', Addresses: ['10.240.0.30/24'] }],
    networks: [{ ID: NETWORK, Name: 'cbr0', Type: 'L2Bridge', NetworkAdapterName: 'Ethernet', Ipams }, { Name: 'nat' }],
    endpoints: [{ ID: ENDPOINT.id, Name: ENDPOINT.name, network: 'cbr0' }],
  });
  const dispatcher = createDispatcher(hns);
  return {
    session: openSession(() => simulatedNative({ dispatcher, process: 'host' }), startDeadline(5000)),
    hns,
    fail: (fault) => {
      dispatcher.faults.set([fault]);
    },
  };
}

/** A session with an HNS that answers every v1 call with this. */
const answering = (json: string, hr = 0): Session => {
  const native: Partial<Native> = { hnsCall: () => Promise.resolve({ hr, json, error: '' }) };
  return openSession(() => native as Native, startDeadline(5000));
};

host('hostNetworks() has the adapter and the address of the node, in one call; ids are upper case', async () => {
  const { session } = bench();
  const [first, second] = await hostNetworks(session);
  assert.equal(first, {
    id: NETWORK.toUpperCase(),
    name: 'cbr0',
    type: 'L2Bridge',
    adapter: 'Ethernet',
    managementIp: '10.240.0.30',
  });
  assert.equal(
    [second?.name, second?.type, second?.adapter, second?.managementIp],
    ['nat', 'NAT', undefined, undefined],
  );
  assert.equal(
    session.calls.map(({ call }) => call),
    ['HNSCall GET /networks/'],
  );
});
host('hostNetworks() takes what HNS leaves out, or leaves empty, for not there', async () => {
  const sparse = answering(
    '{"Success":true,"Output":[{"ID":"a1","Name":"n","NetworkAdapterName":"","ManagementIP":""},7]}',
  );
  assert.equal(await hostNetworks(sparse), [
    { id: 'A1', name: 'n', type: 'NAT', adapter: undefined, managementIp: undefined },
  ]);
  assert.equal(await hostNetworks(answering('{"Success":true}')), []);
});
host('hostNetworks() fails with the HRESULT, or the code in the envelope, or on what is no document', async () => {
  const refused = /^Cannot list the HNS networks: HNS answered 0x80070005 E_ACCESSDENIED/;
  assert.match((await rejectsCni(hostNetworks(answering('', -2147024891)), Code.Hns)).message, refused);
  const envelope = '{"Success":false,"Error":"Access is denied. ","ErrorCode":2147942405}';
  assert.match((await rejectsCni(hostNetworks(answering(envelope)), Code.Hns)).message, refused);
  assert.match((await rejectsCni(hostNetworks(answering('gone')), Code.Hns)).message, /answered no JSON object/);
});
host('attachToHost() makes an adapter once; the second time it says so', async () => {
  const { session, hns } = bench();
  assert.equal([await attachToHost(session, ENDPOINT), await attachToHost(session, ENDPOINT)], [true, false]);
  assert.is(hns.dump().endpoints[0]?.['HostAttached'], true);
});
host('attachToHost() names the endpoint that HNS refuses to attach', async () => {
  const { session, hns, fail } = bench();
  fail({ function: 'HNSCall POST /endpoints/{id}/attach', hresult: 0x80070057 });
  const { message } = await rejectsCni(attachToHost(session, ENDPOINT), Code.Hns);
  assert.match(message, /^Cannot attach endpoint "cbr0_ep" to the host: HNS answered 0x80070057 E_INVALIDARG/);
  assert.not(hns.dump().endpoints[0]?.['HostAttached']);
});
host.run();
