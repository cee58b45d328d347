/** `type: wincni`: keys of both families, and the HNS network's type decides how endpoints are made on it. */
import { policies } from '../policy/endpoint-policies.ts';
import { bool, type Decoder, type Json, member, optional, refuse, show } from '../spec/decode.ts';
import type { Context, NetConf } from './net-conf.ts';
import { decodeSdn, profileOf } from './sdn.ts';
import { apiVersion, blocks, emptyOr, refuseUnsupported } from './shared.ts';
import { BRIDGE, winBridge } from './win-bridge.ts';
import { macPrefix, overlay } from './win-overlay.ts';

/** Keys that only the Microsoft plugins read, the old wincni of theirs among them, and the one that says what they make. */
const SDN_KEYS = ['AdditionalArgs', 'optionalFlags', 'additionalRoutes', 'networkType'];
const FOREIGN = ['delegate', 'subnetFile'];

/**
 * A file that has keys of the Microsoft plugins is read as theirs: gateways come from IPAM, and the network is made when there
 * is none; any other as win-bridge's on a bridge and win-overlay's on an overlay network. The keys of those two are read in both.
 */
export function wincni(config: Json, context: Context): NetConf {
  refuseUnsupported(config, FOREIGN);
  const isSdn = SDN_KEYS.some((key) => member(config, key) !== undefined);
  return isSdn ? withBoth(config, context) : onItsNetwork(config, context);
}

function onItsNetwork(config: Json, context: Context): NetConf {
  const at = <T>(key: string, as: Decoder<T>): T | undefined => optional(config, key, { path: '', as });
  const conf = winBridge(without(config, ['endpointMacPrefix', 'ipMasq']), context);
  const flags = { enableDualStack: false, forceBridgeGateway: false };
  const others = {
    ...profileOf('NAT', { ipam: conf.ipam, flags, stated: [] }),
    networkTypes: ['NAT', 'Transparent'],
  };
  const masquerade = at('ipMasq', bool) ?? false;
  const masked = [BRIDGE, others].map((profile) => ({ ...profile, masquerade }));
  return { ...conf, profiles: [overlay(at('endpointMacPrefix', emptyOr(macPrefix)), masquerade), ...masked] };
}

function withBoth(config: Json, context: Context): NetConf {
  const at = <T>(key: string, as: Decoder<T>): T | undefined => optional(config, key, { path: '', as });
  const networkType = typeIn(config);
  const conf = decodeSdn(config, context, networkType ?? 'L2Bridge');
  const more = at('policies', policies) ?? [];
  const dsr = at('loopbackDSR', bool) ?? false;
  const stated = { macPrefix: at('endpointMacPrefix', emptyOr(macPrefix)), masquerade: at('ipMasq', bool) ?? false };
  return {
    ...conf,
    apiVersion: apiVersion(config),
    profiles: conf.profiles.map((profile) => ({ ...profile, ...stated })),
    exceptions: at('ipMasqNetwork', blocks) ?? [],
    newNetwork: networkType === undefined ? undefined : conf.newNetwork,
    policies: [...conf.policies, ...more],
    loopbackDsr: conf.loopbackDsr || dsr,
  };
}

/** HNS network types by the names that the old wincni's files had as network name and that ours take as `networkType`. */
const TYPES = ['NAT', 'Transparent', 'L2Bridge', 'L2Tunnel', 'Overlay'];

/** Which network to make when there is none: the old wincni took its name for its type (network.NetworkType(config.Name)). */
function typeIn(config: Json): string | undefined {
  const stated = member(config, 'networkType') ?? member(config, 'name');
  const found = TYPES.find((type) => typeof stated === 'string' && type.toLowerCase() === stated.toLowerCase());
  if (member(config, 'networkType') !== undefined && found === undefined)
    refuse('networkType', `${show(stated)}, expected one of ${TYPES.join(', ')}`);
  return found;
}

const without = (config: Json, keys: readonly string[]): Json =>
  Object.fromEntries(
    Object.entries(config).filter(([key]) => !keys.some((one) => one.toLowerCase() === key.toLowerCase())),
  );
