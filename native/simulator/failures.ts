/** The answer of a failed call: HRESULT and the record of the family its export belongs to. */
import type { Reply } from './call.ts';
import { errorRecord, hcsRecord, signed } from './errors.ts';

/** `text` is the record's, else the system's own for the code. HNSCall has no place for a record. */
export function failed(name: string, hresult: number, text?: string): Reply {
  if (name === 'HNSCall') return { hresult: signed(hresult) };
  return { hresult: signed(hresult), error: recordOf(name)(hresult, text) };
}

const recordOf = (name: string): typeof errorRecord => (name.startsWith('Hcs') ? hcsRecord : errorRecord);
