/** HNSCall, the v1 entry point: only the version of HNS is served so far. */
import type { Context, Reply } from './call.ts';
import { Code, refuse } from './errors.ts';

/** `GET /globals/version`; every other method or path is 0x80070032. */
export function globals({ node, args }: Context): Omit<Reply, 'hresult'> {
  if (args['method'] !== 'GET' || args['path'] !== '/globals/version') refuse(Code.NotSupported);
  return { response: JSON.stringify({ Success: true, Output: node.version }) };
}
