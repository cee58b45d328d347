/** What every filling of the port `Native` must do: one suite, run on the fake and through the C entry points. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Dispatcher } from '../../native/simulator/dispatch.ts';
import type { Hns } from '../../native/simulator/hns.ts';
import type { Answer, Handle, Kind, Native, Opened } from '../../src/hns/native.ts';
import { hex } from '../../src/hns/status.ts';
import { NAMESPACES, NETWORK_ID, SEED } from '../support/node.ts';

/** A node behind a port, and what its service knows. */
export interface Bench {
  readonly native: Native;
  readonly hns: Hns;
  readonly dispatcher: Dispatcher;
}

const ID = '2316F1BA-3315-57DB-AAC9-AC7767B653C3';
const OTHER = '215F6625-885B-55BF-9048-D45A0FCFF75C';
const [NS] = NAMESPACES;
const SCHEMA = { Major: 2, Minor: 0 };
const QUERY = JSON.stringify({ SchemaVersion: SCHEMA });
const filter = (value: object): string => JSON.stringify({ SchemaVersion: SCHEMA, Filter: JSON.stringify(value) });
const settings = (address: string, more: object = {}): string =>
  JSON.stringify({ Name: 'pod', IpConfigurations: [{ IpAddress: address }], SchemaVersion: SCHEMA, ...more });
const membership = (request: string, id: string): string =>
  JSON.stringify({ ResourceType: 'Endpoint', RequestType: request, Settings: { EndpointId: id } });

/** The service as each case finds it: the networks and namespaces of the seed, no endpoint, no fault, no past. */
function fresh({ hns, dispatcher }: Bench): void {
  dispatcher.faults.clear();
  dispatcher.setLatency({});
  hns.reboot();
  hns.seed({ namespaces: SEED.namespaces.filter(({ Type }) => Type !== 'HostDefault') });
}

/** The handle of what must be there. */
async function opened<K extends Kind>(native: Native, kind: K, id: string): Promise<Handle<K>> {
  const { handle } = await native.open(kind, id);
  if (handle === undefined) throw new Error(`${kind} ${id} is not there`);
  return handle;
}

/** Creates an endpoint on the network of the seed. */
async function created(native: Native, id: string, document: string): Promise<Opened<'Endpoint'>> {
  const network = await opened(native, 'Network', NETWORK_ID);
  const endpoint = await native.createEndpoint(network, id, document);
  await native.close(network);
  return endpoint;
}

/** Creates an endpoint that stays. */
async function standing(native: Native, id: string, address: string): Promise<void> {
  const { handle, hr } = await created(native, id, settings(address));
  if (handle === undefined) throw new Error(`the endpoint was refused: ${hex(hr)}`);
  await native.close(handle);
}

const document = (answer: Answer): Record<string, unknown> => {
  assert.equal([hex(answer.hr), answer.error], ['0x00000000', '']);
  return JSON.parse(answer.json) as Record<string, unknown>;
};

/** A failure has its HRESULT, signed, a record that says the same, and nothing else. */
function refused(answer: Answer | Opened<Kind>, hr: number): void {
  assert.is(hex(answer.hr), hex(hr));
  assert.ok(answer.hr < 0);
  const record = JSON.parse(answer.error) as Record<string, unknown>;
  assert.equal([record['Success'], record['ErrorCode']], [false, hr]);
  assert.type(record['Error'], 'string');
  assert.is('json' in answer ? answer.json : answer.handle, 'json' in answer ? '' : undefined);
}

type Case = readonly [name: string, run: (bench: Bench) => Promise<void>];

const MISSING = { Network: 0x803b0001, Endpoint: 0x803b0002, Namespace: 0x80070490 } as const;
const KINDS: readonly Kind[] = ['Network', 'Endpoint', 'Namespace'];

