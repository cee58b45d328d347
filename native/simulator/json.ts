/** Reading of request documents: a key that is absent is undefined, a key of the wrong type is 0x803B001B. */
import { Code, refuse } from './errors.ts';

/** A JSON object. Keys are matched exactly, as in the SDK's schema. */
export type Doc = Readonly<Record<string, unknown>>;

/** The object in a text; anything else is invalid JSON, which another service may answer otherwise. */
export function parseDoc(text: string, invalid: number = Code.InvalidJson): Doc {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(invalid);
  }
  return isDoc(value) ? value : refuse(invalid);
}

export function isDoc(value: unknown): value is Doc {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const member = (doc: Doc, key: string): unknown => doc[key] ?? undefined;

/** The string at `key`, or undefined when the key is absent or null. */
export function text(doc: Doc, key: string): string | undefined {
  const value = member(doc, key);
  return value === undefined || typeof value === 'string' ? value : refuse(Code.InvalidJson);
}

/** The whole number from 0 at `key`, or undefined. */
export function count(doc: Doc, key: string): number | undefined {
  const value = member(doc, key);
  if (value === undefined) return undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : refuse(Code.InvalidJson);
}

/** The truth value at `key`, or undefined. */
export function flag(doc: Doc, key: string): boolean | undefined {
  const value = member(doc, key);
  return value === undefined || typeof value === 'boolean' ? value : refuse(Code.InvalidJson);
}

/** The object at `key`, or undefined. */
export function doc(parent: Doc, key: string): Doc | undefined {
  const value = member(parent, key);
  return value === undefined || isDoc(value) ? value : refuse(Code.InvalidJson);
}

/** The objects of the array at `key`; undefined when the key is absent. */
export function docs(parent: Doc, key: string): readonly Doc[] | undefined {
  const value = member(parent, key);
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.every(isDoc) ? value : refuse(Code.InvalidJson);
}

/** The strings of the array at `key`; undefined when the key is absent. */
export function texts(parent: Doc, key: string): readonly string[] | undefined {
  const value = member(parent, key);
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : refuse(Code.InvalidJson);
}

/** `value` when a switch-like enum string names it in any case: HNS matches these without case. */
export function oneOf<T extends string>(choices: readonly T[], value: string | undefined): T | undefined {
  const wanted = value?.toLowerCase();
  return choices.find((choice) => choice.toLowerCase() === wanted);
}
