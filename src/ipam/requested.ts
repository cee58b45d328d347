/** Addresses that are asked for by name: by the runtime, in `args`, in CNI_ARGS. Pure. */
import { parseCidr } from '../net/cidr.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { badArgument, type CniArguments } from '../spec/arguments.ts';
import { type Decoder, fail, isRecord, type Json, join, list, member, optional, record, text } from '../spec/decode.ts';
import { rangeFor } from './allocate.ts';
import type { RangeSet } from './ranges.ts';

export interface Asked {
  /** An address, with or without prefix length. */
  readonly text: string;
  /** Throws what was expected instead, naming the place it stands in. */
  readonly refuse: (expected: string) => never;
}

/**
 * Every place in which addresses are asked for, the one that counts first: where two of them want the same, CONVENTIONS.md ("CNI_ARGS")
 * has the lesser one ignored.
 */
export function askedIn(config: Json, args: CniArguments): readonly (readonly Asked[])[] {
  const runtime = optional(config, 'runtimeConfig', { path: '', as: record }) ?? {};
  const given = member(config, 'args');
  const cni = isRecord(given) ? member(given, 'cni') : undefined;
  return [ipsIn(runtime, 'runtimeConfig'), isRecord(cni) ? ipsIn(cni, 'args.cni') : [], args.ips.map(inEnvironment)];
}

/** Templates and runtimes leave "" or an empty object where they ask for nothing. */
function ipsIn(object: Json, path: string): readonly Asked[] {
  const value = member(object, 'ips');
  const isNothing = value === undefined || value === '' || value === false || isEmpty(value);
  return isNothing ? [] : list(inConfig)(value, join(path, 'ips'));
}

const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;

const inConfig: Decoder<Asked> = (value, path) => ({
  text: text(value, path),
  refuse: (expected) => fail(path, expected, value),
});

const inEnvironment = (ip: string): Asked => ({
  text: ip,
  refuse: (expected) => {
    throw badArgument(`IP is "${ip}", expected ${expected}`);
  },
});

export interface Assigned {
  /** For each set the address that is asked for. */
  readonly wanted: readonly (Ip | undefined)[];
  /** Refuses what no set can give; nothing when there is no such address. */
  readonly refuseRest: () => void;
}

interface Wanted {
  readonly ip: Ip;
  /** The lesser, the more it counts. */
  readonly place: number;
}

/**
 * Which set gives which address. A prefix length that comes with one does not matter, the range's counts, as with host-local.
 * Throws for what is no address.
 */
export function assign(sets: readonly RangeSet[], places: readonly (readonly Asked[])[]): Assigned {
  const wanted: (Wanted | undefined)[] = sets.map(() => undefined);
  const rest: (() => never)[] = [];
  for (const { asked, place } of places.flatMap((all, index) => all.map((one) => ({ asked: one, place: index })))) {
    const ip = parseIp(asked.text) ?? parseCidr(asked.text)?.ip ?? asked.refuse('an IP address');
    const index = sets.findIndex((set) => rangeFor(set, ip) !== undefined);
    const before = wanted[index];
    const expected = insteadOf({ ip, place }, { set: sets[index], before });
    if (expected !== undefined) rest.push(() => asked.refuse(expected));
    else if (before === undefined) wanted[index] = { ip, place };
  }
  return {
    wanted: wanted.map((one) => one?.ip),
    refuseRest: () => {
      rest[0]?.();
    },
  };
}

/** What was expected instead of an address that the set cannot give; undefined for one that it can, or that does not count. */
function insteadOf(
  { ip, place }: Wanted,
  at: { set: RangeSet | undefined; before: Wanted | undefined },
): string | undefined {
  const range = at.set && rangeFor(at.set, ip);
  if (range === undefined) return 'an address of one of the ranges';
  if (range.gateway.text === ip.text) return 'one that is not the gateway of its range';
  if (at.before?.place !== place || at.before.ip.text === ip.text) return undefined;
  return `one address of each set of ranges, and ${at.before.ip.text} is of the same set`;
}