const READING: readonly Case[] = [
  [
    'enumerate() answers ids by name, and an empty list',
    async ({ native }) => {
      assert.equal(document(await native.enumerate('Network', filter({ Name: 'cbr0' }))), [NETWORK_ID]);
      assert.equal(document(await native.enumerate('Network', filter({ Name: 'none' }))), []);
      assert.equal(document(await native.enumerate('Endpoint', QUERY)), []);
      const namespaces = document(await native.enumerate('Namespace', QUERY)) as unknown as readonly string[];
      assert.is(namespaces.length, SEED.namespaces.length);
    },
  ],
  [
    'open(), query() and close() of each kind',
    async ({ native }) => {
      await standing(native, ID, '10.244.3.3');
      for (const [kind, id] of [
        ['Network', NETWORK_ID],
        ['Endpoint', ID],
        ['Namespace', NS.toUpperCase()],
      ] as const) {
        const { hr, handle, error } = await native.open(kind, id.toLowerCase());
        assert.equal([hr, error, handle?.kind], [0, '', kind]);
        if (handle === undefined) continue;
        assert.is(typeof handle.value, 'bigint');
        assert.is(document(await native.query(handle, QUERY))['ID'], id);
        await native.close(handle);
      }
    },
  ],
  [
    'open() and delete() of what is not there',
    async ({ native }) => {
      for (const kind of KINDS) {
        refused(await native.open(kind, OTHER), MISSING[kind]);
        refused(await native.delete(kind, OTHER), MISSING[kind]);
      }
    },
  ],
  [
    'a request that is no JSON',
    async ({ native }) => {
      refused(await native.enumerate('Network', '{'), 0x803b001b);
      const network = await opened(native, 'Network', NETWORK_ID);
      refused(await native.query(network, 'x'), 0x803b001b);
      refused(await native.createEndpoint(network, ID, '['), 0x803b001b);
      await native.close(network);
    },
  ],
  [
    'hnsCall() answers a document, and a failure without a record',
    async ({ native }) => {
      assert.equal(document(await native.hnsCall('GET', '/globals/version', '')), {
        Success: true,
        Output: SEED.version,
      });
      const failed = await native.hnsCall('GET', '/nothing', '');
      assert.equal([hex(failed.hr), failed.json, failed.error], ['0x80070032', '', '']);
    },
  ],
];

const CHANGING: readonly Case[] = [
  [
    'createEndpoint() makes what the document says, under the id given',
    async ({ native, hns }) => {
      const { hr, handle, error } = await created(native, ID, settings('10.244.3.3'));
      assert.equal([hr, error, handle?.kind], [0, '', 'Endpoint']);
      if (handle === undefined) return;
      const made = document(await native.query(handle, QUERY));
      assert.equal([made['ID'], made['Name']], [ID, 'pod']);
      assert.equal(made['IpConfigurations'], [{ IpAddress: '10.244.3.3', PrefixLength: 24 }]);
      await native.close(handle);
      assert.equal(
        hns.dump().endpoints.map((each) => each['ID']),
        [ID],
      );
    },
  ],
  [
    'createEndpoint() of an id or an address in use, outside, or reserved',
    async ({ native, hns }) => {
      await standing(native, ID, '10.244.3.3');
      refused(await created(native, ID, settings('10.244.3.4')), 0x80071392);
      refused(await created(native, OTHER, settings('10.244.3.3')), 0x80071392);
      refused(await created(native, OTHER, settings('10.244.4.3')), 0x803b001e);
      refused(await created(native, OTHER, settings('10.244.3.1')), 0x803b002f);
      assert.is(hns.dump().endpoints.length, 1);
    },
  ],
  [
    'modify() adds an endpoint to a namespace and removes it',
    async ({ native }) => {
      await standing(native, ID, '10.244.3.3');
      const namespace = await opened(native, 'Namespace', NS);
      const members = async (): Promise<unknown> => document(await native.query(namespace, QUERY))['Resources'];
      const added = await native.modify(namespace, membership('Add', ID));
      assert.equal(added, { hr: 0, json: '', error: '' });
      assert.equal(await members(), [{ Type: 'Endpoint', Data: { Id: ID } }]);
      assert.equal(await native.modify(namespace, membership('Remove', ID)), { hr: 0, json: '', error: '' });
      assert.equal(await members(), []);
      refused(await native.modify(namespace, membership('Remove', ID)), 0x80070490);
      refused(await native.modify(namespace, membership('Add', OTHER)), 0x803b0002);
      await native.close(namespace);
    },
  ],
  [
    'delete() takes an endpoint away, once',
    async ({ native, hns }) => {
      await standing(native, ID, '10.244.3.3');
      assert.equal(await native.delete('Endpoint', ID.toLowerCase()), { hr: 0, json: '', error: '' });
      assert.equal(hns.dump().endpoints, []);
      refused(await native.delete('Endpoint', ID), 0x803b0002);
    },
  ],
  [
    'a handle outlives its object, and says so',
    async ({ native }) => {
      await standing(native, ID, '10.244.3.3');
      const endpoint = await opened(native, 'Endpoint', ID);
      await native.delete('Endpoint', ID);
      refused(await native.query(endpoint, QUERY), 0x803b0031);
      await native.close(endpoint);
    },
  ],
  [
    'close() of a handle that is closed already does no harm',
    async ({ native }) => {
      const network = await opened(native, 'Network', NETWORK_ID);
      await native.close(network);
      await native.close(network);
      refused(await native.query(network, QUERY), 0x80070006);
    },
  ],
];

/** Text of every width in UTF-16, and a document larger than any buffer one would guess. */
const WORDS = 'Käse — 名前 — 😀 "quoted" \\ back';

