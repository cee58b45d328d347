/** Reserves an address and makes the endpoint with it; when HNS refuses the address, the next one is tried. */
import { type Created, createEndpoint, findEndpoint } from '../hns/client.ts';
import type { Handle } from '../hns/native.ts';
import { createEndpointV1, requestV1 } from '../hns/v1.ts';
import type { Endpoint } from '../hns/wire.ts';
import type { Fullness, Lease, Reservation } from '../ipam/lease.ts';
import type { Ip } from '../net/ip.ts';
import { encodeV1 } from '../policy/encode-v1.ts';
import type { Target } from '../spec/command.ts';
import { CniError, Code } from '../spec/error.ts';
import { giveBack, withAddresses } from './addresses.ts';
import { endpointId, endpointName, holderOf } from './attachment.ts';
import type { Deps } from './deps.ts';
import { gatewayNotes, reservedAddresses } from './gateway.ts';
import type { Ground } from './network.ts';
import { placeOf } from './place.ts';
import { claimedPorts, policiesOf } from './policies.ts';
import { reclaimAll } from './reclaim.ts';
import { removeEndpoint } from './remove.ts';
import { requestOf } from './request.ts';
import { routeNotes } from './routes.ts';
import { settle, sweepSession } from './sweep.ts';
import type { Wanted } from './wanted.ts';

export interface Made {
  readonly lease: Lease;
  readonly wanted: Wanted;
  /** Undefined when it was made through HNS v1. */
  readonly handle: Handle<'Endpoint'> | undefined;
}

/** Addresses another endpoint has although IPAM calls them free: so many are passed over in one ADD. */
const MAX_REFUSED = 8;

export async function makeEndpoint(
  deps: Deps,
  target: Target,
  around: Pick<Wanted, 'ground' | 'nodeAddress'>,
): Promise<Made> {
  const refused: Ip[] = [];
  let said: CniError | undefined;
  let wasCleared = false;
  for (;;) {
    const reserved = await reserve(deps, target, { ground: around.ground, exclude: refused, said });
    const place = placeOf(target.netns, target.containerId);
    const wanted = { ...around, place, ...(await withAddresses(deps, reserved)) };
    const { lease } = wanted;
    const created = await create(deps, wanted);
    if (created.kind === 'created') return { lease, wanted, handle: created.handle };
    // Asked whatever HNS says: the address must not become free while an endpoint of ours may have it.
    const own = await findEndpoint(deps.session, lease.endpointId);
    if (own !== undefined) {
      if (wasCleared) throw created.error;
      await clearOwn(deps, target, { own, lease });
      wasCleared = true;
      continue;
    }
    await giveBack(deps, lease);
    if (!canTryAnother(lease, refused)) throw created.error;
    refused.push(...lease.addresses.map((address) => address.ip));
    said = created.error;
  }
}

/** Where HNS itself chooses the address there is none to pass over. */
const canTryAnother = ({ addresses }: Lease, refused: readonly Ip[]): boolean =>
  addresses.length > 0 && refused.length < MAX_REFUSED;

/** Through HCN; through HNS v1 for a container that runs already. */
function create({ session, remark }: Deps, wanted: Wanted): Promise<Created> {
  const request = requestOf(wanted);
  for (const note of [...policiesOf(wanted).notes, ...gatewayNotes(wanted), ...routeNotes(wanted)]) remark(note);
  const { endpointId: id } = wanted.lease;
  const { handle } = wanted.ground;
  return handle === undefined
    ? createEndpointV1(session, requestV1(id, request, encodeV1))
    : createEndpoint(session, handle, { id, request });
}

/**
 * "Exists" may mean our own id, opened first to tell: an endpoint of ours that is in no namespace is left over from a
 * killed ADD and goes, before the address that it may have. One that is attached is someone's network, with its address.
 */
async function clearOwn(
  deps: Deps,
  target: Target,
  { own, lease }: { readonly own: Endpoint; readonly lease: Lease },
): Promise<void> {
  const isAttached = own.namespaceId !== undefined || own.containers.length > 0;
  const hasOurs = own.addresses.some(({ ip }) => lease.addresses.some((address) => address.ip.text === ip));
  if (!isAttached) {
    await removeEndpoint(deps.session, { id: lease.endpointId, name: lease.endpointName, place: undefined });
  }
  if (!isAttached || !hasOurs) await giveBack(deps, lease);
  if (isAttached) throw attachmentExists(deps, target);
}

