/** What all kinds of HCN objects have in common: enumerated by a filter, opened by id, queried; "is not there" is a value. */
import type { Json } from '../spec/decode.ts';
import { documentOf, idsOf } from './answers.ts';
import type { Answer, Handle, HandleKind, Kind, Opened } from './native.ts';
import type { Purpose, Session } from './session.ts';
import { statusOf } from './status.ts';
import { SCHEMA } from './wire.ts';

/** The query document for all of an object. */
export const QUERY = JSON.stringify({ SchemaVersion: SCHEMA });

/** A filter is JSON inside a JSON string, with the property names of the v1 schema (hcsshim's hcn package). */
const filtered = (filter: Json): string => JSON.stringify({ SchemaVersion: SCHEMA, Filter: JSON.stringify(filter) });

interface Lookup<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  readonly task: string;
}

/** The ids of all objects of a kind that a filter lets through. One call. */
export async function enumerate(
  session: Session,
  { kind, task, filter }: { readonly kind: Kind; readonly task: string; readonly filter: Json },
): Promise<readonly string[]> {
  const purpose = { call: `HcnEnumerate${kind}s`, task };
  const answer = await session.run(purpose, (native) => native.enumerate(kind, filtered(filter)));
  return idsOf(session, purpose, answer);
}

/** The handle, or undefined when the object is not there. */
export async function open<K extends Kind>(
  session: Session,
  { kind, id, task }: Lookup<K>,
): Promise<Handle<K> | undefined> {
  const purpose = { call: `HcnOpen${kind}`, task };
  const opened: Opened<K> = await session.run(purpose, (native) => native.open(kind, id));
  const handle = kept(session, opened);
  if (handle !== undefined) return handle;
  if (statusOf(opened.hr).outcome === 'missing') return undefined;
  throw session.failure(purpose, opened);
}

/** The handle of a call that succeeded. One that came along with an error record is of no use, but has to be closed. */
export function kept<K extends HandleKind>(session: Session, { handle, hr }: Opened<K>): Handle<K> | undefined {
  if (handle !== undefined) session.keep(handle);
  return hr < 0 ? undefined : handle;
}

/** The object with its handle, or undefined. Two calls. */
export async function openAndQuery<K extends Kind>(
  session: Session,
  lookup: Lookup<K>,
): Promise<{ readonly handle: Handle<K>; readonly document: Json } | undefined> {
  const handle = await open(session, lookup);
  if (handle === undefined) return undefined;
  const purpose = { call: `HcnQuery${lookup.kind}Properties`, task: lookup.task };
  const answer = await session.run(purpose, (native) => native.query(handle, QUERY));
  // Another process may delete the object between the two calls.
  if (statusOf(answer.hr).outcome === 'missing') return undefined;
  return { handle, document: documentOf(session, purpose, answer) };
}

/** Whether a removal removed something: what is not there is no failure. */
export function removed(session: Session, purpose: Purpose, answer: Answer): boolean {
  if (answer.hr >= 0) return true;
  if (statusOf(answer.hr).outcome === 'missing') return false;
  throw session.failure(purpose, answer);
}
