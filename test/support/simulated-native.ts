/** The HNS port filled by the simulator inside this process: the same state machine as behind the C entry points. */
import type { Args, Reply } from '../../native/simulator/call.ts';
import type { Dispatcher } from '../../native/simulator/dispatch.ts';
import type { Answer, Handle, HandleKind, Native, Opened } from '../../src/hns/native.ts';

/** What the traces call the handle of each kind. */
const HANDLE = { Network: 'network', Endpoint: 'endpoint', Namespace: 'namespace', ComputeSystem: 'system' } as const;

export interface SimulatedCaller {
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
  /** The token of the calling process. */
  readonly process: string;
}

/** There are no strings to free in here; open handles are counted by the state machine as for any process. */
export function simulatedNative({ dispatcher, process }: SimulatedCaller): Native {
  const call = (name: string, args: Args): Promise<Reply> => dispatcher.dispatch({ process, function: name, args });
  return {
    enumerate: async (kind, query) => answerOf(await call(`HcnEnumerate${kind}s`, { query })),
    open: async (kind, id) => openedOf(kind, await call(`HcnOpen${kind}`, { id })),
    query: async (handle, query) =>
      answerOf(await call(`HcnQuery${handle.kind}Properties`, { ...handleArgument(handle), query })),
    modify: async (handle, settings) =>
      answerOf(await call(`HcnModify${handle.kind}`, { ...handleArgument(handle), settings })),
    createEndpoint: async (network, id, settings) =>
      openedOf('Endpoint', await call('HcnCreateEndpoint', { ...handleArgument(network), id, settings })),
    delete: async (kind, id) => answerOf(await call(`HcnDelete${kind}`, { id })),
    close: async (handle) => {
      const name = handle.kind === 'ComputeSystem' ? 'HcsCloseComputeSystem' : `HcnClose${handle.kind}`;
      await call(name, handleArgument(handle));
    },
    createNetwork: async (id, settings) => openedOf('Network', await call('HcnCreateNetwork', { id, settings })),
    openSystem: async (id) => openedOf('ComputeSystem', await call('HcsOpenComputeSystem', { id })),
    modifySystem: async (system, configuration) =>
      answerOf(await call('HcsModifyComputeSystem', { ...handleArgument(system), configuration })),
    // HNSCall has no place for an error record.
    hnsCall: async (method, path, body) => ({ ...answerOf(await call('HNSCall', { method, path, body })), error: '' }),
  };
}

const handleArgument = ({ kind, value }: Handle<HandleKind>): Args => ({ [HANDLE[kind]]: Number(value) });

const answerOf = ({ hresult, response, error }: Reply): Answer => ({
  hr: hresult,
  json: response ?? '',
  error: error ?? '',
});

function openedOf<K extends HandleKind>(kind: K, { hresult, handle, error }: Reply): Opened<K> {
  return {
    hr: hresult,
    handle: handle === undefined ? undefined : { kind, value: BigInt(handle) },
    error: error ?? '',
  };
}
