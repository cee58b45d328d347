/** win-bridge of containernetworking/plugins: L2Bridge and L2Tunnel networks that an agent makes (win-bridge_windows.go). */
import { cidr, policies } from '../policy/endpoint-policies.ts';
import { bool, type Json, optional, refuse } from '../spec/decode.ts';
import type { Context, NetConf, Profile } from './net-conf.ts';
import { apiVersion, decodeShared, emptyOr, refuseUnsupported } from './shared.ts';

/** Keys of the other plugins of the field. */
const FOREIGN = ['AdditionalArgs', 'additionalRoutes', 'optionalFlags', 'delegate', 'endpointMacPrefix', 'subnetFile'];

export const BRIDGE: Profile = {
  networkTypes: ['L2Bridge', 'L2Tunnel'],
  gateway: { kind: 'host-endpoint' },
  macPrefix: undefined,
  providerAddress: false,
  masquerade: false,
};

export function winBridge(config: Json, context: Context): NetConf {
  refuseUnsupported(config, FOREIGN);
  const ipMasqNetwork = optional(config, 'ipMasqNetwork', { path: '', as: emptyOr(cidr) });
  // flannel sets both; win-bridge translates by the second alone.
  if (optional(config, 'ipMasq', { path: '', as: bool }) === true && ipMasqNetwork === undefined)
    refuse('ipMasq', 'it needs ipMasqNetwork here, the CIDR that is not source-translated');
  return {
    ...decodeShared(config, context),
    apiVersion: apiVersion(config),
    profiles: [BRIDGE],
    newNetwork: undefined,
    policies: optional(config, 'policies', { path: '', as: policies }) ?? [],
    ipMasqNetwork,
    loopbackDsr: optional(config, 'loopbackDSR', { path: '', as: bool }) ?? false,
    localRoutedPorts: false,
    allowsMappedPorts: false,
    notes: [],
  };
}
