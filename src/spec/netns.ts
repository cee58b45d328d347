/** CNI_NETNS on Windows: the GUID of an HCN namespace, or a running container as docker's runtime named one. */
import { CniError, Code } from './error.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** SPEC.md 1.1.0 section 2: the form of a container id. */
const CONTAINER = /^container:([A-Za-z0-9][A-Za-z0-9_.-]*)$/;

/** Whether `text` is a GUID without braces. */
export const isGuid = (text: string): boolean => GUID.test(text);

/**
 * One text for each place: a namespace's GUID in lower case, bare, in braces, in any case, or as the last element of a path,
 * which is what cnitool makes of it (filepath.Abs); `container:<id>` for a running container. `none` is the container
 * itself (win-bridge's pkg/hns GetSandboxContainerID). Undefined when it is none of these.
 */
export function netnsIn(value: string, containerId: string): string | undefined {
  const last = value.split(/[\\/]/).at(-1) ?? '';
  if (last === 'none') return `container:${containerId}`;
  if (CONTAINER.test(last)) return last;
  const bare = last.startsWith('{') && last.endsWith('}') ? last.slice(1, -1) : last;
  return isGuid(bare) ? bare.toLowerCase() : undefined;
}

/** The container whose endpoint it is, when `netns` is a running container and no namespace. */
export const sandboxIn = (netns: string): string | undefined => CONTAINER.exec(netns)?.[1];

/** `netnsIn` of CNI_NETNS; throws code 4 naming the variable. */
export function parseNetns(value: string, containerId: string): string {
  const netns = netnsIn(value, containerId);
  if (netns !== undefined) return netns;
  throw new CniError(
    Code.InvalidEnvironment,
    `Cannot use CNI_NETNS: it is "${value}", expected the GUID of an HCN namespace, "none" or "container:<id>"`,
    { details: 'variable CNI_NETNS' },
  );
}
