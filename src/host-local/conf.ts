/** The configuration as host-local reads it: whoever calls it may be a plugin that is not ours, so routes are passed on as they are. */
import type { Files } from '../disk/files.ts';
import { requireExpressible } from '../ipam/config.ts';
import { folderOf } from '../ipam/data-dir.ts';
import { type Layout, layoutOf } from '../ipam/layout.ts';
import type { Clock, Lock } from '../ipam/lease.ts';
import { decodeSets, type RangeSet } from '../ipam/ranges.ts';
import { type Assigned, askedIn, assign } from '../ipam/requested.ts';
import { dnsIn } from '../ipam/resolv-conf.ts';
import { ROUTE_KEYS, route } from '../ipam/routes.ts';
import { formatCidr } from '../net/cidr.ts';
import { badArgument, type CniArguments } from '../spec/arguments.ts';
import { type Decoder, integer, type Json, list, optional, record, required, text } from '../spec/decode.ts';
import type { ResultDns, ResultRoute } from '../spec/result.ts';

/** What host-local works on; main.ts fills it. */
export interface HostLocalPorts {
  readonly files: Files;
  readonly lock: Lock;
  readonly clock: Clock;
  /** File names as host-local makes them on Windows. */
  readonly windows: boolean;
  /** Absolute. */
  readonly defaultDataDir: string;
  /** How long the lock may be waited for. */
  readonly remainingMs: () => number;
}

const PATH = 'ipam';

/** `ipam.type` does not matter: the caller has chosen by it already. */
const sectionOf = (config: Json): Json => required(config, PATH, { path: '', as: record });

/** Where a network's leases lie: all that a verb needs which gives nothing. Throws code 7 with the JSON path. */
export function placeOf(config: Json, { defaultDataDir, windows }: HostLocalPorts): Layout {
  const network = required(config, 'name', { path: '', as: text });
  return layoutOf({ dataDir: folderOf(sectionOf(config), defaultDataDir), network, windows });
}

export interface Asked {
  readonly sets: readonly RangeSet[];
  readonly assigned: Assigned;
  readonly routes: readonly ResultRoute[];
  readonly dns: ResultDns;
}

/** What ADD is asked for; throws code 7 with the JSON path, code 4 for CNI_ARGS. */
export function decodeAsked(config: Json, args: CniArguments, { files }: HostLocalPorts): Asked {
  const section = sectionOf(config);
  const sets = decodeSets(section, PATH, optional(config, 'runtimeConfig', { path: '', as: record }) ?? {});
  requireExpressible(
    config,
    sets.flatMap(([range]) => range?.subnet.ip.family ?? []),
  );
  if (!args.ignoreUnknown && (args.mac !== undefined || args.gateways.length > 0)) {
    throw badArgument('MAC and GATEWAY mean nothing to host-local, expected IgnoreUnknown=1');
  }
  return {
    sets,
    assigned: assign(sets, askedIn(config, args)),
    routes: optional(section, 'routes', { path: PATH, as: list(plainRoute) }) ?? [],
    dns: optional(section, 'resolvConf', { path: PATH, as: dnsIn(files.readText) }) ?? {},
  };
}

const UINT32 = 2 ** 32 - 1;

const plainRoute: Decoder<ResultRoute> = (value, path) => {
  const object = record(value, path);
  const { dst, gw } = route(object, path);
  const more = ROUTE_KEYS.flatMap((key) => {
    const found = optional(object, key, { path, as: integer(0, UINT32) });
    return found === undefined ? [] : [[key, found] as const];
  });
  return { dst: formatCidr(dst), ...(gw === undefined ? {} : { gw: gw.text }), ...Object.fromEntries(more) };
};
