/** The head of a network's index: one page of JSON, padded, which says whether the rest may be trusted. */
import { type Ip, parseIp } from '../net/ip.ts';
import { type Decoder, fail, integer, list, optional, record, required, text } from '../spec/decode.ts';
import type { Chain } from './index-table.ts';
import { PAGE } from './pages.ts';
import { addressAt, type Span, type Spans, sizeOf } from './spans.ts';

/** What the index knows of one set of ranges. */
export interface SetHead {
  readonly spans: Spans;
  /** The place at which the search for a never-used address goes on, and how many places it has not seen. */
  next: bigint;
  left: bigint;
  taken: number;
  /** Given back, the one for the longest time first. */
  readonly freed: Chain;
}

export interface Head {
  /** It counts within this boot: what was not flushed is there as long as the system runs. */
  readonly bootId: string;
  /** The folder's time when the index was written; any other one says that files have changed since. */
  stamp: string;
  readonly capacity: number;
  /** Entries that have been used so far, and those of them that are unused again. */
  made: number;
  readonly unused: Chain;
  /** Taken before this boot, or by somebody unknown: their holders may be dead. */
  readonly old: Chain;
  readonly sets: readonly SetHead[];
}

const VERSION = 1;

/** Undefined when it has no room for so many sets: then there is no index. */
export function encodeHead(head: Head): Buffer | undefined {
  const sets = head.sets.map((set) => ({
    ...set,
    spans: set.spans.map(({ first, last }) => [first.text, last.text]),
    next: String(set.next),
    left: String(set.left),
  }));
  const json = Buffer.from(`${JSON.stringify({ version: VERSION, ...head, sets })}\n`);
  return json.length > PAGE ? undefined : Buffer.concat([json, Buffer.alloc(PAGE - json.length, ' ')]);
}

/** Undefined for what is no head of this version. */
export function decodeHead(bytes: Buffer): Head | undefined {
  try {
    const value = record(JSON.parse(bytes.toString()), '');
    const at = <T>(key: string, as: Decoder<T>): T => required(value, key, { path: '', as });
    at('version', integer(VERSION, VERSION));
    return {
      bootId: at('bootId', text),
      stamp: at('stamp', text),
      capacity: at('capacity', integer(1, MOST)),
      made: at('made', integer(0, MOST)),
      unused: at('unused', chain),
      old: at('old', chain),
      sets: optional(value, 'sets', { path: '', as: list(setHead) }) ?? [],
    };
  } catch {
    return undefined;
  }
}

const MOST = 2 ** 31;

const chain: Decoder<Chain> = (value, path) => {
  const object = record(value, path);
  const at = (key: string): number => required(object, key, { path, as: integer(0, MOST) });
  return { first: at('first'), last: at('last'), count: at('count') };
};

const span: Decoder<Span> = (value, path) => {
  const [first, last] = list((one, at) => parseIp(text(one, at)) ?? fail(at, 'an IP address', one))(value, path);
  return first === undefined || last === undefined ? fail(path, 'two addresses', value) : { first, last };
};

const big: Decoder<bigint> = (value, path) => BigInt(text(value, path));

const setHead: Decoder<SetHead> = (value, path) => {
  const object = record(value, path);
  const at = <T>(key: string, as: Decoder<T>): T => required(object, key, { path, as });
  return {
    spans: at('spans', list(span)),
    next: at('next', big),
    left: at('left', big),
    taken: at('taken', integer(0, MOST)),
    freed: at('freed', chain),
  };
};

/** Whether two configurations give the same addresses. */
export const sameSpans = (a: readonly Spans[], b: readonly Spans[]): boolean => spell(a) === spell(b);

const spell = (sets: readonly Spans[]): string =>
  JSON.stringify(sets.map((spans) => spans.map(({ first, last }) => [first.text, last.text])));

/** The next address that the search has not passed. */
export const nextUnseen = ({ spans, next, left }: SetHead): Ip | undefined =>
  left > 0n ? addressAt(spans, next) : undefined;

/** Passes it. */
export function pass(set: SetHead): void {
  set.next = (set.next + 1n) % sizeOf(set.spans);
  set.left--;
}
