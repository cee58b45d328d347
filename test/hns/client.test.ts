/** The typed client on the simulator: what each function answers, how many calls it makes, what it throws. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDispatcher, type Dispatcher } from '../../native/simulator/dispatch.ts';
import type { Fault } from '../../native/simulator/faults.ts';
import { createHns, type Hns } from '../../native/simulator/hns.ts';
import {
  changeNetworkPolicies,
  createEndpoint,
  deleteEndpoint,
  endpointIds,
  findEndpoint,
  findNamespace,
  findNetwork,
  readBack,
} from '../../src/hns/client.ts';
import { startDeadline } from '../../src/hns/deadline.ts';
import type { Handle, Native } from '../../src/hns/native.ts';
import { detach, openPlace, type Place, requirePlace } from '../../src/hns/places.ts';
import { openSession, type Session } from '../../src/hns/session.ts';
import { hnsVersion } from '../../src/hns/v1.ts';
import { type EndpointRequest, SCHEMA } from '../../src/hns/wire.ts';
import { Code } from '../../src/spec/error.ts';
import { NAMESPACES, NETWORK_ID, SEED } from '../support/node.ts';
import { simulatedNative } from '../support/simulated-native.ts';
import { rejectsCni } from '../support/throws.ts';

const ID = '2316F1BA-3315-57DB-AAC9-AC7767B653C3';
const OTHER = '215F6625-885B-55BF-9048-D45A0FCFF75C';
const [NS] = NAMESPACES;

interface Bench {
  readonly hns: Hns;
  readonly dispatcher: Dispatcher;
  readonly session: Session;
  /** Functions called since the last time this was asked. */
  readonly calls: () => readonly string[];
  /** Creates the endpoint `id` with an address; the handle of the network is opened for it. */
  readonly create: (id: string, address: string, name?: string) => ReturnType<typeof createEndpoint>;
}

function bench(wrap: (native: Native) => Native = (native) => native): Bench {
  const hns = createHns();
  hns.seed(SEED);
  const dispatcher = createDispatcher(hns);
  const native = wrap(simulatedNative({ dispatcher, process: 'client' }));
  const session = openSession(() => native, startDeadline(5000));
  let told = 0;
  return {
    hns,
    dispatcher,
    session,
    calls: () => {
      const names = session.calls.map(({ call }) => call);
      const fresh = names.slice(told);
      told = names.length;
      return fresh;
    },
    create: async (id, address, name = 'pod_cbr0') => {
      const network = await findNetwork(session, 'cbr0');
      if (network === undefined) throw new Error('no network');
      told = session.calls.length;
      return createEndpoint(session, network.handle, { id, request: requestOf(name, address) });
    },
  };
}

