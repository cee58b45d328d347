/** Names and ids of an attachment: what every verb derives from container, interface and network, and nothing else. */
import type { Holder } from '../ipam/lease.ts';
import { nameBasedGuid } from '../spec/uuid.ts';

export interface AttachmentName {
  readonly containerId: string;
  readonly ifname: string;
}

/** The interface whose endpoint has win-bridge's plain name. */
const FIRST_INTERFACE = 'eth0';

/**
 * The endpoint's name: `<containerID>_<network>` as win-bridge has it (pkg/hns ConstructEndpointName), so that either can
 * delete what the other made; further interfaces of a container add theirs.
 */
export const endpointName = ({ containerId, ifname }: AttachmentName, network: string): string =>
  ifname === FIRST_INTERFACE ? `${containerId}_${network}` : `${containerId}_${network}_${ifname}`;

/** The endpoint's id, known before HNS is asked: what a killed ADD left can be found by it. */
export const endpointId = ({ containerId, ifname }: AttachmentName, hnsNetworkId: string): string =>
  nameBasedGuid('endpoint', hnsNetworkId.toUpperCase(), containerId, ifname);

/** Who holds the lease; independent of the HNS network's id, which changes when the network is made again. */
export const holderOf = ({ containerId, ifname }: AttachmentName, network: string): Holder => ({
  key: nameBasedGuid('attachment', network, containerId, ifname),
  containerId,
  ifname,
});
