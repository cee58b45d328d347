/** `wincni node up`: the HNS network of the node's pods, the host's place on it, and the adapter as it was before. */
import { findNetwork } from '../hns/client.ts';
import { type HostNetwork, hostNetworks } from '../hns/v1-host.ts';
import type { Family } from '../net/ip.ts';
import { CniError, Code } from '../spec/error.ts';
import { candidatesOf, chooseAdapter } from './adapter-choice.ts';
import { ensureForwarding, ensureHostEndpoint } from './host-endpoint.ts';
import { settleHost } from './host-restore.ts';
import { ensureNetworks } from './network-apply.ts';
import { wantedNetworks } from './network-wanted.ts';
import type { NodeConfig } from './node-config.ts';
import { type NodePorts, type Work, working } from './node-work.ts';

export interface UpOptions {
  /** Nothing is changed. */
  readonly plan: boolean;
  /** A network that differs is deleted and made anew, when no pod is on it. */
  readonly replace: boolean;
}

/** 1 when it is up, but something of the adapter was lost. */
export function nodeUp(config: NodeConfig, { plan, replace }: UpOptions, ports: NodePorts): Promise<0 | 1> {
  ports.print(`the network "${config.name}" of this node ${plan ? 'would be' : 'is being'} brought up`);
  return working(ports, { plan, timeoutMs: config.timeoutMs }, async (work) => {
    await settleEarlier(work);
    const host = await hostNetworks(work.session);
    const nic = nicFor(work, config, host);
    const adapterOf = (name: string): string | undefined => host.find((other) => other.name === name)?.adapter;
    const pods = await ensureNetworks(work, wantedNetworks(config, nic), { adapterOf, replace });
    if (nic === undefined) return;
    await awaitAddress(work, config, pods?.network.id);
    await placeHost(work, config, { nic, networkId: pods?.network.id });
  });
}

/** What an earlier command noted of an adapter and did not get to compare. */
export async function settleEarlier(work: Work): Promise<void> {
  for (const snapshot of work.record.read()) {
    work.note(`adapter "${snapshot.nic}": an earlier run noted its settings at ${snapshot.since}`);
    if (!work.plan) await settleHost(work, snapshot);
  }
}

/**
 * A name or an address holds for ever. The default route and a description change when a switch comes onto the NIC: they tell
 * only where a new network comes, and one that is there, the tiny one too, stays where it is.
 */
function nicFor({ ports }: Work, config: NodeConfig, host: readonly HostNetwork[]): string | undefined {
  const { name, type, adapter, externalNetwork } = config;
  if (type === 'NAT') return undefined;
  const present = [name, externalNetwork].map((own) => host.find((other) => other.name === own)?.adapter);
  const stays = present.find((nic) => nic !== undefined);
  if ((adapter.by === 'default route' || adapter.by === 'pattern') && stays !== undefined) return stays;
  const candidates = candidatesOf(
    ports.ipHelper.adapters(),
    host.flatMap((other) => other.adapter ?? []),
  );
  return chooseAdapter(adapter, { candidates, routes: [...ports.ipHelper.routes(4), ...ports.ipHelper.routes(6)] }).nic;
}

/** Waits for what HNS tells only some time after it made the network. */
async function awaitAddress(work: Work, { name, type, timeoutMs }: NodeConfig, id: string | undefined): Promise<void> {
  const ask = async (): Promise<string | undefined> => {
    const networks = await hostNetworks(work.session);
    return networks.find((network) => network.id === id?.toUpperCase())?.managementIp;
  };
  const address = work.plan ? await ask() : await work.poll(ask);
  if (address === undefined && !work.plan) {
    const waited = `HNS has found none within ${timeoutMs / 1000} s`;
    throw new CniError(Code.TryAgainLater, `Cannot tell the address of the node on "${name}": ${waited}`, {
      details: 'look at: Get-HnsNetwork | Select Name, ManagementIP; the adapter needs an IPv4 address and a link',
    });
  }
  work.note(
    `address of the node: ${address ?? 'would be waited for'}${type === 'Overlay' ? await router(work, name) : ''}`,
  );
}

/** What the other nodes have to be told of this one. */
async function router({ session }: Work, name: string): Promise<string> {
  const policies = (await findNetwork(session, name))?.policies ?? [];
  const mac = policies.find(({ Type }) => Type === 'DrMacAddress')?.Settings?.['Address'];
  return typeof mac === 'string' ? `, MAC of its router: ${mac}` : '';
}

async function placeHost(
  work: Work,
  { name, type, podCidrs }: NodeConfig,
  { nic, networkId }: { readonly nic: string; readonly networkId: string | undefined },
): Promise<void> {
  const families: readonly Family[] = podCidrs.map(({ ip }) => ip.family);
  const isBridge = type === 'L2Bridge';
  if (isBridge) await ensureHostEndpoint(work, { network: name, networkId, podCidrs });
  if (isBridge || type === 'Overlay') {
    await ensureForwarding(work, { nic, endpointOf: isBridge ? name : undefined, families });
  }
}
