/** The port filled with the real entry points of computenetwork.dll and vmcompute.dll, called through FFI. */
import { bind } from '../ffi/library.ts';
import { guidBytes, outPointer, wide } from '../ffi/strings.ts';
import type { System } from '../ffi/system.ts';
import { Code } from '../spec/error.ts';
import type { Answer, Handle, HandleKind, Kind, Native, Opened } from './native.ts';

const HRESULT = 'int32';
const WSTR = 'pointer'; // PCWSTR: UTF-16LE, NUL-terminated
const GUID = 'pointer'; // REFGUID: 16 bytes
const OUT = 'pointer'; // PWSTR* or HANDLE*
const HANDLE = 'pointer';

/** In the order of computenetwork.h (Windows SDK). */
const COMPUTE_NETWORK = {
  HcnEnumerateNetworks: [HRESULT, [WSTR, OUT, OUT]],
  HcnCreateNetwork: [HRESULT, [GUID, WSTR, OUT, OUT]],
  HcnOpenNetwork: [HRESULT, [GUID, OUT, OUT]],
  HcnModifyNetwork: [HRESULT, [HANDLE, WSTR, OUT]],
  HcnQueryNetworkProperties: [HRESULT, [HANDLE, WSTR, OUT, OUT]],
  HcnDeleteNetwork: [HRESULT, [GUID, OUT]],
  HcnCloseNetwork: [HRESULT, [HANDLE]],
  HcnEnumerateNamespaces: [HRESULT, [WSTR, OUT, OUT]],
  HcnOpenNamespace: [HRESULT, [GUID, OUT, OUT]],
  HcnModifyNamespace: [HRESULT, [HANDLE, WSTR, OUT]],
  HcnQueryNamespaceProperties: [HRESULT, [HANDLE, WSTR, OUT, OUT]],
  HcnDeleteNamespace: [HRESULT, [GUID, OUT]],
  HcnCloseNamespace: [HRESULT, [HANDLE]],
  HcnEnumerateEndpoints: [HRESULT, [WSTR, OUT, OUT]],
  HcnCreateEndpoint: [HRESULT, [HANDLE, GUID, WSTR, OUT, OUT]],
  HcnOpenEndpoint: [HRESULT, [GUID, OUT, OUT]],
  HcnModifyEndpoint: [HRESULT, [HANDLE, WSTR, OUT]],
  HcnQueryEndpointProperties: [HRESULT, [HANDLE, WSTR, OUT, OUT]],
  HcnDeleteEndpoint: [HRESULT, [GUID, OUT]],
  HcnCloseEndpoint: [HRESULT, [HANDLE]],
} as const;

/** Exported without a public header; signatures as hcsshim's internal/hns and internal/vmcompute declare them. */
const VMCOMPUTE = {
  HNSCall: [HRESULT, [WSTR, WSTR, WSTR, OUT]],
  HcsOpenComputeSystem: [HRESULT, [WSTR, OUT, OUT]],
  HcsModifyComputeSystem: [HRESULT, [HANDLE, WSTR, OUT]],
  HcsCloseComputeSystem: [HRESULT, [HANDLE]],
} as const;

const ABSENCE = {
  code: Code.HnsUnavailable,
  details: 'the Windows feature "Containers" brings it: Enable-WindowsOptionalFeature -Online -FeatureName Containers',
} as const;

/** Opens the entry points; nothing is loaded before the first call. */
export function entryPoints(system: System): Native {
  const hcn = bind(system.pathOf('computenetwork.dll'), COMPUTE_NETWORK, ABSENCE).async;
  const vmcompute = bind(system.pathOf('vmcompute.dll'), VMCOMPUTE, ABSENCE).async;
  const answer = answerer(system);
  const opened = openerOf(system);
  return {
    enumerate: (kind, query) => answer((json, error) => hcn[`HcnEnumerate${kind}s`](wide(query), json, error)),
    open: (kind, id) => {
      const name: `HcnOpen${Kind}` = `HcnOpen${kind}`;
      return opened(kind, (handle, error) => hcn[name](guidBytes(id), handle, error));
    },
    query: ({ kind, value }, query) =>
      answer((json, error) => hcn[`HcnQuery${kind}Properties`](value, wide(query), json, error)),
    modify: ({ kind, value }, settings) =>
      answer((_json, error) => hcn[`HcnModify${kind}`](value, wide(settings), error)),
    createNetwork: (id, settings) =>
      opened('Network', (handle, error) => hcn.HcnCreateNetwork(guidBytes(id), wide(settings), handle, error)),
    createEndpoint: (network, id, settings) =>
      opened('Endpoint', (handle, error) =>
        hcn.HcnCreateEndpoint(network.value, guidBytes(id), wide(settings), handle, error),
      ),
    delete: (kind, id) => answer((_json, error) => hcn[`HcnDelete${kind}`](guidBytes(id), error)),
    close: async ({ kind, value }) => {
      await (kind === 'ComputeSystem' ? vmcompute.HcsCloseComputeSystem(value) : hcn[`HcnClose${kind}`](value));
    },
    hnsCall: (method, path, body) => answer((json) => vmcompute.HNSCall(wide(method), wide(path), wide(body), json)),
    openSystem: async (id) =>
      asResult(
        await opened('ComputeSystem', (handle, result) => vmcompute.HcsOpenComputeSystem(wide(id), handle, result)),
      ),
    modifySystem: async ({ value }, configuration) =>
      asResult(await answer((_json, result) => vmcompute.HcsModifyComputeSystem(value, wide(configuration), result))),
  };
}

/** HCS fills its result document also when all is well, so that only a failed call's is an error record. */
const asResult = <T extends { readonly hr: number; readonly error: string }>(outcome: T): T =>
  outcome.hr < 0 ? outcome : { ...outcome, error: '' };

type Call = (first: Buffer, error: Buffer) => Promise<number>;

/** Runs a call with a document and an error record; both strings are freed, on failure too. */
const answerer =
  (system: System) =>
  async (call: Call): Promise<Answer> => {
    const json = outPointer();
    const error = outPointer();
    const hr = await call(json, error);
    return { hr, json: system.take(json.readBigUInt64LE()), error: system.take(error.readBigUInt64LE()) };
  };

const openerOf =
  (system: System) =>
  async <K extends HandleKind>(kind: K, call: Call): Promise<Opened<K>> => {
    const slot = outPointer();
    const error = outPointer();
    const hr = await call(slot, error);
    const value = slot.readBigUInt64LE();
    const handle: Handle<K> | undefined = hr >= 0 && value !== 0n ? { kind, value } : undefined;
    return { hr, handle, error: system.take(error.readBigUInt64LE()) };
  };
