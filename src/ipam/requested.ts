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
  /** Refuses what no set can give; nothing when there is no such address. With the number of a set, only a gateway in it. */
  readonly refuseRest: (gatewayIn?: number) => void;
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
  const rest: { readonly index: number; readonly problem: Problem; readonly asked: Asked }[] = [];
  for (const { asked, place } of places.flatMap((all, index) => all.map((one) => ({ asked: one, place: index })))) {
    const ip = parseIp(asked.text) ?? parseCidr(asked.text)?.ip ?? asked.refuse('an IP address');
    const index = sets.findIndex((set) => rangeFor(set, ip) !== undefined);
    const before = wanted[index];
    const problem = problemOf({ ip, place }, { set: sets[index], before });
    if (problem !== undefined) rest.push({ index, problem, asked });
    else if (before === undefined) wanted[index] = { ip, place };
  }
  return {
    wanted: wanted.map((one) => one?.ip),
    refuseRest: (gatewayIn) => {
      const found = rest.find(
        ({ index, problem }) => gatewayIn === undefined || (problem.isGateway && index === gatewayIn),
      );
      found?.asked.refuse(found.problem.expected);
    },
  };
}

interface Problem {
  readonly expected: string;
  readonly isGateway: boolean;
}

/** Why the set cannot give an address; undefined when it can, or when the address does not count. */
function problemOf(
  { ip, place }: Wanted,
  { set, before }: { set: RangeSet | undefined; before: Wanted | undefined },
): Problem | undefined {
  const range = set && rangeFor(set, ip);
  if (range === undefined) return { expected: 'an address of one of the ranges', isGateway: false };
  if (range.gateway.text === ip.text) return { expected: 'one that is not the gateway of its range', isGateway: true };
  if (before?.place !== place || before.ip.text === ip.text) return undefined;
  const expected = `one address of each set of ranges, and ${before.ip.text} is of the same set`;
  return { expected, isGateway: false };
}
