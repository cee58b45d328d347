/** HNSCall in the words of a test: a method, a path and a document, and what came back of each. */
import { hex } from '../../native/simulator/errors.ts';
import type { Doc, Session } from './hns-session.ts';

export interface V1Answer {
  readonly hresult: string;
  /** The envelope; undefined when only the HRESULT came back. */
  readonly envelope: Doc | undefined;
  readonly output: Doc;
}

export function v1(session: Session, call: string, body?: object): V1Answer {
  const [method = '', path = ''] = call.split(' ');
  const args = { method, path, body: body === undefined ? '' : JSON.stringify(body) };
  const { hresult, response } = session.call('HNSCall', args);
  const envelope = response === undefined ? undefined : (JSON.parse(response) as Doc);
  return { hresult: hex(hresult), envelope, output: (envelope?.['Output'] ?? {}) as Doc };
}
