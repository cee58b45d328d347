/** The arguments of an export as it reads them. */
import type { Args } from './call.ts';
import { Code, refuse } from './errors.ts';

/** A text argument; "" when the caller passed NULL. */
export function written(args: Args, name: string): string {
  const value = args[name] ?? '';
  return typeof value === 'string' ? value : refuse(Code.InvalidParameter);
}

/** A handle argument, whatever it is worth. */
export function handleIn(args: Args, name: string): number {
  const handle = args[name];
  return typeof handle === 'number' ? handle : refuse(Code.InvalidHandle);
}
