/** Changes to a JSON document that know its structure, and changes to the bytes that it is sent as. */
import * as fc from 'fast-check';
import type { Json } from '../../src/spec/decode.ts';
import { key, value } from './values.ts';

/** One change at the place that `at` picks among all of the document's; which place that is follows from the document. */
export type Mutation =
  | { readonly kind: 'replace'; readonly at: number; readonly by: unknown }
  | { readonly kind: 'remove' | 'twice' | 'wrap' | 'upper'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly with: number }
  | { readonly kind: 'add'; readonly at: number; readonly key: string; readonly value: unknown };

const at = fc.nat(200);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('replace' as const), at, by: value }), weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant('add' as const), at, key, value }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constantFrom('remove', 'twice', 'wrap', 'upper'), at }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant('swap' as const), at, with: at }), weight: 1 },
);

type Path = readonly string[];

/** The places of a document, its own first. */
function places(document: unknown, path: Path = []): readonly Path[] {
  if (typeof document !== 'object' || document === null) return [path];
  return [path, ...Object.entries(document).flatMap(([name, below]) => places(below, [...path, name]))];
}

const valueAt = (document: unknown, path: Path): unknown =>
  path.reduce<unknown>((within, name) => new Map(Object.entries(within as object)).get(name), document);

/** The document with what stands at `path` as `change` makes it: entries in place of the one that was there. */
function changed(document: unknown, [name, ...rest]: Path, change: Change): unknown {
  const entries = Object.entries(document as Json).flatMap(([each, below]): readonly Entry[] => {
    if (each !== name) return [[each, below]];
    return rest.length === 0 ? change(each, below) : [[each, changed(below, rest, change)]];
  });
  // From entries, and never by assignment: "__proto__" is a key like any other in JSON.
  return Array.isArray(document) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
type Entry = readonly [string, unknown];
type Change = (name: string, value: unknown) => readonly Entry[];

export const mutate = (document: unknown, mutations: readonly Mutation[]): unknown =>
  mutations.reduce<unknown>((from, one) => apply(from, one), document);

function apply(document: unknown, one: Mutation): unknown {
  const all = places(document);
  const path = all[one.at % all.length] ?? [];
  // Around the whole, so that its own place is one as well.
  const [whole] = changed([document], ['0', ...path], changeOf(one, document)) as readonly unknown[];
  return whole;
}

function changeOf(one: Mutation, document: unknown): Change {
  switch (one.kind) {
    case 'replace':
      return (name) => [[name, one.by]];
    case 'remove':
      return () => [];
    case 'twice':
      return (name, value) => [
        [name, value],
        [`${name} `, value],
      ];
    case 'wrap':
      return (name, value) => [[name, [value]]];
    case 'upper':
      return (name, value) => [[name.toUpperCase(), value]];
    case 'swap': {
      const all = places(document);
      const other = valueAt(document, all[one.with % all.length] ?? []);
      return (name) => [[name, other]];
    }
    case 'add':
      return (name, value) => [[name, withEntry(value, one.key, one.value)]];
  }
}

function withEntry(into: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(into)) return [...(into as readonly unknown[]), value];
  if (typeof into !== 'object' || into === null) return { [key]: value };
  return Object.fromEntries([...Object.entries(into), [key, value]]);
}

/** How the text is sent. */
export type Encoding =
  | { readonly kind: 'utf-8' | 'utf-8 with BOM' | 'utf-16' }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'splice'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: 1, maxLength });

export const encoding: fc.Arbitrary<Encoding> = fc.oneof(
  { arbitrary: fc.constant({ kind: 'utf-8' as const }), weight: 16 },
  { arbitrary: fc.constantFrom({ kind: 'utf-8 with BOM' as const }, { kind: 'utf-16' as const }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(2000) }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('splice' as const), at: fc.nat(2000), bytes: bytes(8) }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('raw' as const), bytes: bytes(200) }), weight: 1 },
);

export function encode(text: string, how: Encoding): Buffer {
  const plain = Buffer.from(text);
  switch (how.kind) {
    case 'utf-8':
      return plain;
    case 'utf-8 with BOM':
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain]);
    case 'utf-16':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'cut':
      return plain.subarray(0, how.at % (plain.length + 1));
    case 'splice': {
      const from = how.at % (plain.length + 1);
      return Buffer.concat([plain.subarray(0, from), how.bytes, plain.subarray(from)]);
    }
    case 'raw':
      return Buffer.from(how.bytes);
  }
}
