/** What a path of the v1 API is served by. */
import type { Doc } from '../json.ts';
import type { Node } from '../node.ts';

export interface V1Request {
  readonly node: Node;
  /** The GUID in the path, canonical; "" when the path has none. */
  readonly id: string;
  /** The object in the body; anything else ends the call. */
  readonly body: () => Doc;
}

/** Answers the Output of the envelope; undefined leaves the key out. */
export type Route = (request: V1Request) => unknown;

/** Routes by method and path, `{id}` where a GUID stands. */
export type Routes = Readonly<Record<string, Route>>;
