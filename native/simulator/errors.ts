/** HRESULTs that the simulated service answers, and the document that explains one; who answers which is not here. */

/** HRESULTs as headers print them: unsigned. Names after winerror.h and the HCN and HCS sections of the Windows SDK. */
export const Code = {
  Ok: 0,
  NotImplemented: 0x80004001,
  AccessDenied: 0x80070005,
  InvalidHandle: 0x80070006,
  SharingViolation: 0x80070020,
  NotSupported: 0x80070032,
  DuplicateName: 0x80070034,
  InvalidParameter: 0x80070057,
  ServiceNotActive: 0x80070426,
  NotFound: 0x80070490,
  Timeout: 0x800705b4,
  RpcUnavailable: 0x800706ba,
  RpcFailed: 0x800706be,
  RpcUnexecuted: 0x800706bf,
  AlreadyExists: 0x80071392,
  NetworkNotFound: 0x803b0001,
  EndpointNotFound: 0x803b0002,
  SubnetNotFound: 0x803b0005,
  AdapterNotFound: 0x803b0006,
  PolicyNotFound: 0x803b0008,
  InvalidNetwork: 0x803b000a,
  InvalidNetworkType: 0x803b000b,
  InvalidEndpoint: 0x803b000c,
  InvalidPolicy: 0x803b000d,
  InvalidPolicyType: 0x803b000e,
  RemoteEndpoint: 0x803b000f,
  NetworkExists: 0x803b0010,
  PortExists: 0x803b0013,
  AlreadyAttached: 0x803b0014,
  RequestUnsupported: 0x803b0015,
  MappingNotSupported: 0x803b0016,
  GuidConversion: 0x803b0019,
  InvalidJson: 0x803b001b,
  InvalidJsonReference: 0x803b001c,
  InvalidIp: 0x803b001e,
  EndpointHasNamespace: 0x803b002b,
  HasReferences: 0x803b002c,
  InvalidInternalPort: 0x803b002d,
  AttachFailed: 0x803b002e,
  AddressReserved: 0x803b002f,
  InvalidPrefix: 0x803b0030,
  UsedAfterUnload: 0x803b0031,
  InterfaceParametersApplied: 0x803b0036,
  SystemWrongState: 0xc0370105,
  SystemUnknownMessage: 0xc037010b,
  SystemInvalidJson: 0xc037010d,
  SystemNotFound: 0xc037010e,
  SystemStopped: 0xc0370110,
} as const;

