/** The port to HNS in TypeScript's words: strings in, an Answer out, memory already copied and freed. */

export type Kind = 'Network' | 'Endpoint' | 'Namespace';
/** What can be open: the objects of HCN, and the compute systems (running containers) of HCS. */
export type HandleKind = Kind | 'ComputeSystem';

/** An open handle; one kind of handle cannot be given where another is wanted. */
export interface Handle<K extends HandleKind> {
  readonly kind: K;
  readonly value: bigint;
}

export interface Answer {
  /** HRESULT, signed 32 bit as Windows returns it; negative is failure. */
  readonly hr: number;
  /** JSON document the call produced; "" when none. */
  readonly json: string;
  /** JSON error record the call produced; "" when none. */
  readonly error: string;
}

export interface Opened<K extends HandleKind> extends Omit<Answer, 'json'> {
  /** Absent when the call failed. */
  readonly handle: Handle<K> | undefined;
}

/** One function for each pattern of computenetwork.h; GUIDs are bare text, documents are JSON text. */
export interface Native {
  readonly enumerate: (kind: Kind, query: string) => Promise<Answer>;
  readonly open: <K extends Kind>(kind: K, id: string) => Promise<Opened<K>>;
  readonly query: (handle: Handle<Kind>, query: string) => Promise<Answer>;
  readonly modify: (handle: Handle<Kind>, settings: string) => Promise<Answer>;
  readonly createNetwork: (id: string, settings: string) => Promise<Opened<'Network'>>;
  readonly createEndpoint: (network: Handle<'Network'>, id: string, settings: string) => Promise<Opened<'Endpoint'>>;
  readonly delete: (kind: Kind, id: string) => Promise<Answer>;
  readonly close: (handle: Handle<HandleKind>) => Promise<void>;
  /** vmcompute's HNSCall: the v1 calls and the globals. */
  readonly hnsCall: (method: string, path: string, body: string) => Promise<Answer>;
  /** vmcompute's HCS: a running container by its id. */
  readonly openSystem: (id: string) => Promise<Opened<'ComputeSystem'>>;
  readonly modifySystem: (system: Handle<'ComputeSystem'>, configuration: string) => Promise<Answer>;
}
