/** Decoders: from an unknown JSON value and its path to typed data, or error 7 that names the path. */
import { CniError, Code } from './error.ts';

/** Reads `value`, which stands at `path` of the configuration; throws code 7 naming the path. */
export type Decoder<T> = (value: unknown, path: string) => T;

/** A JSON object; keys are read through `member`, because the field writes them in any case. */
export type Json = Readonly<Record<string, unknown>>;

/** Throws code 7: what stands at `path`, and what was expected there. */
export function fail(path: string, expected: string, value: unknown): never {
  throw new CniError(Code.InvalidConfig, `Cannot use ${path}: ${show(value)}, expected ${expected}`, {
    details: `JSON path ${path}`,
  });
}

/** Throws code 7 for a key that means something but is not supported: it is refused by name, never ignored. */
export function refuse(path: string, why: string): never {
  throw new CniError(Code.InvalidConfig, `Cannot use ${path}: ${why}`, { details: `JSON path ${path}` });
}

/** A value as error texts quote it: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'it is absent';
  const text = JSON.stringify(value);
  return `it is ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`;
}

export const text: Decoder<string> = (value, path) =>
  typeof value === 'string' ? value : fail(path, 'a string', value);

export const bool: Decoder<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : fail(path, 'true or false', value);

export const integer =
  (min: number, max: number): Decoder<number> =>
  (value, path) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : fail(path, `an integer in [${min}, ${max}]`, value);

export const number =
  (min: number, max: number): Decoder<number> =>
  (value, path) =>
    typeof value === 'number' && value >= min && value <= max
      ? value
      : fail(path, `a number in [${min}, ${max}]`, value);

export const oneOf =
  <T extends string>(...choices: readonly T[]): Decoder<T> =>
  (value, path) =>
    choices.find((choice) => choice === value) ??
    fail(path, `one of ${choices.map((c) => `"${c}"`).join(', ')}`, value);

export const record: Decoder<Json> = (value, path) => (isRecord(value) ? value : fail(path, 'a JSON object', value));

export const list =
  <T>(of: Decoder<T>): Decoder<readonly T[]> =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((item, index) => of(item, `${path}[${index}]`))
      : fail(path, 'a JSON array', value);

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Far more than anything that is read here has. */
export const MAX_LEVELS = 100;

/** Whether objects and lists lie in one another so deep that what works on them, calling itself for each, runs out of stack. */
export const isTooDeep = (value: unknown, levels = MAX_LEVELS): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((below) => isTooDeep(below, levels - 1)));

/**
 * The value of a key in any case: Go matches keys without case, and containerd and shipped samples rely on it.
 * The exact spelling wins over another one, as in Go's encoding/json; null counts as absent there and here.
 */
export function member(object: Json, key: string): unknown {
  const exact = Object.hasOwn(object, key) ? object[key] : undefined;
  if (exact !== undefined && exact !== null) return exact;
  const wanted = key.toLowerCase();
  const found = Object.keys(object).find((name) => name.toLowerCase() === wanted && object[name] !== null);
  return found === undefined ? undefined : object[found];
}

/** `member` decoded, or undefined when the key is absent or null; `path` is the object's. */
export function optional<T>(object: Json, key: string, { path, as }: { path: string; as: Decoder<T> }): T | undefined {
  const value = member(object, key);
  return value === undefined ? undefined : as(value, join(path, key));
}

/** `member` decoded; an absent key is the decoder's to refuse. */
export function required<T>(object: Json, key: string, { path, as }: { path: string; as: Decoder<T> }): T {
  return as(member(object, key), join(path, key));
}

/** The path of `key` inside the object at `path`; the top of the configuration has the empty path. */
export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** What templates and runtimes write where they have nothing to say asks for nothing: "", false, an empty list or object. */
export const asksForSomething = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  value !== false &&
  (typeof value !== 'object' || Object.keys(value).length > 0);
