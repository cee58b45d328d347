/** OutBoundNAT entries that say what is not translated become one of each family, for two of them compete in the switch. Pure. */
import { contains, parseCidr } from '../net/cidr.ts';
import { type Family, parseIp } from '../net/ip.ts';
import { join, refuse } from '../spec/decode.ts';
import type { Located } from './decode-policy.ts';
import { destinationsOf, type EndpointPolicy, exceptionsOf } from './endpoint-policy.ts';

/** Entries of OutBoundNAT that state the same family become one, at the place of the first; the others stay as they are. */
export const mergeOutBoundNat = (policies: readonly EndpointPolicy[]): readonly EndpointPolicy[] =>
  policies.reduce<readonly EndpointPolicy[]>(merge, []);

/** The entries that keep these destinations from translation: at most one of each family. */
export function exceptionPolicies(exceptions: readonly string[]): readonly EndpointPolicy[] {
  const each = exceptions.map((exception) => ({ Type: 'OutBoundNAT', Settings: { Exceptions: [exception] } }));
  return mergeOutBoundNat(each);
}

/** Entries that will become one must not say different things of the same setting: one of them would be lost. */
export function refuseConflicts(found: readonly Located[]): void {
  const firsts = new Map<Family, EndpointPolicy>();
  for (const { policy, at } of found) {
    const family = familyOf(policy);
    if (family === undefined) continue;
    const first = firsts.get(family) ?? policy;
    firsts.set(family, { ...policy, Settings: { ...policy.Settings, ...first.Settings } });
    const key = Object.keys(policy.Settings).find(
      (name) =>
        name !== 'Exceptions' &&
        Object.hasOwn(first.Settings, name) &&
        JSON.stringify(policy.Settings[name]) !== JSON.stringify(first.Settings[name]),
    );
    if (key !== undefined) refuse(join(at, key), 'it differs from that of an earlier OutBoundNAT policy');
  }
}

/**
 * The family of a mergeable entry. One with `Destinations` (the loopback of direct server return) is none; one of IPv6 alone
 * stays apart from IPv4, as in the dual-stack samples of the field, for its `VirtualIP` is another one.
 */
function familyOf(policy: EndpointPolicy): Family | undefined {
  if (policy.Type !== 'OutBoundNAT' || destinationsOf(policy).length > 0) return undefined;
  const addresses = [...exceptionsOf(policy), policy.Settings['VirtualIP']].filter((one) => typeof one === 'string');
  return addresses.length > 0 && addresses.every((one) => one.includes(':')) ? 6 : 4;
}

function merge(all: readonly EndpointPolicy[], next: EndpointPolicy): readonly EndpointPolicy[] {
  const family = familyOf(next);
  const at = family === undefined ? -1 : all.findIndex((one) => familyOf(one) === family);
  const known = all[at];
  if (known === undefined) return [...all, next];
  const before = exceptionsOf(known);
  const added = exceptionsOf(next).filter((exception) => !before.some((have) => covers(have, exception)));
  const joined = { ...known, Settings: { ...next.Settings, ...known.Settings, Exceptions: [...before, ...added] } };
  return all.with(at, joined);
}

/** An exception inside another one adds nothing; an address is a block of one. */
function covers(have: string, wanted: string): boolean {
  const outer = parseCidr(have);
  const inner = parseCidr(wanted);
  const ip = inner?.ip ?? parseIp(wanted);
  if (have === wanted || outer === undefined || ip === undefined) return have === wanted;
  return (inner === undefined || inner.prefix >= outer.prefix) && contains(outer, ip);
}