/** System texts, each with the trailing space that Windows leaves. Clients must not decide on them. */
const TEXTS: Readonly<Record<number, string>> = {
  [Code.NotImplemented]: 'Not implemented ',
  [Code.AccessDenied]: 'Access is denied. ',
  [Code.InvalidHandle]: 'The handle is invalid. ',
  [Code.SharingViolation]: 'The process cannot access the file because it is being used by another process. ',
  [Code.NotSupported]: 'The request is not supported. ',
  [Code.DuplicateName]: 'You were not connected because a duplicate name exists on the network. ',
  [Code.InvalidParameter]: 'The parameter is incorrect. ',
  [Code.ServiceNotActive]: 'The service has not been started. ',
  [Code.NotFound]: 'Element not found. ',
  [Code.Timeout]: 'This operation returned because the timeout period expired. ',
  [Code.RpcUnavailable]: 'The RPC server is unavailable. ',
  [Code.RpcFailed]: 'The remote procedure call failed. ',
  [Code.RpcUnexecuted]: 'The remote procedure call failed and did not execute. ',
  [Code.AlreadyExists]: 'The object already exists. ',
  [Code.NetworkNotFound]: 'The network was not found. ',
  [Code.EndpointNotFound]: 'The endpoint was not found. ',
  [Code.SubnetNotFound]: 'The subnet was not found. ',
  [Code.AdapterNotFound]: 'An adapter was not found. ',
  [Code.PolicyNotFound]: 'The policy was not found. ',
  [Code.InvalidNetwork]: 'The provided network configuration is invalid or missing parameters. ',
  [Code.InvalidNetworkType]: 'Invalid network type. ',
  [Code.InvalidEndpoint]: 'The provided endpoint configuration is invalid or missing parameters. ',
  [Code.InvalidPolicy]: 'The provided policy configuration is invalid or missing parameters. ',
  [Code.InvalidPolicyType]: 'Invalid policy type. ',
  [Code.RemoteEndpoint]: 'This requested operation is invalid for a remote endpoint. ',
  [Code.NetworkExists]: 'A network with this name already exists. ',
  [Code.PortExists]: 'The specified port already exists. ',
  [Code.AlreadyAttached]: 'This endpoint is already attached to the switch. ',
  [Code.RequestUnsupported]: 'The specified request is unsupported. ',
  [Code.MappingNotSupported]: 'Port mapping is not supported on the given network. ',
  [Code.GuidConversion]: 'A text could not be converted to a GUID. ',
  [Code.InvalidJson]: 'Invalid JSON document string. ',
  [Code.InvalidJsonReference]: 'A reference in the JSON document is invalid. ',
  [Code.InvalidIp]: 'IP address is either invalid or not part of any configured subnet(s). ',
  [Code.EndpointHasNamespace]: 'This endpoint already has a namespace. ',
  [Code.HasReferences]: 'The specified entity cannot be removed while it still has references. ',
  [Code.InvalidInternalPort]: 'The internal port must exist and cannot be zero. ',
  [Code.AttachFailed]: 'The requested operation for attach namespace failed. ',
  [Code.AddressReserved]: 'An address provided is invalid or reserved. ',
  [Code.InvalidPrefix]: 'The prefix is invalid. ',
  [Code.UsedAfterUnload]: 'A call was performed against an object that was torn down. ',
  [Code.InterfaceParametersApplied]: 'Interface parameters have been applied already. ',
  [Code.SystemWrongState]: 'The requested operation is not valid in the present state. ',
  [Code.SystemUnknownMessage]: 'The message is unknown. ',
  [Code.SystemInvalidJson]: 'The JSON document is invalid. ',
  [Code.SystemNotFound]: 'A Compute System with the specified identifier does not exist. ',
  [Code.SystemStopped]: 'The compute system has stopped. ',
};

/** Why a call fails; thrown by the objects, turned into HRESULT and record in hns.ts. */
export class HnsFailure extends Error {
  override readonly name = 'HnsFailure';
  /** Unsigned. */
  readonly hresult: number;

  constructor(hresult: number) {
    super(`${hex(hresult)} ${TEXTS[hresult] ?? ''}`.trim());
    this.hresult = hresult;
  }
}

/** Ends the call with this HRESULT. */
export function refuse(hresult: number): never {
  throw new HnsFailure(hresult);
}

/** Whether the code is one of HNS's own (facility 59), not one of Win32. */
export const isHcn = (hresult: number): boolean => (hresult & 0x1fff0000) === 0x003b0000;

/** Ends the call with what a switch answers; 0 lets it go on. */
export function refuseBy(answer: number): void {
  if (answer !== Code.Ok) refuse(answer);
}

/** The HRESULT as a C caller sees it: a signed 32-bit number. */
export const signed = (hresult: number): number => hresult | 0;

/** The HRESULT as Windows prints it: `0x803B0002`. */
export const hex = (hresult: number): string => `0x${(hresult >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;

/** The result document of a failed v2 call: unsigned code, text with a trailing space. */
export function errorRecord(hresult: number, text?: string): string {
  return JSON.stringify({ Success: false, Error: wordsOf(hresult, text), ErrorCode: hresult >>> 0 });
}

/** The result document of a failed call of the Host Compute Service: signed code. */
export function hcsRecord(hresult: number, text?: string): string {
  return JSON.stringify({ Error: signed(hresult), ErrorMessage: wordsOf(hresult, text) });
}

const wordsOf = (hresult: number, text: string | undefined): string =>
  text === undefined ? (TEXTS[hresult >>> 0] ?? 'Unspecified error ') : `${text.trimEnd()} `;