const HARD: readonly Case[] = [
  [
    'text of every width comes back as it went',
    async ({ native }) => {
      const { handle } = await created(native, ID, settings('10.244.3.3', { Name: WORDS }));
      if (handle === undefined) throw new Error('refused');
      assert.is(document(await native.query(handle, QUERY))['Name'], WORDS);
      await native.close(handle);
      assert.equal(document(await native.enumerate('Endpoint', filter({ Name: WORDS }))), [ID]);
    },
  ],
  [
    'a document of 300,000 characters comes back whole',
    async ({ native }) => {
      const Name = WORDS.repeat(300_000 / WORDS.length);
      const { handle } = await created(native, ID, settings('10.244.3.3', { Name }));
      if (handle === undefined) throw new Error('refused');
      assert.is(document(await native.query(handle, QUERY))['Name'], Name);
      await native.close(handle);
    },
  ],
  [
    'a failing call tells the record HNS gave, in whatever words',
    async ({ native, dispatcher }) => {
      dispatcher.faults.set([{ function: 'HcnOpenNetwork', hresult: '0x800705B4', error: WORDS }]);
      const failed = await native.open('Network', NETWORK_ID);
      refused(failed, 0x800705b4);
      assert.is((JSON.parse(failed.error) as { Error: string }).Error, `${WORDS} `);
    },
  ],
  [
    'a document that is empty or no JSON is handed over as it is',
    async ({ native, dispatcher }) => {
      for (const text of ['', 'x', '{']) {
        dispatcher.faults.set([{ function: 'HcnEnumerateNetworks', action: 'garbage', text }]);
        assert.equal(await native.enumerate('Network', QUERY), { hr: 0, json: text, error: '' });
      }
    },
  ],
  [
    'a slow call holds up no other',
    async ({ native, dispatcher }) => {
      dispatcher.setLatency({ HcnEnumerateNetworks: 200 });
      const order: string[] = [];
      const note = (name: string) => (): void => void order.push(name);
      await Promise.all([
        native.enumerate('Network', QUERY).then(note('slow')),
        native.enumerate('Endpoint', QUERY).then(note('quick')),
        native.enumerate('Namespace', QUERY).then(note('quick')),
      ]);
      assert.equal(order, ['quick', 'quick', 'slow']);
    },
  ],
  [
    'a call that hangs holds up no other, and its promise stays open',
    async ({ native, dispatcher }) => {
      dispatcher.faults.set([{ function: 'HcnEnumerateNetworks', action: 'hang' }]);
      let settled = false;
      const mark = (): void => {
        settled = true;
      };
      void native.enumerate('Network', QUERY).then(mark, mark);
      assert.equal(document(await native.enumerate('Endpoint', QUERY)), []);
      assert.is(settled, false);
    },
  ],
  [
    'fifty calls at once answer each what it asked',
    async ({ native }) => {
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      await Promise.all(
        numbers.map(async (n) => {
          const id = ID.replace(/..$/, n.toString(16).padStart(2, '0')).toUpperCase();
          const { handle } = await created(native, id, settings(`10.244.3.${n + 10}`, { Name: `pod ${n}` }));
          if (handle === undefined) throw new Error('refused');
          assert.is(document(await native.query(handle, QUERY))['Name'], `pod ${n}`);
          await native.close(handle);
        }),
      );
      const ids = document(await native.enumerate('Endpoint', QUERY)) as unknown as readonly string[];
      assert.is(ids.length, numbers.length);
    },
  ],
];

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** No handle open and no string unfreed; what a process frees reaches the service a moment later. */
async function nothingHeld({ hns }: Bench): Promise<void> {
  const held = (): readonly unknown[] =>
    hns.processes
      .report()
      .filter(({ live, openHandles }) => live !== 0 || openHandles.length > 0)
      .map(({ live, openHandles }) => ({ live, openHandles }));
  for (let tries = 0; held().length > 0 && tries < 200; tries++) await sleep(5);
  assert.equal(held(), []);
}

/** Runs every case on the bench; `stop` is called after the last one, pass or fail. */
export function nativeContract(
  kind: string,
  start: () => Promise<Bench & { readonly stop: () => Promise<void> }>,
): void {
  const contract = suite<{ bench: Awaited<ReturnType<typeof start>> }>(`Native: ${kind}`);
  contract.before(async (context) => {
    context.bench = await start();
  });
  contract.after(async ({ bench }) => {
    await bench.stop();
  });
  for (const [name, run] of [...READING, ...CHANGING, ...HARD]) {
    contract(name, async ({ bench }) => {
      fresh(bench);
      await run(bench);
      await nothingHeld(bench);
    });
  }
  contract.run();
}
