/** Routes as documents of networks and endpoints name them. */
import { count, type Doc, text } from './json.ts';
import type { Route } from './node.ts';

/** A route document; next hop and prefix are "" when absent. */
export function routeOf(route: Doc): Route {
  const metric = count(route, 'Metric');
  return {
    NextHop: text(route, 'NextHop') ?? '',
    DestinationPrefix: text(route, 'DestinationPrefix') ?? '',
    ...(metric === undefined ? {} : { Metric: metric }),
  };
}
