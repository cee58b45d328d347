/** CNI_NETNS on Windows: the GUID of an HCN namespace, in every form that runtimes and tools write. */
import { CniError, Code } from './error.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether `text` is a GUID without braces. */
export const isGuid = (text: string): boolean => GUID.test(text);

/**
 * The namespace's GUID in lower case, or undefined when there is none in it: bare, in braces, in any case, or as the last
 * element of a path, which is what cnitool makes of it (cnitool uses filepath.Abs).
 */
export function netnsIn(value: string): string | undefined {
  const last = value.split(/[\\/]/).at(-1) ?? '';
  const bare = last.startsWith('{') && last.endsWith('}') ? last.slice(1, -1) : last;
  return isGuid(bare) ? bare.toLowerCase() : undefined;
}

/** The same of CNI_NETNS; throws code 4 naming the variable. */
export function parseNetns(value: string): string {
  const guid = netnsIn(value);
  if (guid !== undefined) return guid;
  throw new CniError(
    Code.InvalidEnvironment,
    `Cannot use CNI_NETNS: it is "${value}", expected the GUID of an HCN namespace`,
    { details: 'variable CNI_NETNS' },
  );
}