const requestOf = (Name: string, IpAddress: string): EndpointRequest => ({
  Name,
  HostComputeNetwork: NETWORK_ID,
  IpConfigurations: [{ IpAddress }],
  Dns: { ServerList: ['10.96.0.10'] },
  Routes: [{ NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0' }],
  SchemaVersion: SCHEMA,
});

/** The handle of a creation that must have worked. */
function made(created: Awaited<ReturnType<typeof createEndpoint>>): Handle<'Endpoint'> {
  if (created.kind !== 'created') throw created.error;
  if (created.handle === undefined) throw new Error('no handle');
  return created.handle;
}

const handlesOf = ({ hns }: Bench): readonly string[] => hns.processes.report().flatMap((each) => each.openHandles);

const namespace = (id: string): Place => ({ kind: 'namespace', id });

const client = suite('HNS client');

client('findNetwork() answers the network of that name with its handle, in three calls', async () => {
  const b = bench();
  const found = await findNetwork(b.session, 'cbr0');
  assert.equal(found?.network, {
    id: NETWORK_ID,
    name: 'cbr0',
    type: 'L2Bridge',
    subnets: [{ prefix: '10.244.3.0/24', gateway: '10.244.3.1' }],
    providerAddress: undefined,
  });
  assert.equal(b.calls(), ['HcnEnumerateNetworks', 'HcnOpenNetwork', 'HcnQueryNetworkProperties']);
  assert.equal(handlesOf(b), ['Network']);
  await b.session.close();
  assert.equal(handlesOf(b), []);
});
client('changeNetworkPolicies() adds and removes in one call each, and leaves the others', async () => {
  const b = bench();
  const found = await findNetwork(b.session, 'cbr0');
  assert.ok(found !== undefined);
  const before = found.policies;
  const policies = [{ Type: 'SourceMacAddress', Settings: { SourceMacAddress: '00-15-5D-00-00-01' } }];
  const policiesNow = async (): Promise<readonly unknown[]> => (await findNetwork(b.session, 'cbr0'))?.policies ?? [];
  await changeNetworkPolicies(b.session, found.handle, { request: 'Add', policies });
  assert.equal(await policiesNow(), [...before, ...policies]);
  await changeNetworkPolicies(b.session, found.handle, { request: 'Remove', policies });
  assert.equal(await policiesNow(), before);
  const again = changeNetworkPolicies(b.session, found.handle, { request: 'Remove', policies });
  await rejectsCni(again, Code.Hns, /^Cannot remove policies of the HNS network: HNS answered 0x/);
  assert.is(b.calls().filter((name) => name === 'HcnModifyNetwork').length, 3);
  await b.session.close();
});
client('findNetwork() answers undefined when there is none, in one call', async () => {
  const b = bench();
  assert.is(await findNetwork(b.session, 'cbr1'), undefined);
  assert.equal(b.calls(), ['HcnEnumerateNetworks']);
});
client('findNetwork() passes over a network that goes while it is looked at', async () => {
  for (const name of ['HcnOpenNetwork', 'HcnQueryNetworkProperties']) {
    const b = bench();
    b.dispatcher.faults.set([{ function: name, hresult: '0x803B0001' }]);
    assert.is(await findNetwork(b.session, 'cbr0'), undefined, name);
    await b.session.close();
    assert.equal(handlesOf(b), []);
  }
});

client('createEndpoint() and readBack() answer what HNS made of it, in a call each', async () => {
  const b = bench();
  const handle = made(await b.create(ID, '10.244.3.3'));
  const endpoint = await readBack(b.session, handle, 'pod_cbr0');
  assert.equal(b.calls(), ['HcnCreateEndpoint', 'HcnQueryEndpointProperties']);
  assert.equal(endpoint, {
    id: ID,
    name: 'pod_cbr0',
    networkId: NETWORK_ID,
    namespaceId: undefined,
    mac: '00-15-5D-52-C0-00',
    addresses: [{ ip: '10.244.3.3', prefix: 24 }],
    routes: [{ NextHop: '10.244.3.2', DestinationPrefix: '0.0.0.0/0' }],
    dns: { ServerList: ['10.96.0.10'] },
    policies: [{ Type: 'L2Driver' }],
    isRemote: false,
    isDegraded: false,
    containers: [],
  });
  assert.equal(await findEndpoint(b.session, ID), endpoint);
  assert.equal(await findEndpoint(b.session, ID.toLowerCase()), endpoint);
  await b.session.close();
  assert.equal(handlesOf(b), []);
});
client(
  'createEndpoint() answers "exists" for an id and for an address that are there, "reserved" for the gateway',
  async () => {
    const b = bench();
    made(await b.create(ID, '10.244.3.3'));
    const kinds = [
      await b.create(ID, '10.244.3.4'),
      await b.create(OTHER, '10.244.3.3'),
      await b.create(OTHER, '10.244.3.1'),
    ].map(({ kind }) => kind);
    assert.equal(kinds, ['exists', 'exists', 'reserved']);
  },
);
client('createEndpoint() says what HNS refused and why', async () => {
  const b = bench();
  const created = await b.create(OTHER, '10.244.3.1');
  const reserved = created.kind === 'created' ? undefined : created.error;
  assert.is(
    reserved?.message,
    'Cannot create endpoint "pod_cbr0" with 10.244.3.1: ' +
      'HNS answered 0x803B002F HCN_E_ADDR_INVALID_OR_RESERVED, the address is reserved in the network',
  );
  const outside = await rejectsCni(b.create(OTHER, '10.244.4.3'), Code.Hns);
  assert.match(outside.message, /HNS answered 0x803B001E HCN_E_INVALID_IP, the address is outside every subnet/);
  assert.match(outside.details ?? '', /^HcnCreateEndpoint: \{"Success":false,.*"ErrorCode":2151350302\}$/);
});
client('a handle that comes along with an error record is closed, and the record counts', async () => {
  const record = '{"Success":false,"Error":"x ","ErrorCode":2147942405}';
  const opening = bench((native) => ({
    ...native,
    open: async (kind, id) => ({ ...(await native.open(kind, id)), error: record }),
  }));
  await rejectsCni(findNetwork(opening.session, 'cbr0'), Code.Hns, /0x80070005/);
  const creating = bench((native) => ({
    ...native,
    createEndpoint: async (...args) => ({ ...(await native.createEndpoint(...args)), error: record }),
  }));
  await rejectsCni(creating.create(ID, '10.244.3.3'), Code.Hns, /0x80070005/);
  for (const b of [opening, creating]) {
    await b.session.close();
    assert.equal(handlesOf(b), []);
  }
});

client('endpointIds() answers every endpoint of a name, in one call', async () => {
  const b = bench();
  made(await b.create(ID, '10.244.3.3', 'twin'));
  made(await b.create(OTHER, '10.244.3.4', 'twin'));
  b.calls();
  assert.equal([...(await endpointIds(b.session, 'twin'))].sort(), [OTHER, ID]);
  assert.equal(await endpointIds(b.session, 'nobody'), []);
  assert.equal(b.calls(), ['HcnEnumerateEndpoints', 'HcnEnumerateEndpoints']);
});
client('findEndpoint() and findNamespace() answer undefined for what is not there', async () => {
  const b = bench();
  assert.is(await findEndpoint(b.session, ID), undefined);
  assert.is(await findNamespace(b.session, ID), undefined);
  assert.equal(b.calls(), ['HcnOpenEndpoint', 'HcnOpenNamespace']);
});

async function attach(session: Session, place: Place, id: string): Promise<void> {
  await requirePlace(place, await openPlace(session, place)).attach(id);
}

client('attach() and detach() join endpoint and namespace and part them, in two calls each', async () => {
  const b = bench();
  made(await b.create(ID, '10.244.3.3'));
  b.calls();
  await attach(b.session, namespace(NS), ID);
  assert.equal(b.calls(), ['HcnOpenNamespace', 'HcnModifyNamespace']);
  assert.equal(await findNamespace(b.session, NS), { id: NS.toUpperCase(), endpointIds: [ID] });
  assert.is((await findEndpoint(b.session, ID))?.namespaceId, NS);
  b.calls();
  assert.is(await detach(b.session, namespace(NS), ID), true);
  assert.equal(b.calls(), ['HcnOpenNamespace', 'HcnModifyNamespace']);
  assert.is(await detach(b.session, namespace(NS), ID), false, 'not joined any more');
  assert.equal((await findNamespace(b.session, NS))?.endpointIds, []);
});
client('requirePlace() names CNI_NETNS when its namespace is not there; detach() answers false', async () => {
  const b = bench();
  const error = await rejectsCni(attach(b.session, namespace(OTHER), ID), Code.InvalidEnvironment);
  assert.equal(error.toJSON(), {
    code: 4,
    msg: `Cannot attach to namespace ${OTHER}: the namespace CNI_NETNS names does not exist`,
    details: 'variable CNI_NETNS',
  });
  assert.is(await detach(b.session, namespace(OTHER), ID), false);
});
client(
  'attach() throws when the endpoint is not there; one in another namespace stays there, as reading it back tells',
  async () => {
    const b = bench();
    await rejectsCni(attach(b.session, namespace(NS), ID), Code.Hns, /^Cannot attach .*HNS answered 0x803B0002/);
    made(await b.create(ID, '10.244.3.3'));
    await attach(b.session, namespace(NAMESPACES[1]), ID);
    await attach(b.session, namespace(NS), ID);
    assert.is((await findEndpoint(b.session, ID))?.namespaceId, NAMESPACES[1]);
  },
);

client('deleteEndpoint() answers whether it was there, in one call', async () => {
  const b = bench();
  made(await b.create(ID, '10.244.3.3'));
  b.calls();
  assert.equal([await deleteEndpoint(b.session, ID), await deleteEndpoint(b.session, ID)], [true, false]);
  assert.equal(b.calls(), ['HcnDeleteEndpoint', 'HcnDeleteEndpoint']);
  assert.equal(b.hns.dump().endpoints, []);
});

client('hnsVersion() reads major and minor, in one call', async () => {
  const b = bench();
  assert.equal(await hnsVersion(b.session), [15, 4]);
  assert.equal(b.calls(), ['HNSCall GET /globals/version']);
});
for (const text of ['', '[]', '{}', '{"Output":5}', '{"Output":{"Major":9}}', '{"Output":{"Major":"9","Minor":3}}']) {
  client(`hnsVersion() throws for the answer '${text}'`, async () => {
    const b = bench();
    b.dispatcher.faults.set([{ function: 'HNSCall', action: 'garbage', text }]);
    const error = await rejectsCni(hnsVersion(b.session), Code.Hns, /^Cannot ask HNS for its version: HNS answered /);
    assert.is(error.details, 'HNSCall GET /globals/version');
  });
}

type Act = (b: Bench) => Promise<unknown>;
/** Every function, the call that is made to fail in it, and the beginning of its message. */
const FAILING: readonly (readonly [call: string, act: Act, message: RegExp])[] = [
  ['HcnEnumerateNetworks', (b) => findNetwork(b.session, 'cbr0'), /^Cannot look up the HNS network "cbr0": /],
  ['HcnOpenNetwork', (b) => findNetwork(b.session, 'cbr0'), /^Cannot look up the HNS network "cbr0": /],
  ['HcnQueryNetworkProperties', (b) => findNetwork(b.session, 'cbr0'), /^Cannot look up the HNS network "cbr0": /],
  ['HcnEnumerateEndpoints', (b) => endpointIds(b.session, 'x'), /^Cannot look for endpoints named "x": /],
  ['HcnOpenEndpoint', (b) => findEndpoint(b.session, ID), /^Cannot read endpoint 2316F1BA-/],
  ['HcnOpenNamespace', (b) => findNamespace(b.session, NS), /^Cannot read namespace 5b0a8f4e-/],
  ['HcnQueryNamespaceProperties', (b) => findNamespace(b.session, NS), /^Cannot read namespace 5b0a8f4e-/],
  ['HcnCreateEndpoint', (b) => b.create(ID, '10.244.3.3'), /^Cannot create endpoint "pod_cbr0" with 10\.244\.3\.3: /],
  ['HcnOpenNamespace', (b) => attach(b.session, namespace(NS), ID), /^Cannot attach to namespace /],
  ['HcnModifyNamespace', (b) => attach(b.session, namespace(NS), ID), /^Cannot attach endpoint 2316F1BA-/],
  ['HcnOpenNamespace', (b) => detach(b.session, namespace(NS), ID), /^Cannot detach endpoint 2316F1BA-/],
  ['HcnModifyNamespace', (b) => detach(b.session, namespace(NS), ID), /^Cannot detach endpoint 2316F1BA-/],
  ['HcnDeleteEndpoint', (b) => deleteEndpoint(b.session, ID), /^Cannot delete endpoint 2316F1BA-/],
  ['HNSCall', (b) => hnsVersion(b.session), /^Cannot ask HNS for its version: /],
];
for (const [call, act, message] of FAILING) {
  client(`a failing ${call} is told as "${message.source.slice(1)}"`, async () => {
    const rules: readonly (readonly [Partial<Fault>, Code])[] = [
      [{ hresult: 0x80070005 }, Code.Hns],
      [{ hresult: 0x800706ba }, Code.TryAgainLater],
    ];
    for (const [rule, code] of rules) {
      const b = bench();
      b.dispatcher.faults.set([{ function: call, ...rule }]);
      const error = await rejectsCni(act(b), code, message);
      assert.is(error.details?.slice(0, call.length), call);
      await b.session.close();
      assert.equal(handlesOf(b), []);
    }
  });
}

client('an answer that is no document of the right kind is an error', async () => {
  const b = bench();
  b.dispatcher.faults.set([{ function: 'HcnQueryNetworkProperties', action: 'garbage', text: '[' }]);
  await rejectsCni(findNetwork(b.session, 'cbr0'), Code.Hns, /: HNS answered no JSON object$/);
  for (const text of ['', '{}', 'null', '[1']) {
    b.dispatcher.faults.set([{ function: 'HcnEnumerateEndpoints', action: 'garbage', text }]);
    await rejectsCni(endpointIds(b.session, 'x'), Code.Hns, /: HNS answered no JSON array$/);
  }
});

client.run();
