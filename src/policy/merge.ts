/** All policies of one endpoint: those of the configuration, its masquerading, and the loopback of direct server return. Pure. */
import { contains, parseCidr } from '../net/cidr.ts';
import { destinationsOf, type EndpointPolicy, exceptionsOf, mergeable } from './endpoint-policy.ts';

export interface PolicyNeeds {
  readonly policies: readonly EndpointPolicy[];
  /** `ipMasqNetwork`: destinations that are not source-translated. */
  readonly ipMasqNetwork: string | undefined;
  /** The pod's own addresses when `loopbackDSR` is asked for, else none. */
  readonly loopback: readonly string[];
}

/**
 * All policies of an endpoint, in the order of the configuration. OutBoundNAT entries become one, because two of them
 * compete in the switch; one with `Destinations` (the loopback of direct server return) stays its own.
 */
export function endpointPolicies({ policies, ipMasqNetwork, loopback }: PolicyNeeds): readonly EndpointPolicy[] {
  const masquerade = ipMasqNetwork === undefined ? [] : [exceptionsPolicy([ipMasqNetwork])];
  const merged = [...policies, ...masquerade].reduce<readonly EndpointPolicy[]>(merge, []);
  const missing = loopback.filter((address) => !merged.some((known) => destinationsOf(known).includes(address)));
  return [...merged, ...missing.map((address) => ({ Type: 'OutBoundNAT', Settings: { Destinations: [address] } }))];
}

const exceptionsPolicy = (exceptions: readonly string[]): EndpointPolicy => ({
  Type: 'OutBoundNAT',
  Settings: { Exceptions: exceptions },
});

function merge(all: readonly EndpointPolicy[], next: EndpointPolicy): readonly EndpointPolicy[] {
  const at = mergeable(next) ? all.findIndex(mergeable) : -1;
  const known = all[at];
  if (known === undefined) return [...all, next];
  const before = exceptionsOf(known);
  const added = exceptionsOf(next).filter((exception) => !before.some((have) => covers(have, exception)));
  const joined = { ...known, Settings: { ...next.Settings, ...known.Settings, Exceptions: [...before, ...added] } };
  return all.with(at, joined);
}

/** An exception inside another one adds nothing. */
function covers(have: string, wanted: string): boolean {
  if (have === wanted) return true;
  const [outer, inner] = [parseCidr(have), parseCidr(wanted)];
  return outer !== undefined && inner !== undefined && inner.prefix >= outer.prefix && contains(outer, inner.ip);
}
