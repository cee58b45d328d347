/** win-bridge of containernetworking/plugins: L2Bridge and L2Tunnel networks that an agent makes (win-bridge_windows.go). */
import { policies } from '../policy/endpoint-policies.ts';
import { bool, type Json, optional, refuse } from '../spec/decode.ts';
import type { Context, NetConf, Profile } from './net-conf.ts';
import { apiVersion, blocks, decodeShared, refuseUnsupported } from './shared.ts';

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
  const exceptions = optional(config, 'ipMasqNetwork', { path: '', as: blocks }) ?? [];
  // flannel sets both; win-bridge translates by the second alone.
  if (optional(config, 'ipMasq', { path: '', as: bool }) === true && exceptions.length === 0)
    refuse('ipMasq', 'it needs ipMasqNetwork here, the CIDR that is not source-translated');
  return {
    ...decodeShared(config, context),
    apiVersion: apiVersion(config),
    profiles: [BRIDGE],
    newNetwork: undefined,
    policyOrder: 'win-bridge',
    policies: optional(config, 'policies', { path: '', as: policies }) ?? [],
    exceptions,
    loopbackDsr: optional(config, 'loopbackDSR', { path: '', as: bool }) ?? false,
    localRoutedPorts: false,
    allowsMappedPorts: false,
    notes: [],
  };
}
