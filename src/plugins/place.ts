/** Where an attachment's endpoint is attached, as CNI_NETNS says, and whose endpoint it is. */
import type { NetConf } from '../dialects/net-conf.ts';
import type { Place } from '../hns/places.ts';
import type { DelTarget, Target } from '../spec/command.ts';
import { refuse } from '../spec/decode.ts';
import { sandboxIn } from '../spec/netns.ts';

/** The place that the text of a namespace stands for; of a running container it is the one that the command is for. */
export const placeOf = (netns: string, containerId: string): Place =>
  sandboxIn(netns) === undefined ? { kind: 'namespace', id: netns } : { kind: 'container', id: containerId };

export const placeIn = ({ netns, containerId }: DelTarget): Place | undefined =>
  netns === undefined ? undefined : placeOf(netns, containerId);

/** The container whose endpoint this one shares (`container:<id>`); undefined when it has its own. */
export function sharedWith({ netns, containerId }: DelTarget): string | undefined {
  const sandbox = netns === undefined ? undefined : sandboxIn(netns);
  return sandbox === containerId ? undefined : sandbox;
}

/** CNI_NETNS decides between HCN and HNS v1; throws code 7 when `apiVersion` says otherwise. */
export function requireApi({ apiVersion }: NetConf, { netns, sandbox }: Target): void {
  const needed = sandboxIn(netns) === undefined ? 2 : 1;
  if (apiVersion === undefined || apiVersion === needed) return;
  const why =
    needed === 2
      ? `CNI_NETNS "${sandbox}" is an HCN namespace, which HNS v1 does not know: expected 2, or no apiVersion`
      : `CNI_NETNS "${sandbox}" names a running container, which HCN attaches nothing to: expected 1, or a namespace`;
  refuse('apiVersion', `it is ${apiVersion}, but ${why}`);
}
