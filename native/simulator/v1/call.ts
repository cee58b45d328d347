/** HNSCall, the v1 entry point: a method and a path find what serves them, and the answer goes into its envelope. */
import { written } from '../arguments.ts';
import type { Context, Reply } from '../call.ts';
import { Code, errorRecord, HnsFailure, isHcn, refuse } from '../errors.ts';
import { canonical } from '../guid.ts';
import { parseDoc } from '../json.ts';
import type { Switches } from '../switches.ts';
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

/** Carries out one call; whether a failure is an HRESULT or stands in the envelope is a switch. */
export function hnsCall({ node, args }: Context): Omit<Reply, 'hresult'> {
  try {
    const { route, id } = routeOf(written(args, 'method'), written(args, 'path'));
    const output = route({ node, id, body: () => parseDoc(written(args, 'body')) });
    return { response: JSON.stringify({ Success: true, ...(output === undefined ? {} : { Output: output }) }) };
  } catch (failure) {
    if (!(failure instanceof HnsFailure) || !isTold(node.switches.v1ErrorStyle, failure.hresult)) throw failure;
    return { response: errorRecord(failure.hresult) };
  }
}

/** Whether the envelope tells of the failure, while the HRESULT is S_OK. */
const isTold = (style: Switches['v1ErrorStyle'], hresult: number): boolean =>
  style === 'json' || (style === 'mixed' && isHcn(hresult));

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
