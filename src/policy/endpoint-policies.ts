/** `policies` of the configuration become HNS endpoint policies (schema 2.0): decoded and translated. Pure. */
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import {
  bool,
  type Decoder,
  fail,
  type Json,
  join,
  list,
  member,
  optional,
  record,
  refuse,
  text,
} from '../spec/decode.ts';
import { type EndpointPolicy, mergeable } from './endpoint-policy.ts';

/** The only kind of entry there is for an endpoint, in any case; win-bridge skips others silently, here they are refused by name. */
const ENTRY_NAME = 'EndpointPolicy';

/** Reads `policies`: a list of `{"name": "EndpointPolicy", "value": {"Type": ..., "Settings": {...}}}`. */
export const policies: Decoder<readonly EndpointPolicy[]> = (value, path) => {
  const found = list(entry)(value, path);
  refuseConflicts(found, path);
  return found;
};

const entry: Decoder<EndpointPolicy> = (value, path) => {
  const object = record(value, path);
  const name = text(member(object, 'name'), `${path}.name`);
  if (name.toLowerCase() !== ENTRY_NAME.toLowerCase())
    refuse(`${path}.name`, `it is "${name}", expected "${ENTRY_NAME}"`);
  return policy(member(object, 'value'), `${path}.value`);
};

const policy: Decoder<EndpointPolicy> = (value, path) => {
  const object = record(value, path);
  const type = text(member(object, 'Type'), `${path}.Type`);
  const settings = settingsOf(object, path);
  switch (type.toLowerCase()) {
    case 'outboundnat':
      return outboundNat(settings, path);
    case 'sdnroute':
    case 'route': // the v1 name of the same policy
      return sdnRoute(settings, path);
    default:
      return refuse(`${path}.Type`, `policies of type "${type}" are not supported, expected OutBoundNAT or SDNRoute`);
  }
};

/** The v2 form nests the fields in `Settings`, the v1 form has them flat beside `Type`. */
function settingsOf(object: Json, path: string): Json {
  const settings = member(object, 'Settings');
  if (settings !== undefined) return record(settings, `${path}.Settings`);
  return Object.fromEntries(Object.entries(object).filter(([key]) => key.toLowerCase() !== 'type'));
}

/** Fields by HNS schema 2.0 OutboundNatPolicySetting; `ExceptionList` and `VIP` are their v1 names. */
function outboundNat(settings: Json, path: string): EndpointPolicy {
  const at = `${path}.Settings`;
  const known = {
    exceptions: ['Exceptions', 'ExceptionList'],
    destinations: ['Destinations'],
    vip: ['VirtualIP', 'VIP'],
  };
  const exceptions = first(settings, { keys: known.exceptions, path: at, as: list(cidrOrIp) });
  const destinations = first(settings, { keys: known.destinations, path: at, as: list(cidrOrIp) });
  const virtualIp = first(settings, { keys: known.vip, path: at, as: ip });
  return {
    Type: 'OutBoundNAT',
    Settings: {
      ...rest(settings, Object.values(known).flat()),
      ...(virtualIp === undefined ? {} : { VirtualIP: virtualIp }),
      ...(exceptions === undefined ? {} : { Exceptions: exceptions }),
      ...(destinations === undefined ? {} : { Destinations: destinations }),
    },
  };
}

/** Fields by HNS schema 2.0 SDNRoutePolicySetting. */
function sdnRoute(settings: Json, path: string): EndpointPolicy {
  const at = `${path}.Settings`;
  const keys = ['DestinationPrefix', 'NextHop', 'NeedEncap'];
  const nextHop = optional(settings, 'NextHop', { path: at, as: ip });
  const needEncap = optional(settings, 'NeedEncap', { path: at, as: bool });
  return {
    Type: 'SDNRoute',
    Settings: {
      ...rest(settings, keys),
      DestinationPrefix: cidr(member(settings, 'DestinationPrefix'), `${at}.DestinationPrefix`),
      ...(nextHop === undefined ? {} : { NextHop: nextHop }),
      ...(needEncap === undefined ? {} : { NeedEncap: needEncap }),
    },
  };
}

/** One setting under the first of its names; two names for it at once would leave one of them unread. */
function first<T>(
  settings: Json,
  { keys, path, as }: { readonly keys: readonly string[]; readonly path: string; readonly as: Decoder<T> },
): T | undefined {
  const [key, second] = keys.filter((name) => member(settings, name) !== undefined);
  if (second !== undefined) refuse(join(path, second), `it says the same as ${key}, expected one of them`);
  return key === undefined ? undefined : optional(settings, key, { path, as });
}

/** What else the user wrote into Settings goes to HNS as it is: HNS is the judge of it. */
function rest(settings: Json, known: readonly string[]): Json {
  const names = known.map((key) => key.toLowerCase());
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !names.includes(key.toLowerCase())));
}

export const cidr: Decoder<string> = (value, path) =>
  typeof value === 'string' && parseCidr(value) !== undefined
    ? value
    : fail(path, 'a CIDR such as "10.96.0.0/12"', value);

export const ip: Decoder<string> = (value, path) =>
  typeof value === 'string' && parseIp(value) !== undefined ? value : fail(path, 'an IP address', value);

const cidrOrIp: Decoder<string> = (value, path) =>
  typeof value === 'string' && (parseCidr(value) ?? parseIp(value)) !== undefined
    ? value
    : fail(path, 'a CIDR or an IP address', value);

/** Entries that will become one must not say different things of the same setting: one of them would be lost. */
function refuseConflicts(found: readonly EndpointPolicy[], path: string): void {
  const first = found.find(mergeable);
  for (const [index, { Settings }] of found.entries()) {
    if (first === undefined || !mergeable(found[index] as EndpointPolicy)) continue;
    const key = Object.keys(Settings).find(
      (name) =>
        name !== 'Exceptions' && Object.hasOwn(first.Settings, name) && !same(Settings[name], first.Settings[name]),
    );
    if (key === undefined) continue;
    refuse(`${path}[${index}].value.Settings.${key}`, 'it differs from that of an earlier OutBoundNAT policy');
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
