/** Reads settings by their description: names in any case and in either version's spelling, written in v2's. Pure. */
import { type Decoder, type Json, join, record, refuse } from '../spec/decode.ts';
import type { PolicyType } from './policy-type.ts';

interface Known {
  /** HNS's v2 spelling. */
  readonly name: string;
  /** Of the name that was written. */
  readonly as: Decoder<unknown>;
}

/** Decodes an object of settings; those that are not described are HNS's to judge and pass as they are. */
export const settings =
  ({ fields, check }: Pick<PolicyType, 'fields' | 'check'>): Decoder<Json> =>
  (value, path) => {
    const names = namesOf(fields);
    const written = Object.entries(record(value, path));
    refuseTwice(written, names, path);
    const decoded = Object.fromEntries(
      written.flatMap(([key, setting]) => {
        const known = names.get(key.toLowerCase());
        if (known === undefined) return [[key, setting]];
        const read = setting === null ? undefined : known.as(setting, join(path, key));
        return read === undefined ? [] : [[known.name, read]];
      }),
    );
    requireAll(fields, decoded, path);
    check?.(decoded, path);
    return decoded;
  };

type Names = ReadonlyMap<string, Known>;

/** One setting under two of its names would leave one of them unread. */
function refuseTwice(written: readonly (readonly [string, unknown])[], names: Names, path: string): void {
  const seen = new Map<string, string>();
  for (const [key, setting] of written) {
    const name = setting === null ? undefined : names.get(key.toLowerCase())?.name;
    if (name === undefined) continue;
    const before = seen.get(name);
    if (before !== undefined) refuse(join(path, key), `it says the same as ${before}, expected one of them`);
    seen.set(name, key);
  }
}

/** Every name a setting may be written with, in lower case. */
function namesOf(fields: PolicyType['fields']): Names {
  const names = new Map<string, Known>();
  for (const [name, field] of Object.entries(fields)) {
    const spellings = { ...field.also, ...(field.v1 === undefined ? {} : { [field.v1]: field.fromV1 ?? field.as }) };
    for (const [spelling, as] of Object.entries(spellings)) names.set(spelling.toLowerCase(), { name, as });
    names.set(name.toLowerCase(), { name, as: field.as });
  }
  return names;
}

/** A required setting that is absent is its decoder's to refuse. */
function requireAll(fields: PolicyType['fields'], decoded: Json, path: string): void {
  for (const [name, field] of Object.entries(fields)) {
    if (field.required === true && !Object.hasOwn(decoded, name)) field.as(undefined, join(path, name));
  }
}
