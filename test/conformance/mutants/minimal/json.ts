/** Reading configurations as Go's decoder does: keys in any case, an absent or null one is not there. */
import { isObject } from '../../json.ts';

/** The value under a key in any case, the exact one first. */
export function get(value: unknown, key: string): unknown {
  if (!isObject(value)) return undefined;
  const name = Object.hasOwn(value, key)
    ? key
    : Object.keys(value).find((each) => each.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : (value[name] ?? undefined);
}

/** The value under a key as it is written. */
export const property = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

export const text = (value: unknown, key: string): string => {
  const found = get(value, key);
  return typeof found === 'string' ? found : '';
};

export const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const strings = (value: unknown): readonly string[] => array(value).filter((item) => typeof item === 'string');
