/** win-overlay of containernetworking/plugins: Overlay networks that an agent makes (win-overlay_windows.go). */
import { policies } from '../policy/endpoint-policies.ts';
import { bool, type Decoder, fail, type Json, optional } from '../spec/decode.ts';
import type { Context, NetConf, Profile } from './net-conf.ts';
import { apiVersion, blocks, decodeShared, emptyOr, refuseUnsupported } from './shared.ts';

const FOREIGN = ['AdditionalArgs', 'additionalRoutes', 'optionalFlags', 'delegate', 'subnetFile'];

const MAC_PREFIX = '0E-2A';
const TWO_BYTES = /^[0-9a-f]{2}-[0-9a-f]{2}$/i;

/** Two bytes with a dash, spelled as they come: HNS shows a MAC as it was written. */
export const macPrefix: Decoder<string> = (value, path) =>
  typeof value === 'string' && TWO_BYTES.test(value) ? value : fail(path, 'two bytes such as "0E-2A"', value);

export const overlay = (prefix: string | undefined, masquerade: boolean): Profile => ({
  networkTypes: ['Overlay'],
  gateway: { kind: 'network' },
  macPrefix: prefix ?? MAC_PREFIX,
  providerAddress: true,
  masquerade,
});

export function winOverlay(config: Json, context: Context): NetConf {
  refuseUnsupported(config, FOREIGN);
  const at = <T>(key: string, as: Decoder<T>): T | undefined => optional(config, key, { path: '', as });
  const prefix = at('endpointMacPrefix', emptyOr(macPrefix));
  const ipMasq = at('ipMasq', bool) ?? false;
  const exceptions = at('ipMasqNetwork', blocks) ?? [];
  return {
    ...decodeShared(config, context),
    apiVersion: apiVersion(config),
    profiles: [overlay(prefix, ipMasq)],
    newNetwork: undefined,
    policyOrder: 'win-overlay',
    policies: at('policies', policies) ?? [],
    // flannel sets it always and ipMasq as its daemon says: without that nothing is translated.
    exceptions: ipMasq ? exceptions : [],
    loopbackDsr: at('loopbackDSR', bool) ?? false,
    localRoutedPorts: false,
    allowsMappedPorts: false,
    notes: [],
  };
}
