/** Host-gw routes as entries of a table: what makes them the same, their form on disk, and their way to another adapter. */
import type { Adapter, Route, RouteRow } from '../ip-helper/ip-helper.ts';
import { type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { type Decoder, fail, integer, type Json, record, required, text } from '../spec/decode.ts';
import type { Table } from './sync-difference.ts';
import type { RecordForm } from './sync-record.ts';

const placeOf = ({ destination, nextHop }: Route): string => `${formatCidr(destination)} ${nextHop.text}`;
const restOf = ({ metric, protocol }: Route): string => `${metric} ${protocol}`;

export const ROUTE_TABLE: Table<Route> = {
  keyOf: (route) => `${route.luid} ${placeOf(route)}`,
  restOf,
  destinationOf: ({ destination }) => destination,
};

/**
 * What is recorded, with the interface that it is on now: when HNS makes a switch or takes it down, Windows carries the routes of
 * the adapter over to one with another LUID.
 */
export function followed(
  owned: readonly Route[],
  { rows, adapters }: { readonly rows: readonly RouteRow[]; readonly adapters: readonly Adapter[] },
): readonly Route[] {
  const luids = new Set(adapters.map(({ luid }) => luid));
  const strays = owned.filter(({ luid }) => !luids.has(luid));
  if (strays.length === 0) return owned;
  const moved = new Set(strays.map((route) => `${placeOf(route)} ${restOf(route)}`));
  return [...owned, ...rows.filter((row) => moved.has(`${placeOf(row)} ${restOf(row)}`))];
}

const luid: Decoder<bigint> = (value, path) =>
  /^0x[0-9a-f]{1,16}$/.test(text(value, path)) ? BigInt(text(value, path)) : fail(path, 'a LUID', value);
const cidr: Decoder<Cidr> = (value, path) => parseCidr(text(value, path)) ?? fail(path, 'a block', value);
const ip: Decoder<Ip> = (value, path) => parseIp(text(value, path)) ?? fail(path, 'an address', value);
const u32 = integer(0, 0xffff_ffff);

export const ROUTE_FORM: RecordForm<Route> = {
  encode: ({ luid: interfaceLuid, destination, nextHop, metric, protocol }): Json => ({
    luid: `0x${interfaceLuid.toString(16)}`,
    destination: formatCidr(destination),
    nextHop: nextHop.text,
    metric,
    protocol,
  }),
  decode: (value, path) => {
    const object = record(value, path);
    return {
      luid: required(object, 'luid', { path, as: luid }),
      destination: required(object, 'destination', { path, as: cidr }),
      nextHop: required(object, 'nextHop', { path, as: ip }),
      metric: required(object, 'metric', { path, as: u32 }),
      protocol: required(object, 'protocol', { path, as: u32 }),
    };
  },
};