export const attachmentExists = ({ conf }: Deps, { containerId, ifname }: Target): CniError =>
  new CniError(
    Code.AttachmentExists,
    `Cannot add "${ifname}" of container "${containerId}" to "${conf.name}": it is attached already`,
    { details: 'run DEL first; nothing was changed' },
  );

interface Ask {
  readonly ground: Ground;
  readonly exclude: readonly Ip[];
  /** What HNS said of the address it refused last. */
  readonly said: CniError | undefined;
}

async function reserve(deps: Deps, target: Target, ask: Ask): Promise<Lease> {
  const { leases, conf } = deps;
  const { network } = ask.ground;
  const hnsNetworkId = network.id;
  const request = {
    ...holderOf(target, conf.name),
    network: conf.name,
    hnsNetworkId,
    endpointId: endpointId(target, hnsNetworkId),
    endpointName: endpointName(target, conf.name),
    netns: target.netns,
    exclude: ask.exclude,
    ignoresQuarantine: false,
    reserved: reservedAddresses(conf, network),
    ports: claimedPorts(conf),
    podNamespace: target.args.podNamespace,
    podName: target.args.podName,
  };
  let reservation = await leases.reserve(request);
  if (reservation.kind === 'full') {
    await reclaimAll(deps);
    reservation = await leases.reserve({ ...request, ignoresQuarantine: true });
  }
  if (reservation.kind === 'reserved') return reservation.lease;
  if (reservation.kind === 'buried' && (await settle(deps, sweepSession(deps), reservation.tombstone))) {
    return reserve(deps, target, ask);
  }
  if (reservation.kind === 'unavailable' && ask.said !== undefined) throw ask.said;
  throw refusal(deps, target, reservation);
}

function refusal(deps: Deps, target: Target, reservation: Exclude<Reservation, { kind: 'reserved' }>): CniError {
  const what = `Cannot reserve an address on "${deps.conf.name}"`;
  switch (reservation.kind) {
    case 'exists':
      return attachmentExists(deps, target);
    case 'foreign': {
      const held = reservation.addresses.map((ip) => ip.text).join(', ');
      return new CniError(Code.AttachmentExists, `${what}: container "${target.containerId}" holds ${held} already`, {
        details: 'run DEL first; nothing was changed',
      });
    }
    case 'buried': {
      const seconds = Math.ceil(deps.conf.tombstoneMs / 1000);
      return new CniError(
        Code.TryAgainLater,
        `${what}: HNS may still carry out a call of an earlier ADD of this container`,
        {
          details: `its id stays set aside for ${seconds} s (tombstoneSeconds) or until its endpoint shows up`,
        },
      );
    }
    case 'unavailable': {
      const { address, why } = reservation;
      return new CniError(Code.Ipam, `${what}: ${address.text} was asked for, but ${why}`);
    }
    case 'port':
      return portTaken(reservation);
    case 'full':
      return new CniError(Code.AddressesExhausted, `${what}: ${usedUp(reservation)}`, {
        details: `folder ${deps.conf.ipam.dataDir}; JSON path ipam.ranges`,
      });
    default:
      return reservation satisfies never;
  }
}

/** What has become of a set's addresses. Free ones that nobody gets are those that HNS has refused. */
export function usedUp({ used, total, leaked, quarantined }: Fullness): string {
  const free = total - BigInt(used + quarantined);
  return `${used} of ${total} addresses are used, ${leaked} of them leaked, ${quarantined} quarantined, ${free} free`;
}

function portTaken({ port, holder }: Extract<Reservation, { kind: 'port' }>): CniError {
  const { podNamespace, podName, containerId, network } = holder;
  const pod = podName === undefined ? '' : ` of pod "${podNamespace ?? ''}/${podName}"`;
  return new CniError(
    Code.Ipam,
    `Cannot reserve host port ${port.hostPort} of protocol ${port.protocol}: container "${containerId}"${pod} on "${network}" has it`,
  );
}
