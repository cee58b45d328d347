/** The answer of a failed call: HRESULT, and the record of the family its export belongs to. */
import type { Reply } from './call.ts';
import { Code, errorRecord, hcsRecord, isHcn, signed } from './errors.ts';
import { IP_HELPER_CALLS } from './host-calls.ts';
import type { Node } from './node.ts';

export interface Failure {
  /** The export. */
  readonly name: string;
  /** Signed or not. */
  readonly hresult: number;
  /** The record's, instead of the system's own for the code. */
  readonly text?: string | undefined;
}

export function failed(node: Node, { name, hresult, text }: Failure): Reply {
  if (IP_HELPER_CALLS.has(name)) return { hresult: win32Of(hresult) };
  if (name === 'HNSCall') return v1Failure(node, { name, hresult, text });
  const record = name.startsWith('Hcs') ? hcsRecord : errorRecord;
  return { hresult: signed(hresult), error: record(hresult, text) };
}

/** IP Helper answers codes of Win32, without a record; an HRESULT of their facility is the code it wraps. */
const win32Of = (code: number): number => (code >>> 16 === 0x8007 ? code & 0xffff : code >>> 0);

/** HNSCall has no place for a record: what it tells is the HRESULT or stands in the envelope. */
function v1Failure({ switches }: Node, { hresult, text }: Failure): Reply {
  const isMixed = switches.v1ErrorStyle === 'mixed' && isHcn(hresult);
  const isInEnvelope = (switches.v1ErrorStyle === 'json' || isMixed) && !OF_NOBODY.includes(hresult >>> 0);
  return isInEnvelope ? { hresult: Code.Ok, response: errorRecord(hresult, text) } : { hresult: signed(hresult) };
}

/** What is answered when there is no service to write an envelope. */
const OF_NOBODY: readonly number[] = [Code.ServiceNotActive, Code.RpcUnavailable, Code.RpcFailed, Code.RpcUnexecuted];
