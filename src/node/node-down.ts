/** `wincni node down`: the host's endpoint and the networks that `node up` made go, and the adapter is as it was before. */
import { deleteNetwork } from '../hns/client.ts';
import { type HostNetwork, hostNetworks } from '../hns/v1-host.ts';
import { CniError, Code } from '../spec/error.ts';
import { removeHostEndpoint } from './host-endpoint.ts';
import { noteHost, settleHost } from './host-restore.ts';
import { networkId, podEndpoints, spokenEndpoints } from './network-apply.ts';
import { settleEarlier } from './node-up.ts';
import { type NodePorts, type Work, working } from './node-work.ts';

export interface DownOptions {
  readonly name: string;
  /** The tiny network, which goes when it is ours and the last one on its adapter. */
  readonly externalNetwork: string | undefined;
  /** A configuration names the network: it goes also when others made it. */
  readonly isConfigured: boolean;
  /** Endpoints of pods go with it. */
  readonly force: boolean;
  readonly plan: boolean;
  readonly timeoutMs: number;
}

/** 1 when it is down, but something of the adapter was lost. */
export function nodeDown(options: DownOptions, ports: NodePorts): Promise<0 | 1> {
  const { name, externalNetwork, plan } = options;
  ports.print(`the network "${name}" of this node ${plan ? 'would be' : 'is being'} taken down`);
  return working(ports, options, async (work) => {
    await settleEarlier(work);
    const host = await hostNetworks(work.session);
    const found = host.find((network) => network.name === name);
    if (found === undefined) work.note(`HNS network "${name}": is not there`);
    else await takeDown(work, found, options);
    const external = host.find((network) => network.name === externalNetwork);
    const others = host.filter((other) => other.adapter === external?.adapter && other !== external && other !== found);
    if (external !== undefined) await removeExternal(work, external, others.length > 0);
  });
}

async function takeDown(work: Work, found: HostNetwork, options: DownOptions): Promise<void> {
  if (!isOurs(found) && !options.isConfigured) throw foreign(found);
  await refuseLivePods(work, options);
  await removeHostEndpoint(work, found.name);
  await remove(work, found);
}

async function removeExternal(work: Work, external: HostNetwork, isShared: boolean): Promise<void> {
  if (isOurs(external) && !isShared) await remove(work, external);
  else work.note(`HNS network "${external.name}": left, ${isShared ? 'others are on its adapter' : 'it is of others'}`);
}

const isOurs = ({ id, name }: HostNetwork): boolean => id === networkId(name);

async function remove(work: Work, network: HostNetwork): Promise<void> {
  if (network.adapter !== undefined && !work.plan) noteHost(work, network.adapter);
  await work.step({ what: `HNS network "${network.name}"`, done: 'deleted' }, () =>
    deleteNetwork(work.session, network),
  );
  if (work.plan) return;
  for (const snapshot of work.record.read()) await settleHost(work, snapshot);
}

async function refuseLivePods(work: Work, { name, force }: DownOptions): Promise<void> {
  const pods = await podEndpoints(work, name);
  if (pods.length === 0) return;
  if (force) {
    work.note(`endpoints that go with it: ${spokenEndpoints(pods)}`);
    return;
  }
  throw new CniError(
    Code.InvalidConfig,
    `Cannot take the HNS network "${name}" down: endpoints of pods are on it, expected none`,
    { details: `${spokenEndpoints(pods)}; drain the node first, or take them down with it: --force` },
  );
}

const foreign = ({ name, id }: HostNetwork): CniError =>
  new CniError(Code.InvalidConfig, `Cannot take the HNS network "${name}" down: others made it (${id})`, {
    details: 'it goes when a configuration names it: --config FILE',
  });
