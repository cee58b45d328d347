/** One process talking to the state machine of the simulator, in the words of a test. */
import type { Args, Reply } from '../../native/simulator/call.ts';
import { hex } from '../../native/simulator/errors.ts';
import { createHns, type Hns } from '../../native/simulator/hns.ts';
import type { Switches } from '../../native/simulator/switches.ts';
import { seedNamed } from './peer-traces.ts';

/** Ids of the seeds `base` and `cbr0`. */
export const CBR0 = 'C0A8E101-1B1D-4B1D-8B1D-0000000CB000';
export const HOST = '910F7D92-BA2D-4C3F-98AE-7C0AC590D2DC';
export const POD1 = '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C01';
export const POD2 = '5B0A8F4E-2B1D-4E57-9C4A-3F6D2E7A1C02';
export const ZERO = '00000000-0000-0000-0000-000000000000';
export const QUERY = '{"SchemaVersion":{"Major":2,"Minor":0}}';

export type Doc = Readonly<Record<string, unknown>>;

export interface Session {
  readonly hns: Hns;
  readonly call: (name: string, args?: Args) => Reply;
  /** The HRESULT of a call, as Windows prints it. */
  readonly code: (name: string, args?: Args) => string;
  /** The handle of a call that must succeed. */
  readonly open: (name: string, args: Args) => number;
  /** The document of a call that must succeed. */
  readonly read: (name: string, args: Args) => unknown;
  /** Creates an endpoint on a network: the HRESULT. */
  readonly createEndpoint: (settings?: Doc, where?: { readonly network?: string; readonly id?: string }) => string;
  /** The v2 document of an endpoint. */
  readonly endpoint: (id: string) => Doc;
  /** Adds or removes a resource of a namespace: the HRESULT. */
  readonly attach: (namespace: string, endpoint: string, request?: 'Add' | 'Remove') => string;
}

/** A document as a call takes it: with its schema version. */
export const document = (settings: object): string =>
  JSON.stringify({ SchemaVersion: { Major: 2, Minor: 0 }, ...settings });

/** A node with the seeds `base` and `cbr0`, or those named. */
export function startSession(switches: Partial<Switches> = {}, seeds: readonly string[] = ['base', 'cbr0']): Session {
  const hns = createHns(switches);
  for (const name of seeds) hns.seed(seedNamed(name));
  return sessionOn(hns);
}

export function sessionOn(hns: Hns, process = 'test'): Session {
  const call: Session['call'] = (name, args = {}) => hns.call({ process, function: name, args });
  const must = (name: string, args: Args): Reply => {
    const reply = call(name, args);
    if (reply.hresult !== 0) throw new Error(`${name} answered ${hex(reply.hresult)}`);
    return reply;
  };
  const open: Session['open'] = (name, args) => must(name, args).handle ?? 0;
  const read: Session['read'] = (name, args) => JSON.parse(must(name, args).response ?? 'null') as unknown;
  const code: Session['code'] = (name, args) => hex(call(name, args).hresult);
  return {
    hns,
    call,
    code,
    open,
    read,
    createEndpoint: (settings = {}, { network = CBR0, id = ZERO } = {}) =>
      code('HcnCreateEndpoint', { network: open('HcnOpenNetwork', { id: network }), id, settings: document(settings) }),
    endpoint: (id) =>
      read('HcnQueryEndpointProperties', { endpoint: open('HcnOpenEndpoint', { id }), query: QUERY }) as Doc,
    attach: (namespace, endpoint, request = 'Add') =>
      code('HcnModifyNamespace', {
        namespace: open('HcnOpenNamespace', { id: namespace }),
        settings: JSON.stringify({
          ResourceType: 'Endpoint',
          RequestType: request,
          Settings: { EndpointId: endpoint },
        }),
      }),
  };
}
