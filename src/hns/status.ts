/** HRESULTs of HNS that this plugin acts on or explains: the one table of names, causes and what they mean for a retry. */

/**
 * What a failed call says about the object:
 * `missing` it is not there; `exists` it, or what it would use, is there already; `reserved` its address may not be used;
 * `unavailable` HNS is down and the call did not run; `unknown` HNS may still carry the call out; `transient` it did not,
 * and may at the next try; `final` it did not and will not.
 */
export type Outcome = 'missing' | 'exists' | 'reserved' | 'unavailable' | 'unknown' | 'transient' | 'final';

export interface Status {
  readonly name: string;
  readonly outcome: Outcome;
  /** Likely cause, in words that follow a colon. */
  readonly cause: string;
}

type Row = readonly [hr: number, name: string, outcome: Outcome, cause: string];

/** Names from computenetwork.h / winerror.h (Windows SDK); causes from public reports, collected in docs/errors.md. */
export const ROWS: readonly Row[] = [
  [0x803b0001, 'HCN_E_NETWORK_NOT_FOUND', 'missing', 'the HNS network does not exist (any more)'],
  [0x803b0002, 'HCN_E_ENDPOINT_NOT_FOUND', 'missing', 'the endpoint does not exist (any more)'],
  [0x803b0003, 'HCN_E_LAYER_NOT_FOUND', 'transient', 'what the network lies on is gone, or not there yet'],
  [0x803b0004, 'HCN_E_SWITCH_NOT_FOUND', 'transient', 'the virtual switch of the network is gone, or not there yet'],
  [0x803b0005, 'HCN_E_SUBNET_NOT_FOUND', 'final', 'the network has no subnet that holds the address'],
  [0x803b0007, 'HCN_E_PORT_NOT_FOUND', 'missing', 'the switch port is gone'],
  [0x803b0009, 'HCN_E_VFP_PORTSETTING_NOT_FOUND', 'transient', 'the switch does not know the port of the endpoint yet'],
  [0x803b000c, 'HCN_E_INVALID_ENDPOINT', 'final', 'the endpoint document is not valid on this Windows build'],
  [0x803b000d, 'HCN_E_INVALID_POLICY', 'final', 'a policy is not valid, for example a CIDR with host bits'],
  [0x803b000e, 'HCN_E_INVALID_POLICY_TYPE', 'final', 'a policy type is unknown or not for this type of network'],
  [0x803b0010, 'HCN_E_NETWORK_ALREADY_EXISTS', 'exists', 'there is a network of that name'],
  [0x803b0012, 'HCN_E_POLICY_ALREADY_EXISTS', 'final', 'the policy is there already'],
  [0x803b0013, 'HCN_E_PORT_ALREADY_EXISTS', 'final', 'a host port is in use, or the dynamic ports are used up'],
  [0x803b0014, 'HCN_E_ENDPOINT_ALREADY_ATTACHED', 'exists', 'the endpoint is attached already'],
  [0x803b0015, 'HCN_E_REQUEST_UNSUPPORTED', 'final', 'this Windows build does not support the request'],
  [0x803b0017, 'HCN_E_DEGRADED_OPERATION', 'final', 'the object is degraded: it has to be deleted and made again'],
  [0x803b001a, 'HCN_E_REGKEY_FAILURE', 'transient', 'HNS could not read or write the registry'],
  [0x803b001b, 'HCN_E_INVALID_JSON', 'final', 'HNS could not read the document'],
  [0x803b001e, 'HCN_E_INVALID_IP', 'final', 'the address is outside every subnet of the network'],
  [0x803b0020, 'HCN_E_MANAGER_STOPPED', 'unavailable', 'the Host Networking Service is stopping'],
  [0x803b0025, 'GCN_E_NETADAPTER_TIMEOUT', 'transient', 'the adapter of the pod did not come in time'],
  [0x803b0026, 'GCN_E_NETADAPTER_NOT_FOUND', 'transient', 'the adapter of the pod is not there yet'],
  [0x803b0027, 'GCN_E_NETCOMPARTMENT_NOT_FOUND', 'transient', 'the compartment of the pod is not there yet'],
  [0x803b0028, 'GCN_E_NETINTERFACE_NOT_FOUND', 'transient', 'the interface of the pod is not there yet'],
  [0x803b002b, 'HCN_E_ENDPOINT_NAMESPACE_ALREADY_EXISTS', 'exists', 'the endpoint is in a namespace already'],
  [0x803b002c, 'HCN_E_ENTITY_HAS_REFERENCES', 'final', 'the object is still referenced'],
  [0x803b002e, 'HCN_E_NAMESPACE_ATTACH_FAILED', 'transient', 'HNS could not attach the endpoint to the namespace'],
  [0x803b002f, 'HCN_E_ADDR_INVALID_OR_RESERVED', 'reserved', 'the address is reserved in the network'],
  [0x803b0031, 'HCN_E_OBJECT_USED_AFTER_UNLOAD', 'missing', 'the object was deleted meanwhile'],
  [0x803b0034, 'HCN_E_ENDPOINT_NOT_ATTACHED', 'missing', 'the endpoint is not attached'],
  [0x80070005, 'E_ACCESSDENIED', 'final', 'the caller is neither administrator nor LocalSystem'],
  [0x80070020, 'ERROR_SHARING_VIOLATION', 'final', 'a host port is in use by another process'],
  [0x80070022, 'ERROR_WRONG_DISK', 'final', 'HNS holds objects of an older Windows build: its data has to be cleaned'],
  [0x80070057, 'E_INVALIDARG', 'final', 'a parameter is not valid, or the adapter belongs to another switch'],
  [0x80070426, 'ERROR_SERVICE_NOT_ACTIVE', 'unavailable', 'the Host Networking Service (hns) is not running'],
  [0x80070490, 'ERROR_NOT_FOUND', 'missing', 'the element does not exist (any more)'],
  [0x800705b4, 'ERROR_TIMEOUT', 'unknown', 'HNS gave up waiting'],
  [0x800706ba, 'RPC_S_SERVER_UNAVAILABLE', 'unavailable', 'the Host Networking Service (hns) is not running'],
  [0x800706be, 'RPC_S_CALL_FAILED', 'unknown', 'the Host Networking Service stopped during the call'],
  [0x800706bf, 'RPC_S_CALL_FAILED_DNE', 'unavailable', 'the Host Networking Service restarted before the call'],
  [0x80071392, 'ERROR_OBJECT_ALREADY_EXISTS', 'exists', 'the address or the object is in use already'],
  [0x8037010e, 'HCS_E_SYSTEM_NOT_FOUND', 'missing', 'no container of that id runs'],
  [0x80370110, 'HCS_E_SYSTEM_ALREADY_STOPPED', 'missing', 'the container has stopped already'],
  [0x80370105, 'HCS_E_INVALID_STATE', 'final', 'the container is in a state that does not allow it'],
  [0x80004001, 'E_NOTIMPL', 'final', 'this Windows build does not have the function'],
  // Nothing is known of what HNS did, so it is treated as if it might still happen.
  [0x80004005, 'E_FAIL', 'unknown', 'HNS failed without saying why'],
  [0x8000ffff, 'E_UNEXPECTED', 'unknown', 'HNS failed without saying why'],
];

const TABLE: ReadonlyMap<number, Status> = new Map(
  ROWS.map(([hr, name, outcome, cause]) => [hr, { name, outcome, cause }]),
);
const UNLISTED: Status = { name: 'unlisted', outcome: 'final', cause: 'no cause is known for this code' };

/** Older builds of HCS answer 0xC037xxxx where newer ones answer 0x8037xxxx (hcsshim internal/hcs/errors.go). */
const plain = (hr: number): number => (hr >>> 16 === 0xc037 ? hr & 0xbfffffff : hr) >>> 0;

/** The row of `hr` (signed or unsigned); codes not listed are final. */
export const statusOf = (hr: number): Status => TABLE.get(plain(hr)) ?? UNLISTED;

/** "0x803B0001", as Windows and its documentation write HRESULTs. */
export const hex = (hr: number): string => `0x${(hr >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
