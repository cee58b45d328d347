/** HNSCall, the v1 entry point: a method and a path find what serves them, and its answer goes into the envelope. */
import { written } from '../arguments.ts';
import type { Context, Reply } from '../call.ts';
import { Code, refuse } from '../errors.ts';
import { canonical } from '../guid.ts';
import { parseDoc } from '../json.ts';
import { ENDPOINT_ROUTES } from './endpoints.ts';
import { NAMESPACE_ROUTES } from './namespaces.ts';
import { NETWORK_ROUTES } from './networks.ts';
import { POLICY_LIST_ROUTES } from './policy-lists.ts';
import type { Route, Routes } from './route.ts';

const ROUTES: Routes = {
  'GET /globals/version': ({ node }) => node.version,
  ...NETWORK_ROUTES,
  ...ENDPOINT_ROUTES,
  ...NAMESPACE_ROUTES,
  ...POLICY_LIST_ROUTES,
};

/** Carries out one call; how a failure is told is failures.ts. */
export function hnsCall({ node, args }: Context): Omit<Reply, 'hresult'> {
  const { route, id } = routeOf(written(args, 'method'), written(args, 'path'));
  const output = route({ node, id, body: () => parseDoc(written(args, 'body')) });
  return { response: JSON.stringify({ Success: true, ...(output === undefined ? {} : { Output: output }) }) };
}

/** Collections end with a slash and objects do not; either is taken for both. */
function routeOf(method: string, path: string): { readonly route: Route; readonly id: string } {
  const [collection = '', object, ...verbs] = path.split('/').filter((part) => part !== '');
  const exact = ROUTES[`${method} ${path}`];
  if (exact !== undefined) return { route: exact, id: '' };
  const name = [
    `${method} /${collection}/`,
    ...(object === undefined ? [] : ['{id}']),
    ...verbs.map((verb) => `/${verb}`),
  ];
  const route = ROUTES[name.join('')] ?? refuse(Code.NotSupported);
  return { route, id: object === undefined ? '' : (canonical(object) ?? refuse(Code.GuidConversion)) };
}
