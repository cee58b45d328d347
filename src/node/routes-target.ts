/** The host's route table as what a list of peers is reconciled with. */
import type { Adapter, IpHelper, Outcome, Route } from '../ip-helper/ip-helper.ts';
import { isAccessDenied } from '../ip-helper/status.ts';
import { formatCidr } from '../net/cidr.ts';
import { CniError } from '../spec/error.ts';
import type { Peer } from './peers.ts';
import { followed, ROUTE_FORM, ROUTE_TABLE } from './routes-table.ts';
import { type HostNetwork, routesFor } from './routes-wanted.ts';
import type { Failure, Writer } from './sync-apply.ts';
import type { Target } from './sync-run.ts';
import type { Self } from './sync-wanted.ts';

export interface RoutesJob {
  readonly peers: readonly Peer[];
  readonly self: Self;
  readonly adapters: readonly Adapter[];
  readonly metric: number;
}

/** Two calls: a table each. */
export function routesTarget(helper: IpHelper, { peers, adapters, ...asked }: RoutesJob): Target<Route> {
  const host: HostNetwork = { adapters, rows: [...helper.routes(4), ...helper.routes(6)] };
  const aliases = new Map(host.adapters.map(({ luid, alias }) => [luid, alias]));
  const onInterface = ({ luid }: Route): string => {
    const alias = aliases.get(luid);
    return alias === undefined ? '' : ` on "${alias}"`;
  };
  return {
    what: 'routes',
    table: ROUTE_TABLE,
    form: ROUTE_FORM,
    wanted: routesFor(peers, host, asked),
    present: host.rows,
    ownedOf: (recorded) => followed(recorded, host),
    describe: (route) =>
      `${formatCidr(route.destination)} by ${route.nextHop.text}${onInterface(route)}, metric ${route.metric}`,
    writer: routeWriter(helper),
  };
}

const routeWriter = (helper: IpHelper): Writer<Route> => ({
  create: (routes) => each(routes, (route) => attempt(route, () => helper.createRoute(route), CREATING)),
  set: (changes) => each(changes, ({ to }) => attempt(to, () => helper.setRoute(to), SETTING)),
  remove: (routes) => each(routes, (route) => attempt(route, () => helper.deleteRoute(route), REMOVING)),
});

/** Of the outcomes of a call, those that are none of what was wanted. */
type Flaws = Partial<Record<Outcome, string>>;

const CREATING: Flaws = { exists: 'another program has made it meanwhile', missing: 'its interface is gone' };
const SETTING: Flaws = { exists: 'Windows answers 5010 to a change', missing: 'it is gone, the next run makes it' };
/** What is gone already needs no removal. */
const REMOVING: Flaws = { exists: 'Windows answers 5010 to a removal' };

/** One call each: the table has none for several rows. */
const each = <T>(
  entries: readonly T[],
  write: (entry: T) => Failure<Route> | undefined,
): Promise<readonly Failure<Route>[]> => Promise.resolve(entries.map(write).filter((failure) => failure !== undefined));

/** The failure of a call. Without rights the run ends here. */
function attempt(entry: Route, call: () => Outcome, flaws: Flaws): Failure<Route> | undefined {
  try {
    const why = flaws[call()];
    return why === undefined ? undefined : { entry, why, mayBeOurs: false };
  } catch (failure) {
    if (!(failure instanceof CniError) || isAccessDenied(failure)) throw failure;
    return { entry, why: failure.message, mayBeOurs: true };
  }
}
