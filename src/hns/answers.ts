/** What came back of a call, as the JSON it should hold or the error to report; which calls there are is client.ts. */
import { isRecord, type Json } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import type { Answer } from './native.ts';
import type { Purpose, Session } from './session.ts';

/** The JSON object of an answer. Throws the error of the call, or code 100 when there is none. */
export function documentOf(session: Session, purpose: Purpose, answer: Answer): Json {
  const value = contentOf(session, purpose, answer);
  if (isRecord(value)) return value;
  throw unreadable(purpose, 'object');
}

/** The ids of an answer. A list that cannot be read is no empty one: what it lists would be taken for gone. */
export function idsOf(session: Session, purpose: Purpose, answer: Answer): readonly string[] {
  const value = contentOf(session, purpose, answer);
  if (Array.isArray(value)) return value.filter((id) => typeof id === 'string');
  throw unreadable(purpose, 'array');
}

function contentOf(session: Session, purpose: Purpose, { hr, json, error }: Answer): unknown {
  if (hr < 0) throw session.failure(purpose, { hr, error });
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

const unreadable = ({ call, task }: Purpose, wanted: string): CniError =>
  new CniError(Code.Hns, `Cannot ${task}: HNS answered no JSON ${wanted}`, { details: call });
