/** HNS for the minimal plugin: the calls it needs, sent to the simulator's dispatcher as one process of its own. */
import type { Args, Reply } from '../../../../native/simulator/call.ts';
import { hex } from '../../../../native/simulator/errors.ts';
import { isObject, type Json, objects, parseOne, textAt } from '../../json.ts';
import type { Is } from '../mutants.ts';
import { Code, Failure } from './failure.ts';

/** One call; never settles once the process is dead. */
export type Call = (name: string, args: Args) => Promise<Reply>;

type Kind = 'Network' | 'Endpoint' | 'Namespace';

export interface Hns {
  readonly network: (name: string) => Promise<Json | undefined>;
  /** Ids of the endpoints on a network, upper case. */
  readonly endpointIds: (networkId: string) => Promise<readonly string[]>;
  readonly endpoint: (id: string) => Promise<Json | undefined>;
  /** Ids of the endpoints in a namespace; undefined when there is no such namespace. */
  readonly members: (netns: string) => Promise<readonly string[] | undefined>;
  /** False when the address or the id is taken. */
  readonly create: (networkId: string, id: string, document: Json) => Promise<boolean>;
  readonly attach: (netns: string, id: string) => Promise<void>;
  /** One that is gone already is as good as removed. */
  readonly remove: (id: string) => Promise<void>;
}

const SCHEMA = { SchemaVersion: { Major: 2, Minor: 0 } };
/** Element, network and endpoint "not found" (winerror.h, the HCN section of the Windows SDK). */
const GONE = [0x80070490, 0x803b0001, 0x803b0002];
/** Object already exists; address invalid or reserved. */
const TAKEN = [0x80071392, 0x803b002f];

const isOneOf = ({ hresult }: Reply, codes: readonly number[]): boolean => codes.includes(hresult >>> 0);

export function createHns(call: Call, is: Is, memory: Map<string, string>): Hns {
  const gone = is('deniedIsGone') ? [...GONE, 0x80070005] : GONE;
  // The record's own words stay out: "not found" in them would be taken for the answer that all is gone.
  const demand = (reply: Reply, task: string): void => {
    const words = is('quotesHns') ? ` ${reply.error ?? ''}` : '';
    if (reply.hresult < 0) throw new Failure(Code.hns, `Cannot ${task}: HNS answered ${hex(reply.hresult)}${words}`);
  };
  const handleOf = (reply: Reply, task: string): number => {
    demand(reply, task);
    return reply.handle ?? 0;
  };
  const parsed = (reply: Reply, task: string): unknown => {
    demand(reply, task);
    const value = parseOne(reply.response ?? '');
    if (value === undefined) throw new Failure(Code.hns, `Cannot ${task}: HNS answered what is no JSON`);
    return value;
  };
  const open = async (kind: Kind, id: string): Promise<number | undefined> => {
    const reply = await call(`HcnOpen${kind}`, { id });
    return isOneOf(reply, gone) ? undefined : handleOf(reply, `open ${kind} ${id}`);
  };
  const using = async <T>(kind: Kind, id: string, work: (handle: number) => Promise<T>): Promise<T | undefined> => {
    const handle = await open(kind, id);
    if (handle === undefined) return undefined;
    try {
      return await work(handle);
    } finally {
      await call(`HcnClose${kind}`, { [kind.toLowerCase()]: handle });
    }
  };
  const list = async (kind: Kind, filter: Json): Promise<readonly string[]> => {
    const query = JSON.stringify({ ...SCHEMA, Filter: JSON.stringify(filter) });
    const found = parsed(await call(`HcnEnumerate${kind}s`, { query }), `list ${kind}s`);
    return Array.isArray(found) ? found.map((id) => String(id).toUpperCase()) : [];
  };
  const read = (kind: Kind, id: string): Promise<Json | undefined> =>
    using(kind, id, async (handle) => {
      const query = { [kind.toLowerCase()]: handle, query: JSON.stringify(SCHEMA) };
      const value = parsed(await call(`HcnQuery${kind}Properties`, query), `read ${kind} ${id}`);
      return isObject(value) ? value : {};
    });
  return {
    network: async (name) => {
      const remembered = is('remembersNetwork') ? memory.get(name) : undefined;
      const [id = ''] = remembered === undefined ? await list('Network', { Name: name }) : [remembered];
      memory.set(name, id);
      return id === '' ? undefined : read('Network', id);
    },
    endpointIds: (networkId) => list('Endpoint', { VirtualNetwork: networkId }),
    endpoint: (id) => read('Endpoint', id),
    members: async (netns) => {
      const found = await read('Namespace', netns);
      return found === undefined ? undefined : objects(found['Resources']).map(({ Data }) => memberId(Data));
    },
    create: async (networkId, id, document) => {
      const made = await using('Network', networkId, async (network) => {
        const reply = await call('HcnCreateEndpoint', {
          network,
          id,
          settings: JSON.stringify({ ...SCHEMA, ...document }),
        });
        if (isOneOf(reply, TAKEN)) return false;
        await call('HcnCloseEndpoint', { endpoint: handleOf(reply, `create endpoint ${id}`) });
        return true;
      });
      if (made === undefined) throw new Failure(Code.hns, `Cannot create endpoint ${id}: its network has gone`);
      return made;
    },
    attach: async (netns, id) => {
      const settings = { RequestType: 'Add', ResourceType: 'Endpoint', Settings: { EndpointId: id } };
      const done = await using('Namespace', netns, async (namespace) => {
        demand(await call('HcnModifyNamespace', { namespace, settings: JSON.stringify(settings) }), `attach ${id}`);
        return true;
      });
      if (done === undefined)
        throw new Failure(Code.environment, `Cannot use CNI_NETNS: there is no namespace ${netns}`);
    },
    remove: async (id) => {
      const reply = await call('HcnDeleteEndpoint', { id });
      if (!isOneOf(reply, gone)) demand(reply, `delete endpoint ${id}`);
    },
  };
}

const memberId = (data: unknown): string => (isObject(data) ? textAt(data, 'Id').toUpperCase() : '');
