/** What a case says must be true; the text of the first claim that is not is the reason in the report. */
import { isDeepStrictEqual } from 'node:util';

/** Throws when it is not so; `text` says what was expected, in full. */
export function claim(isSo: boolean, text: string): asserts isSo {
  if (!isSo) throw new Error(text);
}

/** Claims that two JSON values are equal. */
export function same(actual: unknown, wanted: unknown, text: string): void {
  claim(isDeepStrictEqual(actual, wanted), `${text}: it is ${brief(actual)}, expected ${brief(wanted)}`);
}

/** A value in at most 300 characters. */
export function brief(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
