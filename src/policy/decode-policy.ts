/** One policy of the configuration, in HNS's v2 form: types and settings in either version's spelling. Pure. */
import { type Decoder, type Json, join, member, record, refuse } from '../spec/decode.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { word } from './fields.ts';
import type { PolicyType, PolicyTypes } from './policy-type.ts';
import { settings } from './settings.ts';

/** A policy, and where in the configuration its settings stand. */
export interface Located {
  readonly policy: EndpointPolicy;
  readonly at: string;
}

/**
 * Reads `{"Type", "Settings": {...}}` and the flat form of v1. A type that is not in the table is let through in the first
 * form only: nothing is known of how v1 would have it.
 */
export const policyOf =
  (types: PolicyTypes): Decoder<Located> =>
  (value, path) => {
    const object = record(value, path);
    const written = word(member(object, 'Type'), join(path, spelled(object, 'Type')));
    const nested = member(object, 'Settings');
    const beside = Object.entries(object).filter(([key]) => !['type', 'settings'].includes(key.toLowerCase()));
    const [extra] = beside;
    if (nested !== undefined && extra !== undefined)
      refuse(join(path, extra[0]), 'it stands beside Settings, expected inside');
    const known = find(types, written);
    const at = nested === undefined ? path : join(path, spelled(object, 'Settings'));
    if (known !== undefined) {
      const Settings = settings(known.type)(nested ?? Object.fromEntries(beside), at);
      return { policy: { Type: known.name, Settings }, at };
    }
    if (nested === undefined)
      refuse(
        join(path, spelled(object, 'Type')),
        `a policy of type "${written}" is not known, expected its fields in Settings`,
      );
    return { policy: { Type: written, Settings: record(nested, at) }, at };
  };

function find(types: PolicyTypes, written: string): { readonly name: string; readonly type: PolicyType } | undefined {
  const wanted = written.toLowerCase();
  const entries = Object.entries(types);
  const [name, type] =
    entries.find(([key]) => key.toLowerCase() === wanted) ??
    entries.find(([, { v1 }]) => v1?.toLowerCase() === wanted) ??
    [];
  return name === undefined || type === undefined ? undefined : { name, type };
}

/** A key as the object has it, for the path of an error. */
export function spelled(object: Json, key: string): string {
  const keys = Object.keys(object);
  return keys.includes(key) ? key : (keys.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key);
}
